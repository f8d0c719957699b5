//! What the shell must now do, in this order. The shell carries it out and decides nothing.

use crate::text::Text;
use serde::Serialize;

use crate::consent::{Conflict, Rule, Signals, Source, conflicts};
use crate::hex::EventId;
use crate::tiktok::{Identity, TrackCall};

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    pub acts: Vec<Act>,
    /// Lines for the debug console; empty unless the shop allows it and the page asks for it.
    pub said: Vec<DebugLine>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Act {
    /// POST `body` to the endpoint, keepalive, `text/plain`; then tell the session the answer under
    /// `key`.
    Send {
        key: Text,
        body: Text,
    },
    /// Write one cookie string.
    Cookie {
        text: Text,
    },
    /// Write (or, without a value, remove) a key of the shop's localStorage.
    Store {
        key: &'static str,
        value: Option<Text>,
    },
    /// Give the frame this address and referrer, so that TikTok's script reads nothing else, and tell
    /// the session at once how much of it could be changed: events wait for that.
    Clean {
        url: Text,
        referrer: Text,
    },
    /// Request TikTok's script.
    Load {
        pixel: Text,
        script: Text,
    },
    Identify {
        user: Identity,
    },
    Page,
    Track {
        call: Box<TrackCall>,
    },
    /// The grant has ended: `revokeConsent`, `disableCookie`, and never another call on this page.
    Revoke,
    /// A grant is acted upon: what the device keeps for later pages may be kept.
    Keep,
    /// Ask the session again in so many seconds: something still waits to be sent.
    Wake {
        after: i64,
    },
    /// Let the session look at the device in so many seconds, and not when it asked for that before;
    /// 0: not at all.
    Look {
        after: i64,
    },
}

/// One readable line of `?assent_debug=1`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DebugLine {
    /// Shopify's name of the event, or `consent`, `start`.
    pub event: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<EventId>,
    /// TikTok's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'static str>,
    /// What was done, in words.
    pub done: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RecordShown>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordShown {
    pub source: Source,
    pub key: Text,
    pub decision: &'static str,
}

impl DebugLine {
    /// What every line of a decision has: what it rests on.
    pub fn on(signals: &Signals) -> Self {
        let records = signals.records.iter().map(|record| RecordShown {
            source: record.source,
            key: record.key.clone(),
            decision: record.verdict.word(),
        });
        Self { records: records.collect(), conflicts: conflicts(signals), ..Self::default() }
    }
}
