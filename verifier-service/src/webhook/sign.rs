//! The signature of a webhook.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tacit_credential::date::UnixTime;

use crate::config::WebhookSecret;
use crate::webhook::DeliveryId;

/// The content of `webhook-signature`.
pub fn sign(secret: &WebhookSecret, id: &DeliveryId, at: UnixTime, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose()).expect("HMAC takes keys of any length");
    mac.update(format!("{}.{}.{body}", id.0, at.0).as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification and its libraries.
    #[test]
    fn the_published_example() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let id = DeliveryId("msg_p5jXN8AQM9LWM0D4loKWxJek".into());
        let signature = sign(&secret, &id, UnixTime(1_614_265_330), r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
