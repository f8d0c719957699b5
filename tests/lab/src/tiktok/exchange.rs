//! One request: judged, or met by a fault; answered; recorded.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::event::{Event, Leg, Outcome, Seen};
use super::fault::{Answer, Fault};
use super::rules::Refusal;
use super::state::{Received, Tiktok};
use crate::listener::Hangup;

/// One request and all that is needed to answer and to record it.
pub(super) struct Exchange<'a> {
    pub(super) tiktok: &'a Tiktok,
    pub(super) leg: Leg,
    pub(super) token: Option<&'a str>,
    pub(super) headers: &'a HeaderMap,
}

/// Everything that decides an answer, before it is put into HTTP.
struct Verdict {
    status: Option<StatusCode>,
    code: Option<i64>,
    message: String,
    events: Vec<Seen>,
}

impl Exchange<'_> {
    pub(super) async fn answer(
        &self,
        hangup: &Hangup,
        body: &str,
        judge: impl Fn(&str) -> Result<Vec<Event>, Refusal>,
    ) -> Response {
        let fault = self.tiktok.next_fault(self.leg, self.token, body);
        let request_id = self.tiktok.request_id();
        let verdict = match &fault {
            None => self.process(judge(body)),
            Some(fault) => self.suffer(fault, body, judge),
        };
        self.record(&verdict, fault.as_ref(), body, &request_id);
        match fault {
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::Reset | Fault::AnswerLost) => hangup.cut().await,
            Some(Fault::BadGateway) => bad_gateway(),
            Some(Fault::Unparsable) => (StatusCode::OK, "upstream: {\"code\": 0, \"mess").into_response(),
            Some(Fault::TooMany { retry_after_seconds }) => {
                let wait = [(header::RETRY_AFTER, retry_after_seconds.to_string())];
                (StatusCode::TOO_MANY_REQUESTS, wait, "Too Many Requests").into_response()
            }
            None | Some(Fault::Answer(_) | Fault::Refuse { .. }) => answer(&verdict, &request_id),
        }
    }

    fn process(&self, judged: Result<Vec<Event>, Refusal>) -> Verdict {
        let ok = Some(StatusCode::OK);
        match judged {
            Ok(events) => Verdict {
                status: ok,
                code: Some(0),
                message: "OK".to_owned(),
                events: self.tiktok.admit(self.leg, &events),
            },
            Err(refusal) => {
                if refusal.violation {
                    self.tiktok.violation(refusal.message.clone());
                }
                Verdict { status: ok, code: Some(refusal.code), message: refusal.message, events: Vec::new() }
            }
        }
    }

    /// What a fault makes of the request: some let TikTok process it first.
    fn suffer(&self, fault: &Fault, body: &str, judge: impl Fn(&str) -> Result<Vec<Event>, Refusal>) -> Verdict {
        let unprocessed = |status, code, message: &str| Verdict {
            status,
            code,
            message: message.to_owned(),
            events: mentioned(body, Outcome::NotProcessed),
        };
        match fault {
            Fault::Answer(Answer { code, processed: true }) => {
                let verdict = self.process(judge(body));
                // A refusal comes before the fault: TikTok cannot process what it refuses.
                if verdict.code == Some(0) {
                    Verdict { code: Some(*code), message: wording(*code), ..verdict }
                } else {
                    verdict
                }
            }
            Fault::Answer(Answer { code, processed: false }) => {
                unprocessed(Some(StatusCode::OK), Some(*code), &wording(*code))
            }
            Fault::Refuse { event_id } => {
                let index = mentioned(body, Outcome::Refused)
                    .iter()
                    .position(|seen| seen.event_id.as_deref() == Some(event_id))
                    .unwrap_or_default();
                let message = format!("data.{index}.properties: Invalid value.");
                Verdict { events: Vec::new(), ..unprocessed(Some(StatusCode::OK), Some(40002), &message) }
            }
            Fault::BadGateway => unprocessed(Some(StatusCode::BAD_GATEWAY), None, ""),
            Fault::TooMany { .. } => unprocessed(Some(StatusCode::TOO_MANY_REQUESTS), None, ""),
            Fault::Hang | Fault::Reset => unprocessed(None, None, ""),
            Fault::AnswerLost => Verdict { status: None, ..self.process(judge(body)) },
            Fault::Unparsable => self.process(judge(body)),
        }
    }

    fn record(&self, verdict: &Verdict, fault: Option<&Fault>, body: &str, request_id: &str) {
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let events = if verdict.events.is_empty() { mentioned(body, Outcome::Refused) } else { verdict.events.clone() };
        self.tiktok.record(Received {
            seq: 0, // given by the record
            at_ms: self.tiktok.now_ms(),
            leg: self.leg,
            headers: self.headers.iter().map(header).collect(),
            body: body.to_owned(),
            status: verdict.status.map(|status| status.as_u16()),
            code: verdict.code,
            message: verdict.message.clone(),
            request_id: request_id.to_owned(),
            fault: fault.map(|fault| format!("{fault:?}")),
            events,
        });
    }
}

/// What can be read of a request that was not processed.
fn mentioned(body: &str, outcome: Outcome) -> Vec<Seen> {
    let Ok(body) = serde_json::from_str::<Value>(body) else {
        return Vec::new();
    };
    let seen = |event: &Value| Seen {
        name: event["event"].as_str().unwrap_or_default().to_owned(),
        event_id: event["event_id"].as_str().map(str::to_owned),
        outcome,
        warnings: Vec::new(),
    };
    body["data"].as_array().map_or_else(|| vec![seen(&body)], |data| data.iter().map(seen).collect())
}

fn answer(verdict: &Verdict, request_id: &str) -> Response {
    let body = json!({
        "code": verdict.code,
        "message": verdict.message,
        "request_id": request_id,
        "data": {},
    });
    let headers = [
        (header::CONTENT_TYPE, "application/json;charset=utf-8".to_owned()),
        (HeaderName::from_static("x-tt-logid"), request_id.to_owned()),
    ];
    (verdict.status.unwrap_or(StatusCode::OK), headers, body.to_string()).into_response()
}

fn bad_gateway() -> Response {
    let page = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>";
    (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

/// Messages as the reference has them (section 5); any other code says what it is.
fn wording(code: i64) -> String {
    match code {
        20001 => "Partial OK".to_owned(),
        40050 => "Duplicated request.".to_owned(),
        40100 => "Too many requests. Please retry in some time.".to_owned(),
        40105 => "Access token is incorrect or has been revoked.".to_owned(),
        50000 => "System error.".to_owned(),
        other => format!("Injected code {other}."),
    }
}
