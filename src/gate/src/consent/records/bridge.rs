//! The bridge (js/bridge): a theme snippet publishes the decision of a tool that cannot be read
//! from here, as Shopify's custom event `assent:consent`. What it published on this page prevails;
//! until then the last yes that was kept counts.

use super::format::{Key, RecordFormat};
use super::record::Record;
use super::statement::{Answer, Found, Statement, tell};
use crate::consent::source::Source;
use crate::limits;
use crate::text::{Text, cut};
use crate::time::Timestamp;

/// The event's payload.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// `None`: undecided.
    pub marketing: Option<bool>,
    /// The tool behind it, in the shop's words.
    pub source: Text,
    pub at: Option<Timestamp>,
    pub id: Text,
}

/// The key of localStorage under which the device keeps the last yes.
pub const BRIDGE_KEY: &str = "assent.bridge";
const EVENT: &str = "assent:consent";

impl Published {
    pub fn new(
        marketing: Option<bool>,
        source: Option<Text>,
        at: Option<Timestamp>,
        id: Option<Text>,
    ) -> Self {
        // A word each, or they could not be told apart where they are kept.
        let word =
            |text: &Text| text.len() <= limits::BRIDGE_WORD && text.bytes().all(|byte| byte > b' ');
        let short = |text: Option<Text>| text.filter(word).unwrap_or_default();
        Self { marketing, source: short(source), at, id: short(id) }
    }

    fn said(&self) -> Statement {
        let text = |text: &str| (!text.is_empty()).then(|| text.into());
        Statement {
            decided_at: self.at,
            id: text(&self.id),
            version: text(&self.source),
            ..match self.marketing {
                Some(true) => Answer::Granted,
                Some(false) => Answer::Denied,
                None => Answer::Undecided,
            }
            .into()
        }
    }

    /// As the device keeps a yes: `<at> <source> <id>`.
    pub fn kept(&self) -> Text {
        let at = self.at.map(Timestamp::text).unwrap_or_default();
        [at.as_str(), " ", &self.source, " ", &self.id].concat().into()
    }
}

/// In place of what was kept: what this page's bridge has said.
pub fn prevail(records: &mut Vec<Record>, published: &Published) {
    records.retain(|record| record.source != Source::BRIDGE);
    tell(records, Source::BRIDGE, EVENT, &published.kept(), published.said());
}

pub(super) const FORMAT: RecordFormat =
    RecordFormat::told("bridge", &[Key::Stored(BRIDGE_KEY)], read);

fn read(found: &Found<'_>) -> Option<Statement> {
    Some(kept(found.value).map_or(Answer::Unreadable.into(), |kept| kept.said()))
}

fn kept(text: &str) -> Option<Published> {
    let (at, rest) = cut(text, b' ')?;
    let (source, id) = cut(rest, b' ')?;
    let at = if at.is_empty() { None } else { Some(Timestamp::of_text(at)?) };
    Some(Published { marketing: Some(true), source: source.into(), at, id: id.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_yes_is_read_back_to_the_letter() {
        for (source, id) in [("gtag", "a%20"), ("", ""), ("Osano✓", "x")] {
            let said = Published::new(
                Some(true),
                Some(source.into()),
                Some(Timestamp(5)),
                Some(id.into()),
            );
            assert_eq!(kept(&said.kept()), Some(said));
        }
        let nameless = Published::new(Some(true), None, None, Some("x".repeat(101).into()));
        assert_eq!(kept(&nameless.kept()), Some(nameless));
        for wrong in ["", "yes", "5 a", "x a b"] {
            assert_eq!(kept(wrong), None, "{wrong}");
        }
    }
}
