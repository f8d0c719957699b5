//! What the shell must now do, in this order. The shell carries it out and decides nothing.

use crate::text::Text;
use serde::Serialize;

use crate::consent::{Conflict, Decision, Grant, Rule, Signals, Source, conflicts};
use crate::conversion::Conversion;
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
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// What a decision rests on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grounds {
    pub records: Vec<RecordShown>,
    pub conflicts: Vec<Conflict>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordShown {
    pub source: Source,
    pub key: Text,
    pub decision: &'static str,
}

impl Grounds {
    pub fn of(signals: &Signals) -> Self {
        let records = signals.records.iter().map(|record| RecordShown {
            source: record.source,
            key: record.key.clone(),
            decision: record.verdict.word(),
        });
        Self { records: records.collect(), conflicts: conflicts(signals) }
    }
}

impl DebugLine {
    pub fn of(event: &str, done: &'static str) -> Self {
        Self {
            event: event.into(),
            decision: None,
            rule: None,
            event_id: None,
            name: None,
            done,
            records: Vec::new(),
            conflicts: Vec::new(),
        }
    }

    #[must_use]
    pub fn decided(self, decision: &Decision) -> Self {
        Self { decision: Some(decision.word()), rule: Some(decision.rule()), ..self }
    }

    #[must_use]
    pub fn granted(self, grant: &Grant) -> Self {
        Self { decision: Some("granted"), rule: Some(grant.evidence().rule), ..self }
    }

    #[must_use]
    pub fn named(self, conversion: &Conversion) -> Self {
        Self {
            event_id: Some(conversion.event_id.clone()),
            name: Some(conversion.name.as_str()),
            ..self
        }
    }

    #[must_use]
    pub fn on(self, grounds: &Grounds) -> Self {
        Self { records: grounds.records.clone(), conflicts: grounds.conflicts.clone(), ..self }
    }

    #[must_use]
    pub fn done(self, done: &'static str) -> Self {
        Self { done, ..self }
    }
}
