use crate::text::Text;
use serde::{Deserialize, Serialize};

use crate::consent::source::Source;
use crate::hex::Digest;
use crate::time::{DAY, HOUR, Timestamp};

/// How far ahead a record may be dated before its clock is not believed.
pub const RECORD_AHEAD: i64 = 24 * HOUR;

/// What one record says, whatever its age. The raw value may hold identifiers, so only its hash
/// travels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub source: Source,
    /// The key as found, suffix included.
    pub key: Text,
    #[serde(rename = "decision", with = "wire")]
    pub verdict: Verdict,
    /// Whether it can grant. Deny-only signals cannot: "not opted out" is not a yes.
    pub deciding: bool,
    #[serde(default)]
    pub opt_out: bool,
    /// Neither a yes nor a refusal, and nothing that may be left to Shopify: it holds, whatever the
    /// shop's `undecided` says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    #[serde(default)]
    pub decided_at: Option<Timestamp>,
    /// The end that the record itself names. It is checked where the record is read, and is not
    /// sent.
    #[serde(skip)]
    pub expires_at: Option<Timestamp>,
    #[serde(default)]
    pub id: Option<Digest>,
    pub value: Digest,
    #[serde(default)]
    pub version: Option<Text>,
}

/// In the order of strictness: of two copies of a record the later one here counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Granted,
    Undecided,
    Unreadable,
    Denied,
}

impl Record {
    /// Takes a record that a stranger reports; whether its source can grant is decided here, not by
    /// the report.
    pub(in crate::consent) fn believed(self) -> Self {
        Self { deciding: self.deciding && self.source.can_grant(), ..self }
    }

    /// Older than 13 months (TCF: remind at least every 13 months), past its own expiry, or dated
    /// more than a day ahead.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.decided_at.is_some_and(|at| is_off(at, now))
            || self.expires_at.is_some_and(|end| end <= now)
    }
}

/// Whether a decision of that time can no longer grant, or not yet.
pub(super) fn is_off(at: Timestamp, now: Timestamp) -> bool {
    const THIRTEEN_MONTHS: i64 = 396 * DAY;
    !(-RECORD_AHEAD..=THIRTEEN_MONTHS).contains(&now.since(at))
}

impl Verdict {
    /// The word of the contract. On the wire an unreadable record is `unknown`, like an undecided
    /// one.
    pub fn word(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Undecided | Self::Unreadable => "unknown",
        }
    }
}

mod wire {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Verdict;

    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Granted,
        Denied,
        Unknown,
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's `with` hands out a reference")]
    pub(super) fn serialize<S: Serializer>(
        verdict: &Verdict,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(verdict.word())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Verdict, D::Error> {
        Ok(match Word::deserialize(deserializer)? {
            Word::Granted => Verdict::Granted,
            Word::Denied => Verdict::Denied,
            Word::Unknown => Verdict::Undecided,
        })
    }
}
