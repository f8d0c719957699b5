//! Sourcepoint: JSON with the TC string of the GDPR, and of the US the strings (GPP, US Privacy),
//! wherever they stand in it, and the words that say what was refused. `gdpr.grants` has each vendor by
//! an id of the site's: what that vendor may do is all of its purposes together, so a shop that names
//! it is asked for all of them.

use super::format::{Key, RecordFormat};
use super::statement::{Answer, Found, Statement};
use super::{gpp, tcf, usp};
use crate::json::Json;
use crate::text::split;

pub(super) const FORMAT: RecordFormat =
    RecordFormat::told("sourcepoint", &[Key::Stored("_sp_user_consent_*")], read);

fn read(found: &Found<'_>) -> Option<Statement> {
    // Without an objection the strings of the US are no yes: then the TC string alone counts.
    let us = usp::within(found.value).max(gpp::within(found.value));
    let mut said = of(found);
    if let Some(us) = us
        && us > Answer::Undecided
    {
        said.answer = said.answer.max(us);
    }
    Some(said)
}

fn of(found: &Found<'_>) -> Statement {
    let Some(json) = Json::parse(found.value).filter(|json| !json.is_doubled()) else {
        return Answer::Unreadable.into();
    };
    let status = json.text_at("ccpa.status");
    let mut refused = matches!(status.as_deref(), Some("rejectedAll" | "rejectedSome"));
    for path in split("ccpa.rejectedAll,usnat.consentStatus.rejectedAny", b',') {
        json.each(path, &mut |all| refused |= all.flag() == Some(true));
    }
    if refused {
        return Answer::OptedOut.into();
    }
    // A string stands there before anybody has answered, too.
    let is_open = json.flag_at("gdpr.consentStatus.hasConsentData") == Some(false);
    let text = json.text_at("gdpr.euconsent").filter(|_| !is_open);
    let Some(mut said) = text.and_then(|text| tcf::said(&text)) else {
        return Answer::Undecided.into();
    };
    if !found.categories.is_empty() {
        let vendors = found.choose(|_| false, &|see| {
            json.each("gdpr.grants", &mut |grants| {
                for (id, grant) in grants.members() {
                    let mut on = grant.flag_at("vendorGrant") == Some(true);
                    grant.each("purposeGrants", &mut |purposes| {
                        on &= purposes.members().iter().all(|(_, on)| on.flag() == Some(true));
                    });
                    see(id, Some(on));
                }
            });
        });
        said.answer = said.answer.max(vendors);
    }
    said
}
