//! Commanders Act: `status@version|…@categories@blocked@times@vendors`, where the site may have chosen
//! another sign than `@`. Status 0 says that the categories listed (by numbers of the site's) were
//! accepted, 1 that they were refused.

use super::format::{Key, RecordFormat};
use super::reading;
use super::record::Verdict;
use super::statement::{Found, Statement};
use crate::text::{before, percent_decoded, split};

pub(super) const FORMAT: RecordFormat =
    RecordFormat::told("commanders-act", &[Key::Cookie("TC_PRIVACY")], read);

fn read(found: &Found<'_>) -> Option<Statement> {
    Some(decode(found).unwrap_or_else(|| Verdict::Unreadable.into()))
}

fn decode(found: &Found<'_>) -> Option<Statement> {
    let text = percent_decoded(found.value)?;
    if text.starts_with('1') {
        return Some(Verdict::Denied.into());
    }
    let mut fields = split(&text, *text.as_bytes().get(1)?);
    let is_yes = fields.next()? == "0";
    let list = fields.nth(1)?;
    // Without its time it was cut.
    let decided_at = reading::milliseconds(before(fields.nth(1)?, b','))?;
    is_yes.then(|| Statement { decided_at: Some(decided_at), ..accepted(list, found).into() })
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
