//! What TikTok said, by HTTP status *and* body `code` (docs/facts/tiktok.md#answers): a 2xx alone
//! is not success. The message is asked only whether it names a setting of the shop, and is never
//! kept: it may repeat a field's value.

use serde::Deserialize;
use serde_json::Value;

use super::complaint::is_of_a_setting;

/// One answer to one request. Codes are TikTok's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Accepted {
        code: i64,
    },
    /// 20001: some of a request's events were taken; which, it does not say.
    Partial {
        code: i64,
    },
    /// 40050: TikTok has it already. Of a batch it says nothing of any one event.
    Duplicate {
        code: i64,
    },
    /// The request's content is at fault; the same bytes will always be refused.
    Refused {
        code: i64,
    },
    /// Too many events, or bytes, in one request.
    TooMany {
        code: Option<i64>,
    },
    /// Token, permission, pixel or another setting: nothing of this shop can be sent until someone
    /// repairs it. `status` 0: nothing was sent.
    Misconfigured {
        code: Option<i64>,
        status: u16,
    },
    /// Too frequent, said clearly: no copy exists.
    Throttled {
        code: i64,
        retry_after: Option<u32>,
    },
    /// TikTok's own failure (5xxxx, 6xxxx): a copy may exist.
    Failed {
        code: i64,
    },
    /// No answer, or none that can be read, or HTTP's own "come again later": a copy may exist.
    /// `status` 0: none came.
    Unreadable {
        status: u16,
        retry_after: Option<u32>,
    },
    /// No connection was made: no copy exists.
    Unreached,
}

/// An answer and TikTok's own name for the request, to ask TikTok about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub answer: Answer,
    pub request_id: Option<String>,
}

#[derive(Deserialize)]
struct AnswerBody {
    code: i64,
    message: Option<Value>,
    request_id: Option<String>,
}

/// Reads a reply. `retry_after` is the header's value in seconds.
pub fn read(status: u16, retry_after: Option<u32>, body: &[u8]) -> Reply {
    match serde_json::from_slice::<AnswerBody>(body) {
        Ok(AnswerBody { code, message, request_id }) => {
            let message = message.as_ref().and_then(Value::as_str).unwrap_or_default();
            Reply {
                answer: of_code(code, message, status, retry_after),
                request_id: request_id.and_then(tidy),
            }
        }
        Err(_) => Reply { answer: of_status(status, retry_after), request_id: None },
    }
}

fn of_code(code: i64, message: &str, status: u16, retry_after: Option<u32>) -> Answer {
    match code {
        0 if (200..300).contains(&status) => Answer::Accepted { code },
        20001 if (200..300).contains(&status) => Answer::Partial { code },
        40050 => Answer::Duplicate { code },
        40061 => Answer::TooMany { code: Some(code) },
        40100 | 40132 => Answer::Throttled { code, retry_after },
        // 401xx is TikTok's family of tokens, apps, scopes and allowlists: a code of it that we do
        // not know is one too.
        40001 | 40063 | 40101..=40199 => Answer::Misconfigured { code: Some(code), status },
        40062 => Answer::Refused { code },
        // A parameter that is the shop's and not the event's: every event would be refused.
        40000..=49999 if is_of_a_setting(message) => {
            Answer::Misconfigured { code: Some(code), status }
        }
        40000..=49999 => Answer::Refused { code },
        // Whoever asked for the wait, it is obeyed.
        50000..=69999 if retry_after.is_some() && is_a_wait(status) => {
            Answer::Unreadable { status, retry_after }
        }
        50000..=69999 => Answer::Failed { code },
        // No code of TikTok's, whatever JSON it is.
        _ => of_status(status, retry_after),
    }
}

/// HTTP's own words for "come again later".
pub(super) fn is_a_wait(status: u16) -> bool {
    matches!(status, 429 | 503)
}

fn of_status(status: u16, retry_after: Option<u32>) -> Answer {
    match status {
        413 => Answer::TooMany { code: None },
        408 | 425 | 429 => Answer::Unreadable { status, retry_after },
        // A redirect or a bare 4xx is not TikTok's way of speaking: `api_base` or something between
        // is wrong.
        300..=499 => Answer::Misconfigured { code: None, status },
        _ => Answer::Unreadable { status, retry_after },
    }
}

