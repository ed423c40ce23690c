//! How each refusal is provoked: a real call where one does it, else the sandbox's word for it.

use tacit_verifier_service::fault::FaultKind;

use super::manners::Manner;
use super::routes::PROVOKE;

/// The call that an error of the catalogue answers.
pub(super) fn of_fault(kind: FaultKind) -> String {
    let really = match kind {
        FaultKind::ApiKeyMissing => "POST /v1/requests without the header Authorization",
        FaultKind::ApiKeyUnknown => "POST /v1/requests with `Authorization: Bearer nobody`",
        FaultKind::NotFound => "GET /nowhere",
        FaultKind::MethodNotAllowed => "DELETE /v1/requests",
        FaultKind::ContentTypeUnsupported => "POST /v1/requests with `Content-Type: text/plain`",
        FaultKind::BodyMalformed => "POST /v1/requests with the body `{`",
        FaultKind::PolicyRefused => "POST /v1/requests with a policy of minimum_age 30 and maximum_age 20",
        FaultKind::LifetimeRefused => "POST /v1/requests with lifetime_seconds 0",
        FaultKind::ReturnUrlRefused => "POST /v1/requests with return_url https://elsewhere.example/",
        FaultKind::WebhookRefused => "POST /v1/requests with webhook https://elsewhere.example/",
        FaultKind::RequestUnknown => "GET /v1/requests/AAAAAAAAAAAAAAAAAAAAAA",
        FaultKind::RequestClosed => "GET /r/{id} of a request that was answered",
        FaultKind::NotSameDevice => "POST /v1/requests/{id}/redeem of a request without return_url",
        FaultKind::NotAnswered => "POST /v1/requests/{id}/redeem before the guest has answered",
        FaultKind::ResponseCodeWrong => "POST /v1/requests/{id}/redeem with the code of another request",
        FaultKind::ResponseCodeUsed => "POST /v1/requests/{id}/redeem a second time",
        FaultKind::PresentationRefused => "POST /sandbox/guests/of-age with a manner other than honest",
        _ => "",
    };
    let header = format!("any call with the header `{PROVOKE}: {}`", kind.code());
    if really.is_empty() { header } else { format!("{really}; or {header}") }
}

/// The call after which a request's `last_refusal` is this cause.
pub(super) fn of_refusal(code: &str) -> String {
    let really = match code {
        "scope-given" => Some(
            "POST /sandbox/guests/of-age with manner wrong-scope, for a policy with a pseudonym".to_owned(),
        ),
        "scope-missing" => Some(
            "POST /sandbox/guests/of-age with manner wrong-scope, for a policy without a pseudonym"
                .to_owned(),
        ),
        "epoch-superseded" => {
            Some("POST /sandbox/lists, then let a guest answer an older request".to_owned())
        }
        code => Manner::ALL
            .iter()
            .find(|manner| manner.cause() == Some(code))
            .map(|manner| format!("POST /sandbox/guests/of-age with manner {}", manner.name())),
    };
    let recorded = format!("POST /sandbox/requests/{{id}}/refusals/{code}");
    really.map_or(recorded.clone(), |really| format!("{really}; or {recorded}"))
}
