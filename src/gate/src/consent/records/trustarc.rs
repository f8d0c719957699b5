//! TrustArc: `permit 1,2,3` in several spellings, and `notice_gdpr_prefs` with the same counted
//! from 0. Category 3 is advertising by convention. Until `notice_preferences` is there nobody has
//! answered, nor where something stands behind the second list (`:implied,us`). Without that list
//! `notice_behavior` must say that the notice asks; with it, that only tells which notice was shown.

use super::format::{Key, RecordFormat};
use super::statement::{Answer, Found};
use crate::text::{cut, decimal, percent_decoded};

pub(super) const PERMIT: RecordFormat =
    RecordFormat::own("trustarc", &[Key::Cookie("cmapi_cookie_privacy")], read);
pub(super) const PREFS: RecordFormat =
    RecordFormat::own("trustarc", &[Key::Cookie("notice_gdpr_prefs")], read);

fn read(found: &Found<'_>) -> Option<Answer> {
    let text = percent_decoded(found.value).unwrap_or_default();
    let verdict = match text.strip_prefix("permit") {
        Some(list) => of(list.strip_suffix("required").unwrap_or(list), 0, found),
        None => match cut(&text, b':') {
            Some((list, rest)) if is_hash(rest) => of(list, 1, found),
            Some(_) => Answer::Undecided,
            None => Answer::Unreadable, // it was cut
        },
    };
    Some(verdict)
}

/// What may stand behind `0,1,2:`. Where more stands there (`0,1,2::implied,us`), perhaps nobody
/// has clicked.
fn is_hash(rest: &str) -> bool {
    rest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A list of numbers; each of those wanted must be in it, and nothing else may be.
fn of(list: &str, counted_from_0: u32, found: &Found<'_>) -> Answer {
    let allowed = found.choose(|_| false, &|see| {
        numbers(list, counted_from_0, &mut |n| see(&decimal(n.into()), Some(true)));
    });
    let mut usual = false;
    let whole = numbers(list, counted_from_0, &mut |n| usual |= n == 3);
    let on = if found.categories.is_empty() { usual } else { allowed == Answer::Granted };
    let jar = found.jar;
    let implied = if jar.cookie("notice_gdpr_prefs").is_some() {
        jar.cookies("notice_gdpr_prefs")
            .map(|text| percent_decoded(text).unwrap_or_default())
            .any(|text| cut(&text, b':').is_none_or(|(_, rest)| !is_hash(rest)))
    } else {
        jar.cookies("notice_behavior").any(|text| !text.starts_with("expressed"))
    };
    match (jar.cookie("notice_preferences").is_some(), on) {
        _ if !whole => Answer::Unreadable,
        (false, _) => Answer::Undecided,
        (true, false) => Answer::Denied,
        (true, true) if implied => Answer::Undecided,
        (true, true) => Answer::Granted,
    }
}

/// Whether nothing but numbers stands there.
fn numbers(list: &str, counted_from_0: u32, see: &mut dyn FnMut(u32)) -> bool {
    let mut number = None;
    for byte in list.bytes().chain([b' ']) {
        match byte {
            b'0'..=b'9' => {
                number = Some(
                    number
                        .unwrap_or(0_u32)
                        .saturating_mul(10)
                        .saturating_add(u32::from(byte - b'0')),
                );
            }
            b' ' | b',' | b'_' | b'|' => {
                number.take().into_iter().for_each(|n| see(n.saturating_add(counted_from_0)));
            }
            _ => return false,
        }
    }
    true
}
