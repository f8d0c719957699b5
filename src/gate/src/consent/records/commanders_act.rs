//! Commanders Act: `status@version|…@categories@blocked@times@vendors`, where the site may have chosen
//! another sign than `@`. Status 0 says that the categories listed (by numbers of the site's) were
//! accepted, 1 that they were refused.

use super::format::{Key, RecordFormat};
use super::reading;
use super::record::Verdict;
use super::statement::{Found, Statement};
use crate::text::{before, percent_decoded, split};

pub(super) const FORMAT: RecordFormat =
    RecordFormat::own("commanders-act", &[Key::Cookie("TC_PRIVACY")], privacy);
/// The list of what was accepted, once more. It can only deny.
pub(super) const CENTER: RecordFormat =
    RecordFormat::own("commanders-act", &[Key::Cookie("TC_PRIVACY_CENTER")], center);

fn privacy(found: &Found<'_>) -> Option<Statement> {
    Some(decode(found).unwrap_or_else(|| Verdict::Unreadable.into()))
}

fn decode(found: &Found<'_>) -> Option<Statement> {
    let text = percent_decoded(found.value)?;
    let (status, sign) = (*text.as_bytes().first()?, *text.as_bytes().get(1)?);
    // The list stands two before the times, which begin with milliseconds.
    let (mut list, mut between) = ("", "");
    for field in split(&text, sign) {
        let first = before(field, b',');
        let decided_at = reading::milliseconds(first).filter(|_| first.len() == 13);
        if decided_at.is_some() {
            let verdict = match status {
                b'0' => accepted(list, found),
                b'1' => Verdict::Denied,
                _ => return None,
            };
            return Some(Statement { decided_at, ..verdict.into() });
        }
        (list, between) = (between, field);
    }
    // A build of before 2020, or it was cut.
    (status == b'1').then(|| Verdict::Denied.into())
}

fn center(found: &Found<'_>) -> Option<Statement> {
    let verdict = accepted(&percent_decoded(found.value)?, found);
    (verdict == Verdict::Denied).then(|| verdict.into())
}

/// What the numbers stand for only the shop can say; none at all is a refusal.
fn accepted(list: &str, found: &Found<'_>) -> Verdict {
    if list.is_empty() {
        return Verdict::Denied;
    }
    if found.categories.is_empty() || list == "ALL" {
        return Verdict::Undecided;
    }
    let chosen = found.choose(|_| false, &|see| {
        split(list, b',').for_each(|category| see(category, Some(true)));
    });
    if chosen == Verdict::Granted { chosen } else { Verdict::Denied }
}
