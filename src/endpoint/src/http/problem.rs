//! Every no has one status and one shape: `application/problem+json` (RFC 9457) with the contract's
//! `reason`. What was received is never repeated in it.

use assent_gate::hex::EventId;
use assent_gate::refusal::Refusal;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// One refused event of a beacon. `event_id` is null where it could not be read; `field` is told where the shop's
/// `debug` asks for it: which one is not as the contract says, never what stood in it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct RefusedEvent {
    pub(super) event_id: Option<EventId>,
    pub(super) reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) field: Option<String>,
}

#[derive(Debug)]
pub(super) struct Problem {
    refusal: Refusal,
    status: StatusCode,
    refused: Vec<RefusedEvent>,
}

/// A no in the one shape. `of` names the list that `reason` is from.
pub(super) struct ProblemText<'a> {
    pub(super) of: &'static str,
    pub(super) status: StatusCode,
    pub(super) title: &'static str,
    pub(super) detail: &'static str,
    pub(super) reason: &'static str,
    pub(super) refused: &'a [RefusedEvent],
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'static str,
    reason: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    refused: &'a [RefusedEvent],
}

pub(super) fn response(said: &ProblemText<'_>) -> Response {
    let ProblemText { of, status, title, detail, reason, refused } = *said;
    let body = ProblemJson {
        r#type: format!("urn:assent:{of}:{reason}"),
        title,
        status: status.as_u16(),
        detail,
        reason,
        refused,
    };
    let body = serde_json::to_vec(&body).expect("plain text and numbers");
    let mut response = (status, body).into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// For whoever opens the address in a browser. The reason is the list's, which has none of its own for
/// it; the words say what it means.
pub(super) fn wrong_method() -> Response {
    let mut response = response(&ProblemText {
        of: "refusal",
        status: StatusCode::METHOD_NOT_ALLOWED,
        title: "POST is expected",
        detail: "A shop's pixel sends its beacons here, by POST. There is nothing to get.",
        reason: Refusal::Unreadable.reason(),
        refused: &[],
    });
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    response
}

impl Problem {
    /// Content of another kind than the contract names.
    pub(super) fn wrong_media() -> Self {
        Self { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, ..Self::from(Refusal::Unreadable) }
    }

    pub(super) fn refusal(&self) -> Refusal {
        self.refusal
    }

    /// Whether single events were refused, each for its own reason.
    pub(super) fn is_of_events(&self) -> bool {
        !self.refused.is_empty()
    }

    /// Every event of a beacon was refused; the first one's reason speaks for all.
    pub(super) fn every_event(refusal: Refusal, refused: Vec<RefusedEvent>) -> Self {
        Self { refused, status: StatusCode::UNPROCESSABLE_ENTITY, refusal }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, status: row(refusal).0, refused: Vec::new() }
    }
}

/// The table: status, title, detail.
fn row(refusal: Refusal) -> (StatusCode, &'static str, &'static str) {
    match refusal {
        Refusal::Unreadable => (
            StatusCode::BAD_REQUEST,
            "Unreadable",
            "Not a message of this endpoint: JSON as text/plain or application/json.",
        ),
        Refusal::UnknownVersion => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Unknown version",
            "This release does not speak that `v`.",
        ),
        Refusal::UnknownShop => (
            StatusCode::NOT_FOUND,
            "Unknown shop",
            "No shop of that name in this endpoint's configuration.",
        ),
        Refusal::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, "Too large", "A beacon has at most 65536 bytes.")
        }
        Refusal::NoGrant => (
            StatusCode::FORBIDDEN,
            "No grant",
            "The reported signals and records do not amount to consent.",
        ),
        Refusal::GpcHeader => (
            StatusCode::FORBIDDEN,
            "Opted out",
            "The request says Sec-GPC: 1, which is an opt-out.",
        ),
        Refusal::Withdrawn => (
            StatusCode::FORBIDDEN,
            "Withdrawn",
            "Consent was withdrawn after this evidence was read.",
        ),
        Refusal::IdMismatch => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Id mismatch",
            "The event_id is not the one its checkout or event gives.",
        ),
        Refusal::BadEvent => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Bad event",
            "An event's fields are not as the contract says.",
        ),
        Refusal::TooOld => {
            (StatusCode::UNPROCESSABLE_ENTITY, "Too old", "More than seven days old.")
        }
        Refusal::InTheFuture => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "In the future",
            "A time is more than 60 seconds ahead.",
        ),
        Refusal::RateLimited => {
            (StatusCode::TOO_MANY_REQUESTS, "Too many requests", "Please come again later.")
        }
        Refusal::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Busy",
            "Nothing can be stored at this moment; please come again later.",
        ),
    }
}

/// When to come again, for the refusals that are not final.
fn retry_after(refusal: Refusal) -> Option<HeaderValue> {
    match refusal {
        Refusal::RateLimited => Some(HeaderValue::from_static("30")),
        Refusal::Busy => Some(HeaderValue::from_static("5")),
        Refusal::Unreadable
        | Refusal::UnknownVersion
        | Refusal::UnknownShop
        | Refusal::TooLarge
        | Refusal::NoGrant
        | Refusal::GpcHeader
        | Refusal::Withdrawn
        | Refusal::IdMismatch
        | Refusal::BadEvent
        | Refusal::TooOld
        | Refusal::InTheFuture => None,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { refusal, status, refused } = self;
        let (_, title, detail) = row(refusal);
        let reason = refusal.reason();
        let mut response = response(&ProblemText {
            of: "refusal",
            status,
            title,
            detail,
            reason,
            refused: &refused,
        });
        if let Some(seconds) = retry_after(refusal) {
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        response
    }
}
