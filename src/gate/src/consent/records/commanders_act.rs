//! Commanders Act: `status@version|…@categories@blocked@times@vendors`, where the site may have chosen
//! another sign than `@`. Status 0 says that the categories listed (by numbers of the site's) were
//! accepted, 1 that they were refused.

use super::format::{Key, RecordFormat};
use super::statement::{Answer, Found};
use crate::text::{Text, percent_decoded, split};

pub(super) const FORMAT: RecordFormat =
    RecordFormat::own("commanders-act", &[Key::Cookie("TC_PRIVACY")], read);

fn read(found: &Found<'_>) -> Option<Answer> {
    Some(decode(found).unwrap_or(Answer::Unreadable))
}

fn decode(found: &Found<'_>) -> Option<Answer> {
    let text = percent_decoded(found.value)?;
    if text.starts_with('1') {
        return Some(Answer::Denied);
    }
    let mut fields = split(&text, *text.as_bytes().get(1)?);
    let is_yes = fields.next()? == "0";
    let list = fields.nth(1)?;
    fields.nth(1)?; // else it was cut
    is_yes.then(|| accepted(list, found))
}

/// What the numbers stand for only the shop can say; none at all is a refusal.
fn accepted(list: &str, found: &Found<'_>) -> Answer {
    if list.is_empty() {
        return Answer::Denied;
    }
    if found.categories.is_empty() || list == "ALL" {
        return Answer::Undecided;
    }
    let is_listed = |own: &Text| split(list, b',').any(|item| item == own.as_str());
    if found.categories.iter().all(is_listed) { Answer::Granted } else { Answer::Denied }
}
