//! What a reader is given of a record, and what it answers.

use super::record::{Record, Verdict};
use crate::consent::source::Source;
use crate::hex::Digest;
use crate::jar::Jar;
use crate::limits;
use crate::time::Timestamp;

/// A record's text where it was found, and what a reader may look at beside it.
pub(super) struct Found<'a> {
    /// The key as found, suffix included.
    pub(super) key: &'a str,
    pub(super) value: &'a str,
    pub(super) jar: &'a Jar,
    /// The shop's own names for marketing, where it has given any for this source.
    pub(super) categories: &'a [String],
}

/// What a record says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement {
    pub(super) verdict: Verdict,
    pub(super) opt_out: bool,
    pub(super) held: bool,
    pub(super) decided_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) id: Option<String>,
    pub(super) version: Option<String>,
}

impl From<Verdict> for Statement {
    fn from(verdict: Verdict) -> Self {
        Self {
            verdict,
            opt_out: false,
            held: false,
            decided_at: None,
            expires_at: None,
            id: None,
            version: None,
        }
    }
}

impl Statement {
    /// An objection in a signal that can only deny.
    pub(super) fn opted_out() -> Self {
        Self { opt_out: true, ..Self::from(Verdict::Denied) }
    }

    /// Neither a yes nor a refusal, whoever may decide meanwhile.
    pub(super) fn held() -> Self {
        Self { held: true, ..Self::from(Verdict::Undecided) }
    }

    /// Of two that count together the one that grants less.
    pub(super) fn strictest(self, other: Self) -> Self {
        if is_stricter(&other, &self) { other } else { self }
    }
}

/// Of two copies the one that grants less counts.
pub(super) fn is_stricter(said: &Statement, than: &Statement) -> bool {
    (said.opt_out, said.verdict, said.held) > (than.opt_out, than.verdict, than.held)
}

pub(super) fn record(source: Source, key: &str, value: &str, said: Statement) -> Record {
    Record {
        source,
        key: key.to_owned(),
        verdict: said.verdict,
        deciding: source.can_grant(),
        opt_out: said.opt_out,
        held: said.held,
        decided_at: said.decided_at,
        expires_at: said.expires_at,
        id: said.id.map(|id| Digest::of(id.as_bytes())),
        value: Digest::of(value.as_bytes()),
        version: limits::kept(said.version, limits::RECORD_VERSION),
    }
}
