//! Faults on demand: what TikTok, its gateway or the network do on a bad day.

use serde::Deserialize;

use super::event::Leg;

/// A fault of the Events API (or, with [`Timed::on`], of the browser pixel's endpoint).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// HTTP 200 with this code in the body.
    Answer(Answer),
    /// The request that carries this `event_id` is refused as 40002, naming the event's index.
    Refuse { event_id: String },
    /// HTTP 502 with a gateway's HTML page.
    BadGateway,
    /// HTTP 429 with `Retry-After`.
    TooMany { retry_after_seconds: u32 },
    /// Takes the request and never answers.
    Hang,
    /// The connection is reset before TikTok has looked at the request.
    Reset,
    /// TikTok has processed the request; the answer never arrives (the connection is reset).
    AnswerLost,
    /// TikTok has processed the request; HTTP 200 with a body that is not JSON.
    Unparsable,
}

/// A body code over HTTP 200.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Answer {
    pub code: i64,
    /// Whether TikTok counted the events all the same. 20001 (partial OK) and a 5xxxx after the
    /// fact do.
    #[serde(default)]
    pub processed: bool,
}

impl Answer {
    /// 20001 counts what it was given; every other code stands for a request that was not
    /// processed.
    pub fn of(code: i64) -> Self {
        Self { code, processed: code == 20001 }
    }
}

/// A fault with its scope.
#[derive(Clone, Debug, Deserialize)]
pub struct Timed {
    #[serde(flatten)]
    pub fault: Fault,
    /// How many requests it meets; `None`: all of them, until the faults are cleared.
    #[serde(default)]
    pub times: Option<u32>,
    #[serde(default = "events_api")]
    pub leg: Leg,
    /// Only requests with this access token.
    #[serde(default)]
    pub token: Option<String>,
}

fn events_api() -> Leg {
    Leg::EventsApi
}

impl Fault {
    pub fn times(self, times: u32) -> Timed {
        Timed { times: Some(times), ..self.into() }
    }
    pub fn forever(self) -> Timed {
        self.into()
    }
}

impl Timed {
    pub fn on(self, leg: Leg) -> Self {
        Self { leg, ..self }
    }
    pub fn for_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }
}

impl From<Fault> for Timed {
    fn from(fault: Fault) -> Self {
        Self { fault, times: None, leg: Leg::EventsApi, token: None }
    }
}

/// The faults that wait, in the order in which they were ordered.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Timed>);

impl Faults {
    pub(super) fn add(&mut self, fault: Timed) {
        if fault.times != Some(0) {
            self.0.push(fault);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The first fault that meets this request, used up by one.
    pub(super) fn take(
        &mut self,
        leg: Leg,
        token: Option<&str>,
        carries: impl Fn(&str) -> bool,
    ) -> Option<Fault> {
        let meets = |timed: &Timed| {
            timed.leg == leg
                && timed.token.as_deref().is_none_or(|only| token == Some(only))
                && match &timed.fault {
                    Fault::Refuse { event_id } => carries(event_id),
                    Fault::Answer(_)
                    | Fault::BadGateway
                    | Fault::TooMany { .. }
                    | Fault::Hang
                    | Fault::Reset
                    | Fault::AnswerLost
                    | Fault::Unparsable => true,
                }
        };
        let index = self.0.iter().position(meets)?;
        let timed = &mut self.0[index];
        let fault = timed.fault.clone();
        if let Some(times) = &mut timed.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.0.remove(index);
            }
        }
        Some(fault)
    }
}
