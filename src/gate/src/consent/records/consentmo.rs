//! Consentmo: a word in `cookieconsent_status`, and the list of what is switched off. The list
//! alone still denies: a known defect of the app writes the status under another name.

use super::format::{Key, RecordFormat};
use super::statement::{Answer, Found};
use crate::text::{percent_decoded, split};

const WORD: &str = "cookieconsent_status";
const LIST: &str = "cookieconsent_preferences_disabled";

/// The app has written its word under other names by mistake (`…undefined`, `…1`): there a no is one
/// too.
pub(super) const STATUS: RecordFormat =
    RecordFormat::own("consentmo", &[Key::Holding(WORD)], status);

fn status(found: &Found<'_>) -> Option<Answer> {
    match found.value {
        "deny" => Some(Answer::Denied),
        _ if found.key != WORD => None,
        "accept_all" | "allow" => Some(Answer::Granted),
        // Only the list says what was selected.
        "accept_selected" if found.jar.cookies(LIST).next().is_some() => Some(Answer::Granted),
        _ => Some(Answer::Undecided),
    }
}

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
