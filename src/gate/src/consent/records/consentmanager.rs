//! consentmanager.net: a bare TC string under a name with the site's id, lists of the site's own
//! purposes and vendors, and a US Privacy string.

use super::format::{Key, RecordFormat};
use super::record::Verdict;
use super::statement::{Found, Statement};
use super::{tcf, usp};
use crate::text::split;

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
    RecordFormat::own("consentmanager", &[Key::Cookie("__cmpccpausps")], usp::objection);

fn listed(found: &Found<'_>) -> Option<Statement> {
    let is_of_purposes = found.key.starts_with("__cmpcpc");
    let mut said = None;
    for own in found.categories {
        let is_purpose = own.as_bytes().first().is_some_and(u8::is_ascii_digit);
        if is_purpose == is_of_purposes {
            let verdict = match found.value.as_bytes() {
                [b'_', .., b'_'] if split(found.value, b'_').any(|item| item == own.as_str()) => {
                    Verdict::Granted
                }
                [b'_', .., b'_'] => Verdict::Denied,
                _ => Verdict::Unreadable, // it was cut
            };
            said = said.max(Some(verdict));
        }
    }
    said.map(Statement::from)
}
