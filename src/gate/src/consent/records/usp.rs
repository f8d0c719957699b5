//! IAB US Privacy string, `1YNN`: version, notice given, **opted out of sale**, LSPA. Deny-only:
//! `N` is absence of objection, never a yes. (IAB "U.S. Privacy String", version 1.) iubenda wraps
//! it in JSON.

use super::format::{Key, RecordFormat};
use super::record::Verdict;
use super::statement::{Found, Statement};
use crate::consent::decode::percent_json;

pub(super) const FORMAT: RecordFormat =
    RecordFormat::own("usp", &[Key::Cookie("usprivacy"), Key::Cookie("us_privacy")], read);

pub(super) fn read(found: &Found<'_>) -> Option<Statement> {
    let wrapped = percent_json(found.value).and_then(|json| json.text_at("uspString"));
    Some(match opted_out(wrapped.as_deref().unwrap_or(found.value)) {
        Some(true) => Statement::opted_out(),
        Some(false) => Verdict::Undecided.into(),
        None => Verdict::Unreadable.into(),
    })
}

/// An objection, or nothing: for a string that stands beside a tool's own record.
pub(super) fn objection(found: &Found<'_>) -> Option<Statement> {
    read(found).filter(|said| said.opt_out)
}

/// `None` for what is no such string.
pub(super) fn opted_out(text: &str) -> Option<bool> {
    let [b'1', fields @ ..] = text.as_bytes() else { return None };
    let fits = fields.len() == 3
        && fields.iter().all(|field| matches!(field, b'Y' | b'N' | b'y' | b'n' | b'-'));
    fits.then(|| fields[1].eq_ignore_ascii_case(&b'y'))
}
