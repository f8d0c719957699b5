//! Ketch: base64 JSON, percent-encoded in cookies: by the organisation's code of each purpose its
//! status and what it stands for. GPP stands in a key of its own. A refusal of broking (the sale of
//! data) is one of sharing for ads; leave for it is no yes.

use super::format::{Key, RecordFormat};
use super::gpp;
use super::statement::{Answer, Found};
use crate::consent::decode::base64_json;

const PURPOSE: &str = "behavioral_advertising";

pub(super) const FORMAT: RecordFormat = RecordFormat::own(
    "ketch",
    &[Key::Cookie("_ketch_consent_v1_"), Key::Stored("_ketch_consent_v1_")],
    read,
)
.on_auto();

pub(super) const GPP: RecordFormat =
    RecordFormat::own("ketch", &[Key::Stored("_ketch_gpp_v1_")], gpp::objection).on_auto();

fn read(found: &Found<'_>) -> Option<Answer> {
    let Some(json) = base64_json(found.value) else { return Some(Answer::Unreadable) };
    let mut sold = true;
    let purposes = |see: &mut dyn FnMut(&str, Option<bool>)| {
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
    };
    purposes(&mut |code, on| sold &= code != "data_broking" || on != Some(false));
    let verdict = found.choose(|code| code == PURPOSE, &purposes);
    Some(if sold { verdict.of(&json) } else { Answer::Denied })
}
