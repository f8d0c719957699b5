//! Consentmo: a word in `cookieconsent_status`, and the list of what is switched off. The list
//! alone still denies: a known defect of the app writes the status under another name.

use super::format::{Coding, Condition, Key, Meaning, RecordFormat, Value};
use super::statement::{Answer, Found};
use crate::text::{percent_decoded, split};

const LIST: &str = "cookieconsent_preferences_disabled";

pub(super) const STATUS: RecordFormat = RecordFormat::new(
    "consentmo",
    &[Key::Cookie("cookieconsent_status")],
    Coding::Word,
    &Meaning {
        no: &[Condition::Is("", Value::Text("deny"))],
        yes: &[
            Condition::Is("", Value::Text("accept_all")),
            Condition::Is("", Value::Text("allow")),
            // Only the list says what was selected.
            Condition::IsWith("", Value::Text("accept_selected"), LIST),
        ],
        ..Meaning::NOTHING
    },
);

/// The names under which the app has written its status by mistake: there a no is one too.
pub(super) const MISSPELT: RecordFormat = RecordFormat::new(
    "consentmo",
    &[Key::Holding("cookieconsent_status")], // …undefined, …1
    Coding::Word,
    &Meaning { no: &[Condition::Is("", Value::Text("deny"))], silent: true, ..Meaning::NOTHING },
);

pub(super) const DISABLED: RecordFormat =
    RecordFormat::own("consentmo", &[Key::Cookie(LIST)], disabled);

/// Reads a no where `marketing` is switched off, and nothing where it is not. A word that the tool
/// does not use may be a `marketing` that was cut short.
fn disabled(found: &Found<'_>) -> Option<Answer> {
    let text = percent_decoded(found.value);
    let word = |item: &str| match item.trim() {
        "marketing" => Some(Answer::Denied),
        "" | "analytics" | "functionality" => None,
        _ => Some(Answer::Unreadable),
    };
    split(text.as_deref().unwrap_or("?"), b',').filter_map(word).max()
}
