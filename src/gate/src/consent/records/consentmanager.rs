//! consentmanager.net: a bare TC string under a name with the site's id, lists of the site's own
//! purposes and vendors, and a US Privacy string.

use super::format::{Key, RecordFormat};
use super::statement::{Answer, Found};
use super::tcf;
use crate::text::{Text, split};

pub(super) const TCF: RecordFormat =
    RecordFormat::told("consentmanager", &[Key::Cookie("__cmpconsent*")], tcf::read);
/// `__1_2_3__` are purposes, `__s23_c9953__` vendors. What they mean only the shop knows; without
/// its word they say nothing. Where it names both, both are asked for.
pub(super) const LISTS: RecordFormat = RecordFormat::own(
    "consentmanager",
    &[Key::Holding("__cmpcpc"), Key::Holding("__cmpcvc")],
    listed,
);

fn listed(found: &Found<'_>) -> Option<Answer> {
    let is_of_purposes = crate::text::holds(found.key, "cpc");
    let is_whole = matches!(found.value.as_bytes(), [b'_', .., b'_']);
    let mut said = None;
    for own in found.categories {
        let is_purpose = own.as_bytes().first().is_some_and(u8::is_ascii_digit);
        if is_purpose == is_of_purposes {
            said = said.max(Some(if !is_whole {
                Answer::Unreadable // it was cut
            } else if split(found.value, b'_').any(|item| item == own.as_str()) {
                Answer::Granted
            } else {
                Answer::Denied
            }));
        }
    }
    // Of the kind whose list is not there nothing is known.
    let is_other =
        |own: &Text| own.as_bytes().first().is_some_and(u8::is_ascii_digit) != is_of_purposes;
    let other = if is_of_purposes { "__cmpcvc" } else { "__cmpcpc" };
    let is_there = found.jar.all_cookies().any(|(name, _)| name.starts_with(other));
    let is_open = !is_there && found.categories.iter().any(is_other);
    said.map(|said| if is_open { said.max(Answer::Undecided) } else { said })
}
