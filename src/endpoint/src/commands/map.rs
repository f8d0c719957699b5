//! `assent map`: a dry run. A Shopify event or order in, both copies out, as if consent were given.
//! Nothing is sent or stored.

use std::path::{Path, PathBuf};

use assent_gate::beacon::BrowserLeg;
use assent_gate::consent::Cmp;
use assent_gate::consent::Meanwhile;
use assent_gate::consent::{Decision, Grant, Policy, Shopify, Signals, decide};
use assent_gate::conversion::Conversion;
use assent_gate::conversion::Surroundings;
use assent_gate::event::Goods;
use assent_gate::order::{self, BrowserContext, Sold};
use assent_gate::settings::{ContentId, Settings, ShopDomain};
use assent_gate::shopify;
use assent_gate::tiktok::events_api::Element;
use assent_gate::tiktok::{EventName, Properties, User, left_out};
use assent_gate::time::Timestamp;
use clap::Args;
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{OutputForm, print};
use super::which_shop::which_shop;
use crate::clock::Clock;
use crate::config::{Config, Secrets, Shop};
use crate::http::webhooks::ORDERS;
use crate::lenient::Body;
use crate::rules::debt::End;
use crate::rules::order::{Alone, Heard, Topic, alone, standing};
use crate::rules::sentences;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent map --event event.json
  assent map --order order.json --topic orders/paid --shop acme.myshopify.com --json")]
