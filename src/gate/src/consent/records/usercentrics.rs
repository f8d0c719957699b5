//! Usercentrics, both SDKs, in localStorage. Version 3 has Google's consent mode and services by
//! name; version 2 has services by id, each with the history of its switch, and beside them Google's
//! consent mode, a TC string and a US Privacy string, of which a no counts once the shopper has
//! answered.

use std::cell::Cell;

use super::format::{Key, RecordFormat, SwitchNames};
use super::reading::{Tally, google, iab};
use super::statement::{Answer, Found, Statement};
use super::usp;
use crate::json::Json;
use crate::text::holds;
use crate::time::Timestamp;

const ANSWERED: &str = "uc_user_interaction";
const SERVICES: &str = "uc_settings";

pub(super) const V3: RecordFormat =
    RecordFormat::own("usercentrics", &[Key::Stored("ucData")], v3).on_auto();
pub(super) const V2: RecordFormat =
    RecordFormat::told("usercentrics", &[Key::Stored(SERVICES)], v2).on_auto();
/// Stands beside the other two; it has a format of its own only so that it is read.
pub(super) const INTERACTION: RecordFormat =
    RecordFormat::own("usercentrics", &[Key::Stored(ANSWERED)], |_| None).on_auto();
/// What stands beside them and can only deny.
pub(super) const BESIDE: RecordFormat = RecordFormat::own(
    "usercentrics",
    &[Key::Stored("uc_gcm"), Key::Stored("uc_tcf"), Key::Stored("uc_usprivacy")],
    beside,
)
.on_auto();

fn beside(found: &Found<'_>) -> Option<Answer> {
    let us = usp::within(found.value);
    if us == Some(Answer::OptedOut) {
        return us;
    }
    let json = Json::parse(found.value)?;
    let is_answered = found.jar.stored(ANSWERED).text() == "true"
        || holds(found.jar.stored(SERVICES).text(), "\"explicit\"");
    let is_no = google(&json, "").off > 0 || iab(&json, "tcString") == Some(Answer::Denied);
    (is_no && is_answered).then_some(Answer::Denied)
}

fn v3(found: &Found<'_>) -> Option<Answer> {
    let Some(json) = Json::parse(found.value) else { return Some(Answer::Unreadable) };
    let is_there = Cell::new(false);
    let usual = |name: &str| {
        let is_own = is_tiktok(name);
        is_there.set(is_there.get() || is_own);
        is_own
    };
    let own = found.choose(usual, &|see| {
        json.each("consent.services", &mut |services| {
            for (id, service) in services.members() {
                let name = service.text_at("name").unwrap_or_default();
                let on = service.flag_at("consent");
                see(&name, on);
                if *id != name {
                    see(id, on);
                }
            }
        });
    });
    let general = google(&json, "gcm");
    // A category that the shop has named is missing or unreadable: the general switch does not stand
    // in for it.
    let in_general = general.on >= 3 && !is_there.get() && found.categories.is_empty();
    let verdict = if own == Answer::Denied || general.off > 0 {
        Answer::Denied
    } else if in_general {
        Answer::Granted
    } else {
        own
    };
    let answered = found.jar.stored(ANSWERED).text() == "true";
    Some(if answered { verdict.of(&json) } else { Answer::Undecided })
}

/// "TikTok Pixel", "Tiktok Advertising", …
fn is_tiktok(name: &str) -> bool {
    holds(&name.to_ascii_lowercase(), "tiktok")
}

fn v2(found: &Found<'_>) -> Option<Statement> {
    let Some(json) = Json::parse(found.value) else { return Some(Answer::Unreadable.into()) };
    let (mut whole, mut asked, mut latest) = (Tally::default(), false, None);
    let services = |see: &mut dyn FnMut(&Json)| {
        json.lists("services", &mut |services| services.iter().for_each(&mut *see));
    };
    services(&mut |service| {
        whole.add(service.flag_at("status"));
        service.lists("history", &mut |history| {
            for entry in history {
                asked |= entry.text_at("type").as_deref() == Some("explicit");
                latest = latest.max(entry.number_at("timestamp"));
            }
        });
    });
    let verdict = if !asked {
        Answer::Undecided
    } else if whole.on + whole.odd == 0 && whole.off > 0 {
        Answer::Denied
    } else if found.categories.is_empty() && whole.off == 0 {
        whole.verdict()
    } else {
        // Only the shop knows which of them is TikTok's.
        found.choose(|id| SwitchNames::Unknown.fit(id), &|see| {
            services(&mut |service| {
                let id = service.text_at("id").unwrap_or_default();
                service.each("status", &mut |on| see(&id, on.flag()));
            });
        })
    };
    Some(Statement {
        decided_at: latest.map(|ms| Timestamp(ms / 1000)),
        id: json.text_at("controllerId"),
        version: json.text_at("version"),
        ..verdict.of(&json).into()
    })
}
