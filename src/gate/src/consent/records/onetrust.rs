//! OneTrust and CookiePro: `OptanonConsent` is form-like; `groups` holds `id:0` or `id:1` by ids of
//! the tenant's, of which `C0004` is the usual one for targeting. In `4`, which older set-ups have in its
//! place, a no is one, and in what ends with `_BG`: `SPD_BG`, `SSPD_BG`, `OSSTA_BG` are the sale and
//! sharing of personal data and targeted ads. A yes there is no yes. Until
//! `OptanonAlertBoxClosed` is there they are the region's default. Hosts and vendors have switches of
//! their own in `hosts` and `genVendors`, by ids of the tenant's too: which is TikTok's only the shop
//! can say.

use super::format::{Coding, Condition, Key, Meaning, RecordFormat, Value};
use super::statement::{Answer, Found, Statement};
use super::tcf;
use crate::consent::decode::{pairs, query};
use crate::text::{cut, percent_decoded, split};

const KEYS: &[Key] = &[Key::Cookie("OptanonConsent")];

pub(super) const FORMAT: RecordFormat = RecordFormat::told("onetrust", KEYS, read);

/// Its TC string, where IAB's framework is switched on.
pub(super) const TCF: RecordFormat =
    RecordFormat::told("onetrust", &[Key::Cookie("eupubconsent-v2")], tcf::read);

/// The browser's Global Privacy Control, as it saw and honoured it.
pub(super) const GPC: RecordFormat = RecordFormat::new(
    "gpc",
    KEYS,
    Coding::Query,
    &Meaning {
        opt_out: &[
            Condition::Is("isGpcEnabled", Value::Text("1")),
            Condition::Is("browserGpcFlag", Value::Text("1")),
        ],
        silent: true,
        ..Meaning::NOTHING
    },
);

fn read(found: &Found<'_>) -> Option<Statement> {
    let Some(fields) = query(found.value) else { return Some(Answer::Unreadable.into()) };
    let (mut is_open, mut is_cut) = (false, false);
    fields.each("AwaitingReconsent", &mut |word| is_open |= word.text() != Some("false"));
    // The last group was cut off, and more groups may have stood behind it.
    fields.each("groups", &mut |groups| {
        is_cut |= pairs(groups.text().unwrap_or_default(), b',', b':').is_none();
    });
    let closed = found.jar.cookie("OptanonAlertBoxClosed");
    // A host or a vendor may be switched off within a group that is on.
    let switches = |see: &mut dyn FnMut(&str, Option<bool>)| {
        for field in split("groups,hosts,genVendors", b',') {
            fields.each(field, &mut |ids| {
                for (id, state) in
                    split(ids.text().unwrap_or_default(), b',').filter_map(|id| cut(id, b':'))
                {
                    let on = match state {
                        "1" => Some(true),
                        "0" => Some(false),
                        _ => None,
                    };
                    see(id, on);
                }
            });
        }
    };
    let mut verdict = found.choose(|id| id == "C0004", &switches);
    let is_no_where_off =
        |id: &str| id.ends_with("_BG") || id == "4" && found.categories.is_empty();
    switches(&mut |id, on| {
        if on == Some(false) && is_no_where_off(id) {
            verdict = Answer::Denied;
        }
    });
    let verdict = if closed.is_none() || is_open {
        Answer::Undecided
    } else if is_cut {
        verdict.max(Answer::Undecided)
    } else {
        verdict.of(&fields)
    };
    Some(Statement {
        decided_at: closed.and_then(percent_decoded).and_then(|text| text.parse().ok()),
        id: fields.text_at("consentId"),
        version: fields.text_at("version"),
        ..verdict.into()
    })
}
