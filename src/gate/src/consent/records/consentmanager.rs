//! consentmanager.net: a bare TC string under a name with the site's id, lists of the site's own
//! purposes and vendors, and a US Privacy string.

use super::format::{Key, RecordFormat};
use super::record::Verdict;
use super::statement::{Found, Statement};
use super::{tcf, usp};
use crate::text::{percent_decoded, split};

pub(super) const TCF: RecordFormat =
    RecordFormat::own("consentmanager", &[Key::Cookie("__cmpconsent*")], tcf::read);
/// `__1_2_3__` are purposes, `__s23_c9953__` vendors. What they mean only the shop knows; without
/// its word they say nothing. Where it names both, both are asked for.
pub(super) const LISTS: RecordFormat = RecordFormat::own(
    "consentmanager",
    &[
        Key::Cookie("__cmpcpc*"),
        Key::Cookie("__cmpcpc"),
        Key::Cookie("__cmpcvc*"),
        Key::Cookie("__cmpcvc"),
    ],
    listed,
);
pub(super) const USP: RecordFormat =
    RecordFormat::own("consentmanager", &[Key::Cookie("__cmpccpausps")], us_privacy);

fn listed(found: &Found<'_>) -> Option<Statement> {
    let is_purpose = |name: &str| name.as_bytes().first().is_some_and(u8::is_ascii_digit);
    let is_of_purposes = found.key.starts_with("__cmpcpc");
    let text = percent_decoded(found.value).unwrap_or_default();
    let mut said = None;
    for own in found.categories.iter().filter(|own| is_purpose(own) == is_of_purposes) {
        let verdict = if !(text.starts_with('_') && text.ends_with('_')) {
            Verdict::Unreadable // it was cut
        } else if split(&text, b'_').any(|item| item == own.as_str()) {
            Verdict::Granted
        } else {
            Verdict::Denied
        };
        said = said.max(Some(verdict));
    }
    said.map(Statement::from)
}

/// An objection, or nothing.
fn us_privacy(found: &Found<'_>) -> Option<Statement> {
    usp::read(found).filter(|said| said.opt_out)
}
