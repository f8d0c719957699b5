//! Sourcepoint: JSON with the TC string of the GDPR and the GPP string of the US.

use super::format::{Key, RecordFormat};
use super::record::Verdict;
use super::statement::{Found, Statement, is_stricter};
use super::{gpp, tcf};
use crate::json::Json;

pub(super) const FORMAT: RecordFormat =
    RecordFormat::own("sourcepoint", &[Key::Stored("_sp_user_consent_*")], read);

fn read(found: &Found<'_>) -> Option<Statement> {
    let Some(json) = Json::parse(found.value).filter(|json| !json.is_doubled()) else {
        return Some(Verdict::Unreadable.into());
    };
    // A GPP string without an objection is no yes: then the TC string alone counts.
    let us = json
        .text_at("gppData.gppString")
        .and_then(|text| gpp::said(&text))
        .filter(|said| said.verdict != Verdict::Undecided);
    let eu = json.text_at("gdpr.euconsent").and_then(|text| tcf::said(&text));
    match (us, eu) {
        (Some(us), Some(eu)) => Some(if is_stricter(&us, &eu) { us } else { eu }),
        (us, eu) => us.or(eu).or(Some(Verdict::Undecided.into())),
    }
}
