//! Consentmo: a word in `cookieconsent_status`, and the list of what is switched off. The list alone still denies: a known
//! defect of the app writes the status under another name.

use super::format::{Coding, Fact, Form, Format, Key, Value};
use super::record::Verdict;
use super::statement::{Found, Said};
use crate::text::{percent_decoded, split};

const LIST: &str = "cookieconsent_preferences_disabled";

pub(super) const STATUS: Format = Format::new(
    "consentmo",
    &[Key::Cookie("cookieconsent_status")],
    Coding::Word,
    &Form {
        no: &[Fact::Is("", Value::Text("deny"))],
        yes: &[
            Fact::Is("", Value::Text("accept_all")),
            Fact::Is("", Value::Text("allow")),
            // What was selected only the list says.
            Fact::IsWith("", Value::Text("accept_selected"), LIST),
        ],
        ..Form::NOTHING
    },
);

pub(super) const DISABLED: Format = Format::own("consentmo", &[Key::Cookie(LIST)], disabled);

/// A no, or nothing where the list is whole. A word that is none of the tool's may be what is left of `marketing`.
fn disabled(found: &Found<'_>) -> Option<Said> {
    let text = percent_decoded(found.value);
    let word = |item: &str| match item.trim() {
        "marketing" => Some(Verdict::Denied),
        "" | "analytics" | "functionality" => None,
        _ => Some(Verdict::Unreadable),
    };
    let said = split(text.as_deref().unwrap_or("?"), b',').filter_map(word).max();
    said.map(Said::from)
}
