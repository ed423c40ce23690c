//! Bytes from anybody: every reader refuses and none panics.
use super::{exchange, presentation};
use crate::dcql::QUERY_ID;
use crate::{Acknowledgement, Attestation, AuthorizationResponse, FetchForm, Invocation, Location, VpToken};
use proptest::prelude::*;
use tacit_credential::fixtures::NOW;

fn read_everything(text: &str) {
    let exchange = exchange();
    assert!(exchange.verify(text).is_err());
    assert!(Attestation::verify(text, &exchange.world.operator_key(), NOW).is_err());
    let _ = Invocation::parse(text);
    let _ = Location::parse(text);
    let _ = FetchForm::from_form(text.as_bytes());
    let _ = Acknowledgement::from_json(text.as_bytes());
    let _ = VpToken::from_json(text).map(|token| token.presentation(QUERY_ID));
    let _ = AuthorizationResponse::from_form(text.as_bytes()).map(|answer| answer.presentation());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        read_everything(&text);
    }

    #[test]
    fn any_bytes_as_forms(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = FetchForm::from_form(&bytes);
        let _ = AuthorizationResponse::from_form(&bytes).map(|answer| answer.presentation());
        let _ = Acknowledgement::from_json(&bytes);
    }

    /// Almost right: letters, digits and the separators of tokens, forms and links.
    #[test]
    fn almost_tokens(text in "(openid4vp|https|http)?[:/?&=.#%A-Za-z0-9_@\\[\\]{}\"-]{0,200}") {
        read_everything(&text);
    }

    /// One character of a valid object changed: another refusal each, never an acceptance.
    #[test]
    fn one_character_changed(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.=-]") {
        let exchange = exchange();
        let text = exchange.text();
        let at = at.index(text.len());
        let mut changed = text.clone();
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != text);
        prop_assert!(exchange.verify(&changed).is_err(), "position {at}");
    }

    #[test]
    fn cut_short(at in any::<prop::sample::Index>()) {
        let exchange = exchange();
        let text = exchange.text();
        prop_assert!(exchange.verify(&text[..at.index(text.len())]).is_err());
        let form = exchange.verify(&text).unwrap().answer(&presentation());
        let cut = &form.as_bytes()[..at.index(form.len())];
        let token = AuthorizationResponse::from_form(cut).map(|answer| answer.presentation());
        // What is cut off behind the token is the state.
        if let Ok(Ok(Some(presented))) = token {
            prop_assert_eq!(presented, presentation());
        }
    }
}
