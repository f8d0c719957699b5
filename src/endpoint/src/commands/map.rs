//! `assent map`: a dry run. A Shopify event in, both copies out, as if consent were given. Nothing
//! is sent or stored.

use std::path::{Path, PathBuf};

use assent_gate::beacon::BrowserLeg;
use assent_gate::consent::Cmp;
use assent_gate::consent::Meanwhile;
use assent_gate::consent::{Decision, Grant, Policy, Shopify, Signals, decide};
use assent_gate::conversion::Conversion;
use assent_gate::conversion::Surroundings;
use assent_gate::event::Event;
use assent_gate::settings::{Settings, ShopDomain};
use assent_gate::shopify;
use assent_gate::tiktok::events_api::Element;
use clap::Args;
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{OutputForm, print};
use super::which_shop::which_shop;
use crate::config::{Config, Secrets};
use crate::tree::Tree;

#[derive(Debug, Args)]
pub(crate) struct Map {
    /// The event as JSON, as Shopify hands it to a pixel.
    #[arg(long, value_name = "FILE.json")]
    event: PathBuf,
    /// Needed only where the configuration has several shops.
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<ShopDomain>,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, thiserror::Error)]
enum MapError {
    #[error("the file is not JSON: line {line}, column {column}")]
    NotJson { line: usize, column: usize },
    #[error("the event cannot be read: {0}")]
    Malformed(&'static str),
    #[error("Assent has no use for this Shopify event")]
    Unused,
    #[error(
        "this shop reports nothing for this event; see [shops.events] and [shops.custom_events]"
    )]
    NoRoute,
}

impl Map {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let shop = which_shop(&config, self.shop.as_ref())?;
        let unread = |error| format!("{}: {error}", self.event.display());
        let event = std::fs::read_to_string(&self.event).map_err(unread)?;
        let mapped = map(&event, &shop.settings)?;
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => print(&serde_json::to_string_pretty(&mapped)?),
            OutputForm::Text => print(&text(&mapped)?),
        }
    }
}

fn text(mapped: &Value) -> Result<String, serde_json::Error> {
    Ok(format!(
        "event_id  {}\n\nbrowser   {}\n\nserver    {}",
        mapped["event_id"].as_str().unwrap_or_default(),
        serde_json::to_string_pretty(&mapped["browser"])?,
        serde_json::to_string_pretty(&mapped["server"])?
    ))
}

/// The contract's `{"event_id", "browser", "server"}`.
fn map(text: &str, settings: &Settings) -> Result<Value, MapError> {
    let tree: Value = serde_json::from_str(text)
        .map_err(|e| MapError::NotJson { line: e.line(), column: e.column() })?;
    let event = shopify::event(&Tree(&tree))
        .map_err(|e| MapError::Malformed(e.reason()))?
        .ok_or(MapError::Unused)?;
    let dice = || {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).ok().map(|()| bits)
    };
    let conversion = Conversion::new(&event, settings, Surroundings::default(), dice());
    let conversion =
        conversion.filter(|conversion| conversion.legs.any()).ok_or(MapError::NoRoute)?;
    let grant = supposed(&event).ok_or(MapError::NoRoute)?;
    let legs = conversion.legs;
    let browser = legs.browser.then(|| json!(conversion.call(&grant)));
    let wire =
        conversion.wire(&grant, if legs.browser { BrowserLeg::Fired } else { BrowserLeg::Skipped });
    let server = legs.server.then(|| json!(Element::new(&grant, &wire, None)));
    Ok(json!({ "event_id": wire.event_id, "browser": browser, "server": server }))
}

/// The gate's own answer to a shopper who said yes to everything.
fn supposed(event: &Event) -> Option<Grant> {
    let yes = Some(true);
    let shopify = Shopify {
        marketing: yes,
        sale_of_data: yes,
        analytics: yes,
        preferences: yes,
        answered: true,
    };
    let policy = Policy { cmp: Cmp::Shopify, undecided: Meanwhile::Hold, missing: Meanwhile::Hold };
    match decide(Signals { shopify, within_reach: true, ..Signals::default() }, policy, event.time)
    {
        Decision::Granted(grant) => Some(grant),
        Decision::Denied(_) | Decision::Unknown(_) => None,
    }
}
