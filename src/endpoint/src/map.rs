//! `assent map`: a dry run. A Shopify event in, both copies out, as if consent were given. Nothing is sent or stored.

use assent_gate::beacon::BrowserLeg;
use assent_gate::consent::{Cmp, Undecided};
use assent_gate::consent::{Decision, Grant, Policy, Shopify, Signals, decide};
use assent_gate::conversion::{Conversion, Surroundings};
use assent_gate::event::Event;
use assent_gate::settings::Settings;
use assent_gate::shopify;
use assent_gate::tiktok::events_api::Element;
use serde_json::{Value, json};

use crate::tree::Tree;

#[derive(Debug, thiserror::Error)]
pub enum MapError {
    #[error("the file is not JSON: line {line}, column {column}")]
    NotJson { line: usize, column: usize },
    #[error("the event cannot be read: {0}")]
    Malformed(&'static str),
    #[error("Assent has no use for this Shopify event")]
    Unused,
    #[error("this shop reports nothing for this event; see [shops.events] and [shops.custom_events]")]
    NoRoute,
}

/// The contract's `{"event_id", "browser", "server"}`.
pub fn map(text: &str, settings: &Settings) -> Result<Value, MapError> {
    let tree: Value =
        serde_json::from_str(text).map_err(|e| MapError::NotJson { line: e.line(), column: e.column() })?;
    let event = shopify::event(&Tree(&tree)).map_err(|e| MapError::Malformed(e.reason()))?.ok_or(MapError::Unused)?;
    let dice = || {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).ok().map(|()| bits)
    };
    let draft = Conversion::new(&event, settings, Surroundings::default(), dice());
    let draft = draft.filter(|draft| draft.legs.any()).ok_or(MapError::NoRoute)?;
    let grant = supposed(&event).ok_or(MapError::NoRoute)?;
    let legs = draft.legs;
    let browser = legs.browser.then(|| json!(draft.call(&grant)));
    let wire = draft.wire(&grant, if legs.browser { BrowserLeg::Fired } else { BrowserLeg::Skipped });
    let server = legs.server.then(|| json!(Element::new(&grant, &wire, None)));
    Ok(json!({ "event_id": wire.event_id, "browser": browser, "server": server }))
}

/// The gate's own answer to a shopper who said yes to everything.
fn supposed(event: &Event) -> Option<Grant> {
    let yes = Some(true);
    let shopify = Shopify { marketing: yes, sale_of_data: yes, analytics: yes, preferences: yes, answered: true };
    let policy = Policy { cmp: Cmp::Shopify, undecided: Undecided::Hold };
    match decide(Signals { shopify, within_reach: true, ..Signals::default() }, policy, event.time) {
        Decision::Granted(grant) => Some(grant),
        Decision::Denied(_) | Decision::Unknown(_) => None,
    }
}
