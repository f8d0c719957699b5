//! Ketch: base64 JSON, percent-encoded in cookies: by the organisation's code of each purpose its status and what it stands
//! for. `gpcsignal` echoes the browser's.

use super::format::{Coding, Fact, Form, Format, Key, Value};
use super::record::Verdict;
use super::statement::{Found, Said};
use crate::consent::decode::base64_json;

const PURPOSE: &str = "behavioral_advertising";

pub(super) const FORMAT: Format =
    Format::own("ketch", &[Key::Cookie("_ketch_consent_v1_"), Key::Stored("_ketch_consent_v1_")], read).on_auto();

pub(super) const GPC: Format = Format::new(
    "gpc",
    &[Key::Cookie("gpcsignal")],
    Coding::Word,
    &Form {
        opt_out: &[Fact::Is("", Value::Text("true")), Fact::Is("", Value::Text("1"))],
        silent: true,
        ..Form::NOTHING
    },
);

fn read(found: &Found<'_>) -> Option<Said> {
    let Some(json) = base64_json(found.value) else { return Some(Verdict::Unreadable.into()) };
    let verdict = found.choose(|code| code == PURPOSE, &|see| {
        for (code, purpose) in json.members() {
            let on = match purpose.text_at("status").as_deref() {
                Some("granted") => Some(true),
                Some("denied") => Some(false),
                _ => None,
            };
            see(code, on);
            purpose.names("canonicalPurposes", &mut |name| {
                if name != code {
                    see(name, on);
                }
            });
        }
    });
    Some(verdict.of(&json).into())
}