pub(crate) struct Map {
    /// An event as JSON, as Shopify hands it to a pixel.
    #[arg(long, value_name = "FILE.json", required_unless_present = "order")]
    event: Option<PathBuf>,
    /// An order as JSON: the body of a webhook, or what the Admin API (REST) answers.
    #[arg(long, value_name = "FILE.json", conflicts_with = "event")]
    order: Option<PathBuf>,
    /// The webhook's topic.
    #[arg(long, value_name = "TOPIC", default_value = "orders/create", conflicts_with = "event", value_parser = topic)]
    topic: Topic,
    /// Needed only where the configuration has several shops.
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<ShopDomain>,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

fn topic(name: &str) -> Result<Topic, String> {
    let known = ORDERS.into_iter().find(|topic| topic.name() == name);
    known.ok_or_else(|| {
        let names: Vec<&str> = ORDERS.into_iter().map(Topic::name).collect();
        format!("one of {} is expected; of another one Assent takes no notice", names.join(", "))
    })
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
    #[error("the order cannot be read: it is no JSON, or breaks off, or has no `id`")]
    NoOrder,
}

/// The contract's `{"event_id", "browser", "server"}`, and what is to be said beside it.
struct Mapped {
    answer: Value,
    notes: Vec<String>,
}

impl Map {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let shop = which_shop(&config, self.shop.as_ref())?;
        let unread = |path: &Path, error| format!("{}: {error}", path.display());
        let read = |path: &Path| std::fs::read(path).map_err(|error| unread(path, error));
        let Mapped { answer, notes } = match (&self.event, &self.order) {
            (Some(event), _) => map_event(&read(event)?, &shop.settings)?,
            (None, Some(order)) => map_order(&read(order)?, self.topic, shop)?,
            (None, None) => unreachable!("clap asks for one of the two"),
        };
        for note in notes {
            eprintln!("{note}");
        }
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => print(&serde_json::to_string_pretty(&answer)?),
            OutputForm::Text => print(&text(&answer)?),
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

fn map_event(bytes: &[u8], settings: &Settings) -> Result<Mapped, MapError> {
    let body = Body::read(bytes);
    if !body.is_whole {
        // A stricter reader says where.
        let (line, column) = serde_json::from_slice::<Value>(bytes)
            .map_or_else(|error| (error.line(), error.column()), |_| (1, 1));
        return Err(MapError::NotJson { line, column });
    }
    let event = shopify::event(&body.tree())
        .map_err(|e| MapError::Malformed(e.reason()))?
        .ok_or(MapError::Unused)?;
    let dice = || {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).ok().map(|()| bits)
    };
    let conversion = Conversion::new(&event, settings, Surroundings::default(), dice());
    let conversion =
        conversion.filter(|conversion| conversion.legs.any()).ok_or(MapError::NoRoute)?;
    let mut notes = notes(&event.goods, &conversion.properties, settings);
    notes.extend(lost(body));
    let grant = supposed(event.time).ok_or(MapError::NoRoute)?;
    let legs = conversion.legs;
    let browser = legs.browser.then(|| json!(conversion.call(&grant)));
    let wire =
        conversion.wire(&grant, if legs.browser { BrowserLeg::Fired } else { BrowserLeg::Skipped });
    let server = legs.server.then(|| json!(Element::new(&grant, &wire, None)));
    let answer = json!({ "event_id": wire.event_id, "browser": browser, "server": server });
    Ok(Mapped { answer, notes })
}

/// What this webhook would bring about, were consent on record, and had the browser left nothing
/// else. An order calls no pixel.
fn map_order(bytes: &[u8], topic: Topic, shop: &Shop) -> Result<Mapped, MapError> {
    let mut body = Body::read(bytes);
    // The Admin API answers with the order under its name.
    if let Some(order) = body.value.get_mut("order").filter(|order| order.is_object()) {
        body.value = order.take();
    }
    if topic == Topic::Refunded {
        shopify::refunded(&body.tree()).ok_or(MapError::NoOrder)?;
        let notes = vec!["nothing is sent: a refund is noted in its order's story".to_owned()];
        let answer = json!({ "event_id": null, "browser": null, "server": null });
        return Ok(Mapped { answer, notes });
    }
    let (settings, now) = (&shop.settings, Clock::machine().now());
    let order = body.order(shop.purchase.money, now);
    let order = order.filter(|_| body.is_whole).ok_or(MapError::NoOrder)?;
    let facts = order.facts(settings);
    let mut notes = notes(&order.goods, &facts.figures.properties, settings);
    notes.extend(lost(body));
    let heard = Heard {
        sold: facts.sold,
        created: topic == Topic::Created,
        paid: topic == Topic::Paid,
        cancelled: topic == Topic::Cancelled,
    };
    let grant = supposed(facts.created_at).ok_or(MapError::NoRoute)?;
    let seen = BrowserContext { user: User::default(), page: None };
    let made = match alone(standing(heard, shop.purchase)) {
        Alone::Ends(End::Cancelled) => Err(sentences::CANCELS.to_owned()),
        Alone::Ends(_) => Err(not_reported(facts.sold)),
        Alone::Waits => Err(sentences::UNPAID.to_owned()),
        Alone::Recover if settings.server_leg_is_off(EventName::Purchase) => {
            Err(sentences::SERVER_LEG_OFF.to_owned())
        }
        Alone::Recover => {
            order::recovered(&grant, &facts, &order.contacts(settings), seen, settings)
                .ok_or_else(|| sentences::NO_CHECKOUT_MADE_IT.to_owned())
        }
    };
    let server = match made {
        Ok(event) => Some(json!(Element::new(&grant, &event, None))),
        Err(why) => {
            notes.insert(0, format!("nothing is sent: {why}"));
            None
        }
    };
    let answer = json!({ "event_id": facts.event_id, "browser": null, "server": server });
    Ok(Mapped { answer, notes })
}

fn not_reported(sold: Sold) -> String {
    let (kind, key) = match sold {
        Sold::Test => ("a test order", "test"),
        Sold::PointOfSale => ("an order of a point of sale", "pos"),
        Sold::Draft => ("a draft order", "draft"),
        Sold::Renewal => ("a subscription's renewal", "renewals"),
        Sold::Checkout => ("an order of a checkout", ""),
    };
    format!("it is {kind}; `report = {{ {key} = true }}` in [shops.purchase] reports them")
}

/// What is not passed on of what was told.
fn notes(goods: &Goods, told: &Properties, settings: &Settings) -> Vec<String> {
    let mut notes: Vec<String> = left_out(goods, told).map(str::to_owned).into_iter().collect();
    let without_id = goods.items.len() - told.contents.len();
    if without_id > 0 {
        let word = ContentId::WORDS.iter().find(|(_, id)| *id == settings.content_id);
        let word = word.map_or("", |(word, _)| word);
        notes.push(format!(
            "{without_id} of {} lines left out of contents and num_items: without the id that \
             content_id = \"{word}\" asks for",
            goods.items.len()
        ));
    }
    notes
}

fn lost(body: Body) -> Option<String> {
    let lost = body.lost();
    (!lost.is_empty()).then(|| format!("could not be read, and is left out: {lost}"))
}

/// The gate's own answer to a shopper who said yes to everything.
fn supposed(at: Timestamp) -> Option<Grant> {
    let yes = Some(true);
    let shopify = Shopify {
        marketing: yes,
        sale_of_data: yes,
        analytics: yes,
        preferences: yes,
        answered: true,
    };
    let policy = Policy { cmp: Cmp::Shopify, undecided: Meanwhile::Hold, missing: Meanwhile::Hold };
    match decide(Signals { shopify, within_reach: true, ..Signals::default() }, policy, at) {
        Decision::Granted(grant) => Some(grant),
        Decision::Denied(_) | Decision::Unknown(_) => None,
    }
}
