//! What a reader is given of a record, and what it answers.

use super::record::{Record, Verdict};
use crate::consent::source::Source;
use crate::hex::Digest;
use crate::jar::Jar;
use crate::limits;
use crate::text::Text;
use crate::time::Timestamp;

/// A record's text where it was found, and what a reader may look at beside it.
pub(super) struct Found<'a> {
    /// The key as found, suffix included.
    pub(super) key: &'a str,
    pub(super) value: &'a str,
    pub(super) jar: &'a Jar,
    /// The shop's own names for marketing, where it has given any for this source.
    pub(super) categories: &'a [Text],
}

/// What counts of a statement, in the order of strictness: of two the later one here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    Granted,
    Undecided,
    Unreadable,
    /// Neither a yes nor a refusal, whoever may decide meanwhile.
    Held,
    Denied,
    /// An objection under a law that asks for no more.
    OptedOut,
}

impl Answer {
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::Granted => Verdict::Granted,
            Self::Undecided | Self::Held => Verdict::Undecided,
            Self::Unreadable => Verdict::Unreadable,
            Self::Denied | Self::OptedOut => Verdict::Denied,
        }
    }
}

/// What a record says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement {
    pub(super) answer: Answer,
    pub(super) decided_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) id: Option<Text>,
    pub(super) version: Option<Text>,
}

impl From<Answer> for Statement {
    fn from(answer: Answer) -> Self {
        Self { answer, decided_at: None, expires_at: None, id: None, version: None }
    }
}

#[inline(never)]
pub(super) fn tell(
    records: &mut Vec<Record>,
    source: Source,
    key: &str,
    value: &str,
    said: Statement,
) {
    records.push(Record {
        source,
        key: key.into(),
        verdict: said.answer.verdict(),
        deciding: source.can_grant(),
        opt_out: said.answer == Answer::OptedOut,
        held: said.answer == Answer::Held,
        decided_at: said.decided_at,
        expires_at: said.expires_at,
        id: said.id.map(|id| Digest::of(id.as_bytes())),
        value: Digest::of(value.as_bytes()),
        version: limits::kept(said.version, limits::RECORD_VERSION),
    });
}
