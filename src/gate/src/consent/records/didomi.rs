//! Didomi: base64 JSON with the vendors and the purposes that are switched on and off. TikTok is the
//! custom vendor `c:tiktok-…`. Didomi counts a vendor only with all the purposes that are declared
//! for it, and the record does not say which those are. IAB's purposes are also in the TC string,
//! which is a record of its own.

use super::format::{
    Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time, Value,
};
use super::tcf;

const REFUSED: &str = "purposes.disabled";
/// A purpose with this in its name is one of advertising: a refusal of it is one of TikTok.
const ADVERTISING: &str = "cookies,_ads,ad_perf,advert,marketing,targeting";
/// With this it is another, and says nothing. Any other is the site's own, and perhaps TikTok's.
const OTHER: &str = "content,product,research,geoloc,device_,analyt,\
audience,statist,function";

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "didomi",
    &[Key::Cookie("didomi_token"), Key::Stored("didomi_token")],
    Coding::Base64,
    &Meaning {
        no: &[Condition::Names(REFUSED, ADVERTISING)],
        switches: Switches::Lists {
            on: Some("vendors.enabled"),
            off: Some("vendors.disabled"),
            names: SwitchNames::Begin("c:tiktok-"),
        },
        held: &[Condition::Others(REFUSED, OTHER)],
        sure: &[
            Condition::IsOrAbsent("vendors.disabled", Value::List),
            Condition::IsOrAbsent(REFUSED, Value::List),
        ],
        decided_at: Time::Text("updated"),
        id: Identifier::At("user_id"),
        version: Identifier::At("version"),
        ..Meaning::NOTHING
    },
);

/// It keeps the TC string where it keeps the token; in a cookie `tcf.rs` finds it.
pub(super) const TCF: RecordFormat =
    RecordFormat::told("didomi", &[Key::Stored("euconsent-v2")], tcf::read);
