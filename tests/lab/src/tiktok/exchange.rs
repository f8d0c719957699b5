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

/// An answer that left, before it is put into HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub status: u16,
    pub content_type: &'static str,
    pub retry_after_seconds: Option<u32>,
    pub body: String,
    /// TikTok's own name for the request; not in what a gateway says.
    request_id: Option<String>,
}

/// What leaves as the answer to a request.
enum Reply {
    Said(Said),
    /// The connection is cut.
    Cut,
    Never,
}

impl Exchange<'_> {
    pub(super) async fn answer(
        &self,
        hangup: &Hangup,
        body: &str,
        judge: impl Fn(&str) -> Result<Vec<Event>, Refusal>,
    ) -> Response {
        match self.reply(body, judge) {
            Reply::Said(said) => said.into_response(),
            Reply::Cut => hangup.cut().await,
            Reply::Never => std::future::pending().await,
        }
    }

    /// [`Self::answer`] without a connection. `None`: no answer came.
    pub(super) fn say(
        &self,
        body: &str,
        judge: impl Fn(&str) -> Result<Vec<Event>, Refusal>,
    ) -> Option<Said> {
        match self.reply(body, judge) {
            Reply::Said(said) => Some(said),
            Reply::Cut | Reply::Never => None,
        }
    }

    fn reply(&self, body: &str, judge: impl Fn(&str) -> Result<Vec<Event>, Refusal>) -> Reply {
        let fault = self.tiktok.next_fault(self.leg, self.token, body);
        let request_id = self.tiktok.request_id();
        let verdict = match &fault {
            None => self.process(judge(body)),
            Some(fault) => self.suffer(fault, body, judge),
        };
        self.record(&verdict, fault.as_ref(), body, &request_id);
        match fault {
            Some(Fault::Hang) => Reply::Never,
            Some(Fault::Reset | Fault::AnswerLost) => Reply::Cut,
            Some(Fault::BadGateway) => {
                Reply::Said(Said::of_a_gateway(502, "text/html", BAD_GATEWAY))
            }
            Some(Fault::Unparsable) => Reply::Said(Said::of_a_gateway(
                200,
                "text/plain; charset=utf-8",
                "upstream: {\"code\": 0, \"mess",
            )),
            Some(Fault::TooMany { retry_after_seconds }) => Reply::Said(Said {
                retry_after_seconds: Some(retry_after_seconds),
                ..Said::of_a_gateway(429, "text/plain; charset=utf-8", "Too Many Requests")
            }),
            None | Some(Fault::Answer(_) | Fault::Refuse { .. }) => {
                Reply::Said(Said::of(&verdict, request_id))
            }
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
                Verdict {
                    status: ok,
                    code: Some(refusal.code),
                    message: refusal.message,
                    events: Vec::new(),
                }
            }
        }
    }

    /// What a fault makes of the request: some let TikTok process it first.
    fn suffer(
        &self,
        fault: &Fault,
        body: &str,
        judge: impl Fn(&str) -> Result<Vec<Event>, Refusal>,
    ) -> Verdict {
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
                Verdict {
                    events: Vec::new(),
                    ..unprocessed(Some(StatusCode::OK), Some(40002), &message)
                }
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
        let events = if verdict.events.is_empty() {
            mentioned(body, Outcome::Refused)
        } else {
            verdict.events.clone()
        };
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
    body["data"]
        .as_array()
        .map_or_else(|| vec![seen(&body)], |data| data.iter().map(seen).collect())
}

impl Said {
    fn of(verdict: &Verdict, request_id: String) -> Self {
        let body = json!({
            "code": verdict.code,
            "message": verdict.message,
            "request_id": request_id,
            "data": {},
        });
        Self {
            status: verdict.status.unwrap_or(StatusCode::OK).as_u16(),
            content_type: "application/json;charset=utf-8",
            retry_after_seconds: None,
            body: body.to_string(),
            request_id: Some(request_id),
        }
    }

    fn of_a_gateway(status: u16, content_type: &'static str, body: &str) -> Self {
        Self {
            status,
            content_type,
            retry_after_seconds: None,
            body: body.to_owned(),
            request_id: None,
        }
    }

    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("a status of ours");
        let mut response =
            (status, [(header::CONTENT_TYPE, self.content_type)], self.body).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(id) = self.request_id {
            let id = HeaderValue::from_str(&id).expect("it is digits and letters");
            headers.insert(HeaderName::from_static("x-tt-logid"), id);
        }
        response
    }
}

const BAD_GATEWAY: &str = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>";

/// Messages as docs/facts/tiktok.md#answers has them; any other code says what it is.
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
