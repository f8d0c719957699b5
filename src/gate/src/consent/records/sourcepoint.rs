//! Sourcepoint: JSON with the TC string of the GDPR, and of the US a GPP string, a US Privacy string
//! and the words that say what was refused.

use super::format::{Key, RecordFormat};
use super::record::Verdict;
use super::statement::{Found, Statement, is_stricter};
use super::{gpp, tcf, usp};
use crate::json::Json;

pub(super) const FORMAT: RecordFormat =
    RecordFormat::own("sourcepoint", &[Key::Stored("_sp_user_consent_*")], read);

fn read(found: &Found<'_>) -> Option<Statement> {
    let Some(json) = Json::parse(found.value).filter(|json| !json.is_doubled()) else {
        return Some(Verdict::Unreadable.into());
    };
    let refused = json.flag_at("ccpa.rejectedAll") == Some(true)
        || json.flag_at("usnat.consentStatus.rejectedAny") == Some(true)
        || matches!(json.text_at("ccpa.status").as_deref(), Some("rejectedAll" | "rejectedSome"))
        || json.text_at("ccpa.uspstring").and_then(|text| usp::opted_out(&text)) == Some(true);
    if refused {
        return Some(Statement::opted_out());
    }
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