/// A request id worth keeping: short and plain, whatever was sent.
fn tidy(id: String) -> Option<String> {
    (!id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        .then_some(id)
}

impl Answer {
    pub fn code(self) -> Option<i64> {
        match self {
            Self::Accepted { code }
            | Self::Partial { code }
            | Self::Duplicate { code }
            | Self::Refused { code }
            | Self::Throttled { code, .. }
            | Self::Failed { code } => Some(code),
            Self::TooMany { code } | Self::Misconfigured { code, .. } => code,
            Self::Unreadable { .. } | Self::Unreached => None,
        }
    }

    /// Under which it is counted: TikTok's code where [`meaning`]'s table, or this one, knows it;
    /// else its family, so that no answer makes a series of its own.
    pub fn label(self) -> &'static str {
        match self {
            Self::Misconfigured { code: None, status: 0 } => "not_sent",
            Self::Unreadable { status: 0, .. } => "no_answer",
            Self::Unreached => "unreached",
            Self::TooMany { code: None }
            | Self::Misconfigured { code: None, .. }
            | Self::Unreadable { .. } => "not_of_tiktok",
            Self::Accepted { code }
            | Self::Partial { code }
            | Self::Duplicate { code }
            | Self::Refused { code }
            | Self::TooMany { code: Some(code) }
            | Self::Misconfigured { code: Some(code), .. }
            | Self::Throttled { code, .. }
            | Self::Failed { code } => label_of_code(code),
        }
    }

    /// The queue waits after it, whatever becomes of the event ([`super::breaker`], [`super::pause`]):
    /// what else was to go need not be tried.
    pub fn holds_up_the_rest(self) -> bool {
        match self {
            Self::Throttled { .. } | Self::Misconfigured { .. } | Self::Unreached => true,
            Self::Unreadable { status, retry_after } => is_a_wait(status) || retry_after.is_some(),
            Self::Accepted { .. }
            | Self::Partial { .. }
            | Self::Duplicate { .. }
            | Self::Refused { .. }
            | Self::TooMany { .. }
            | Self::Failed { .. } => false,
        }
    }

    /// One bad event makes TikTok refuse the whole request (docs/facts/tiktok.md#the-request).
    pub fn is_for_a_part(self) -> bool {
        match self {
            Self::Refused { .. } | Self::TooMany { .. } => true,
            Self::Accepted { .. }
            | Self::Partial { .. }
            | Self::Duplicate { .. }
            | Self::Misconfigured { .. }
            | Self::Throttled { .. }
            | Self::Failed { .. }
            | Self::Unreadable { .. }
            | Self::Unreached => false,
        }
    }
}

fn label_of_code(code: i64) -> &'static str {
    const KNOWN: [(i64, &str); 22] = [
        (0, "0"),
        (20001, "20001"),
        (40000, "40000"),
        (40001, "40001"),
        (40002, "40002"),
        (40006, "40006"),
        (40007, "40007"),
        (40050, "40050"),
        (40051, "40051"),
        (40061, "40061"),
        (40062, "40062"),
        (40063, "40063"),
        (40100, "40100"),
        (40102, "40102"),
        (40104, "40104"),
        (40105, "40105"),
        (40113, "40113"),
        (40117, "40117"),
        (40118, "40118"),
        (40125, "40125"),
        (40130, "40130"),
        (40132, "40132"),
    ];
    let known = KNOWN.iter().find(|(known, _)| *known == code);
    known.map_or_else(
        || match code {
            40000..=49999 => "4xxxx",
            50000..=59999 => "5xxxx",
            60000..=69999 => "6xxxx",
            _ => "other",
        },
        |(_, label)| label,
    )
}

/// The token itself is at fault.
pub(super) fn is_of_token(code: i64) -> bool {
    (40101..=40199).contains(&code)
}

/// The token is known, and its app may not.
pub(super) fn is_of_scope(code: i64) -> bool {
    matches!(code, 40113 | 40117 | 40118 | 40125 | 40130)
}

/// What a code means that stops a shop.
pub(super) fn fault_of_shop(code: i64) -> &'static str {
    match code {
        40001 | 40063 | 40101..=40199 => meaning(code),
        _ => {
            "its message names the pixel (`pixel_code`), the account, `test_event_code` or another \
             setting of the shop, and not the event"
        }
    }
}

/// What a code of TikTok's means, in our words.
pub(super) fn meaning(code: i64) -> &'static str {
    match code {
        40000 => "invalid parameters",
        40001 => "the token may not operate this pixel",
        40002 => "a parameter has a wrong value or type",
        40006 | 40051 => "wrong API version",
        40007 => "something named does not exist",
        40062 => "personal data not hashed: please report this as a bug of Assent",
        40063 => "invalid partner name",
        40102 => "the token has expired",
        40104 => "no token was sent",
        40105 => "the token is wrong or has been revoked",
        _ if is_of_scope(code) => "the app lacks a permission or scope",
        50000..=59999 => "its own error",
        60000..=69999 => "maintenance or overload",
        _ => "not in our table",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Whatever is answered, the labels are a short list.
    #[test]
    fn no_answer_makes_a_label_of_its_own() {
        let answers = (-10..100_000).map(|code| of_code(code, "", 200, None));
        let statuses = (100..600).map(|status| of_status(status, None));
        let labels: BTreeSet<_> = answers.chain(statuses).map(Answer::label).collect();
        assert!(labels.len() < 30, "{labels:?}");
        for (code, label) in [
            (0, "0"),
            (20001, "20001"),
            (40050, "40050"),
            (40105, "40105"),
            (40999, "4xxxx"),
            (50000, "5xxxx"),
            (60001, "6xxxx"),
            (7, "not_of_tiktok"),
        ] {
            assert_eq!(of_code(code, "", 200, None).label(), label, "{code}");
        }
        assert_eq!(Answer::Misconfigured { code: None, status: 0 }.label(), "not_sent");
        assert_eq!(Answer::Misconfigured { code: None, status: 404 }.label(), "not_of_tiktok");
        assert_eq!(Answer::Unreadable { status: 0, retry_after: None }.label(), "no_answer");
    }
}
