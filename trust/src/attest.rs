//! Certificates as OpenID4VP wants them: the verifier attestation, a JWT that the operator signs.
use tacit_credential::certificate::VerifierCertificate;
use tacit_openid4vp::Attestation;

use crate::operator::TrustOperator;

/// The operator never issued the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this certificate is not one of this operator's; certify the verifier first")]
pub struct UnknownCertificate;

impl TrustOperator {
    /// Attests a certificate that this operator issued. Changes nothing: the attestation says what the certificate says.
    pub fn attest(&self, certificate: &VerifierCertificate) -> Result<Attestation, UnknownCertificate> {
        if self.state.certificates.contains(certificate) {
            Ok(Attestation::sign(certificate, &self.key))
        } else {
            Err(UnknownCertificate)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::Validity;
    use ed25519_dalek::SigningKey;
    use rand::rngs::OsRng;
    use tacit_credential::certificate::{VerifierEntry, VerifierIdentity};
    use tacit_credential::date::UnixTime;

    #[test]
    fn only_what_was_certified_is_attested() {
        let dir = tempfile::tempdir().unwrap();
        let mut operator = TrustOperator::init(dir.path(), &mut OsRng).unwrap();
        let entry = VerifierEntry::new(VerifierIdentity::new("lotus-hotel.example").unwrap(), "Lotus Hotel");
        let key = (&SigningKey::from_bytes(&[3; 32])).into();
        let validity = Validity { from: UnixTime(100), until: UnixTime(200) };
        let certificate = operator.certify(entry, key, validity).unwrap();
        let attestation = operator.attest(&certificate).unwrap();
        let read = Attestation::verify(attestation.as_str(), &operator.key(), UnixTime(150));
        assert_eq!(read.as_ref().map(Attestation::certificate), Ok(&certificate));
        let mut changed = certificate;
        changed.name = "Bank".into();
        assert_eq!(operator.attest(&changed), Err(UnknownCertificate));
    }
}
