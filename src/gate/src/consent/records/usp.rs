//! IAB US Privacy string, `1YNN`: version, notice given, **opted out of sale**, LSPA. Deny-only:
//! `N` is absence of objection, never a yes. (IAB "U.S. Privacy String", version 1.) Tools keep it
//! under names of their own, and within records.

use super::format::{Key, RecordFormat};
use super::statement::{Answer, Found};
use crate::text::{runs, text_within};

pub(super) const FORMAT: RecordFormat = RecordFormat::own(
    "usp",
    &[
        // By name first: of what only holds a word there may be more than is looked into.
        Key::Cookie("usprivacy"),
        Key::Cookie("us_privacy"),
        Key::Holding("usp"),     // usprivacy, IABUSPrivacy_String, __cmpccpausps
        Key::Holding("ccpa"), // OneTrustWPCCPAGoogleOptOut, its switch of before there were strings
        Key::Holding("privacy"), // us_privacy, us-privacy
        Key::Cookie("FCCDCF"), // Google's Funding Choices
    ],
    read,
);

fn read(found: &Found<'_>) -> Option<Answer> {
    if found.value == "true" && found.key.ends_with("OptOut") {
        return Some(Answer::OptedOut);
    }
    within(&text_within(found.value)?)
}

/// What the strings in a text say together; `None` where there is none.
pub(super) fn within(text: &str) -> Option<Answer> {
    let mut said = None;
    // Nothing that could be a part of another kind of string.
    let fits = |sign: u8| sign.is_ascii_alphanumeric() || matches!(sign, b'-' | b'_' | b'.' | b'~');
    runs(text, fits, &mut |run| {
        let is_no = |no| if no { Answer::OptedOut } else { Answer::Undecided };
        said = said.max(opted_out(run).map(is_no));
    });
    said
}

/// `None` for what is no such string.
pub(super) fn opted_out(text: &str) -> Option<bool> {
    let [b'1', fields @ ..] = text.as_bytes() else { return None };
    let fits = fields.len() == 3
        && fields.iter().all(|field| matches!(field, b'Y' | b'N' | b'y' | b'n' | b'-'));
    fits.then(|| fields[1].eq_ignore_ascii_case(&b'y'))
}
