//! Didomi: base64 JSON with the vendors and the purposes that are switched on and off. TikTok is the
//! custom vendor `c:tiktok-…`. Didomi counts a vendor only with all the purposes that are declared
//! for it, and the record does not say which those are. IAB's purposes are also in the TC string,
//! which is a record of its own.

use super::format::{Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Time, Value};
use super::record::Verdict;
use super::statement::{Found, Statement};
use super::{reading, tcf};
use crate::consent::decode::base64_json;
use crate::text::holds;

pub(super) const FORMAT: RecordFormat =
    RecordFormat::own("didomi", &[Key::Cookie("didomi_token"), Key::Stored("didomi_token")], read);

/// It keeps the TC string where it keeps the token; in a cookie `tcf.rs` finds it.
pub(super) const TCF: RecordFormat =
    RecordFormat::own("didomi", &[Key::Stored("euconsent-v2")], tcf::read);

/// A purpose with this in its name is one of advertising: a refusal of it is one of TikTok.
const ADVERTISING: [&str; 6] = ["cookies", "_ads", "ad_perf", "advert", "marketing", "targeting"];
/// With this it is another, and says nothing.
const OTHER: [&str; 9] = [
    "content",
    "improve_products",
    "market_research",
    "geolocation",
    "device_char",
    "analytic",
    "audience",
    "statist",
    "functional",
];

const PROOF: Meaning = Meaning {
    sure: &[
        Condition::IsOrAbsent("vendors.disabled", Value::List),
        Condition::IsOrAbsent("purposes.disabled", Value::List),
    ],
    yes: &[Condition::Has("")],
    decided_at: Time::Text("updated"),
    id: Identifier::At("user_id"),
    version: Identifier::At("version"),
    ..Meaning::NOTHING
};

fn read(found: &Found<'_>) -> Option<Statement> {
    let Some(tree) = base64_json(found.value) else { return Some(Verdict::Unreadable.into()) };
    let paths = [
        ("vendors.enabled", true),
        ("vendors.disabled", false),
        ("purposes.enabled", true),
        ("purposes.disabled", false),
    ];
    // Which purposes are TikTok's only the shop can say.
    let paths = if found.categories.is_empty() { &paths[..2] } else { &paths };
    let chosen = found.choose(|name| SwitchNames::Begin("c:tiktok-").fit(name), &|see| {
        for (path, on) in paths {
            tree.names(path, &mut |name| see(name, Some(*on)));
        }
    });
    let proof = reading::said(&tree, &PROOF, found)?;
    let mut said = Statement { verdict: chosen.max(proof.verdict), ..proof };
    if found.categories.is_empty() {
        tree.names("purposes.disabled", &mut |name| {
            let name = name.to_ascii_lowercase();
            let is = |known: &[&str]| known.iter().any(|part| holds(&name, part));
            if is(&ADVERTISING) {
                said.verdict = Verdict::Denied;
            } else if said.verdict == Verdict::Granted && !is(&OTHER) {
                // Of the site's own, and perhaps TikTok's.
                (said.verdict, said.held) = (Verdict::Undecided, true);
            }
        });
    }
    Some(said)
}
