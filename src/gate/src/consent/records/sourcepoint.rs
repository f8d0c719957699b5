//! Sourcepoint: JSON with the TC string of the GDPR and the strings of the US (GPP, US Privacy),
//! wherever they stand in it. `gdpr.grants` has each vendor by an id of the site's: what that vendor
//! may do is all of its purposes together, so a shop that names it is asked for all of them.

use super::format::{Key, RecordFormat};
use super::reading::Tally;
use super::record::Verdict;
use super::statement::{Found, Statement};
use super::{gpp, tcf, usp};
use crate::json::Json;

pub(super) const FORMAT: RecordFormat =
    RecordFormat::own("sourcepoint", &[Key::Stored("_sp_user_consent_*")], read);

fn read(found: &Found<'_>) -> Option<Statement> {
    if usp::within(found.value) == Some(true) {
        return Some(Statement::opted_out());
    }
    // A GPP string without an objection is no yes: then the TC string alone counts.
    let us = gpp::within(found.value).filter(|said| said.verdict != Verdict::Undecided);
    let eu = europe(found);
    Some(match us {
        Some(us) if eu.verdict == Verdict::Undecided && !eu.held => us,
        Some(us) => us.strictest(eu),
        None => eu,
    })
}

fn europe(found: &Found<'_>) -> Statement {
    let Some(json) = Json::parse(found.value).filter(|json| !json.is_doubled()) else {
        return Verdict::Unreadable.into();
    };
    let said = json.text_at("gdpr.euconsent").and_then(|text| tcf::said(&text));
    // A string stands there before anybody has answered, too.
    let is_open = json.flag_at("gdpr.consentStatus.hasConsentData") == Some(false);
    let Some(said) = said.filter(|_| !is_open) else { return Verdict::Undecided.into() };
    if found.categories.is_empty() {
        return said;
    }
    let vendors = found.choose(|_| false, &|see| {
        json.each("gdpr.grants", &mut |grants| {
            for (id, grant) in grants.members() {
                let mut tally = Tally::default();
                tally.add(grant.flag_at("vendorGrant"));
                grant.each("purposeGrants", &mut |purposes| {
                    purposes.members().iter().for_each(|(_, on)| tally.add(on.flag()));
                });
                see(
                    id,
                    match tally.verdict() {
                        Verdict::Granted => Some(true),
                        Verdict::Denied => Some(false),
                        Verdict::Undecided | Verdict::Unreadable => None,
                    },
                );
            }
        });
    });
    said.strictest(vendors.into())
}
