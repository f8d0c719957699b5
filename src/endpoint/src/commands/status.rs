//! `assent status`: three lines, which mode, what waits, what is wrong. Read from the store, beside a
//! server that runs or without one; exit 1 where something is wrong.

use std::path::Path;

use assent_gate::time::{DAY, Timestamp};
use clap::Args;
use serde::Serialize;

use super::failure::{Failure, Found};
use super::output::{OutputForm, print};
use super::silence::of_silence;
use crate::calendar::{Day, Days, moment};
use crate::clock::Clock;
use crate::config::{Config, Secrets};
use crate::rules::account::Place;
use crate::rules::silence::{Silence, silence};
use crate::store::read::{Asked, DemandOnRecord, Queues, Reader, ShopQueue};
use crate::wrongs;

/// A demand of Shopify's that is not done by then does not do itself.
const NEAR: i64 = 7 * DAY;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent status
  assent status --json")]
pub(crate) struct Status {
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Times are Unix seconds.
#[derive(Debug, Serialize)]
struct Standing {
    /// A server holds the store.
    running: bool,
    /// Of the server that runs, or ran last: `live`, `test`, or `mixed` where only some shops test.
    mode: &'static str,
    /// What these accept never counts.
    testing: Vec<String>,
    waiting: Waiting,
    /// Sentences, each of one shop or of the endpoint.
    wrong: Vec<String>,
}

#[derive(Debug, Default, Serialize)]
struct Waiting {
    /// To be sent.
    due: i64,
    /// Purchases that wait for their orders.
    held: i64,
    oldest_due_at: Option<i64>,
    first_lost_at: Option<i64>,
}

impl Status {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let store = Reader::open(&config.store)?;
        let standing = standing(&config, &store, Clock::machine().now())?;
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => print(&serde_json::to_string_pretty(&standing)?)?,
            OutputForm::Text => print(&text(&standing, &config))?,
        }
        if standing.wrong.is_empty() { Ok(()) } else { Err(Found.into()) }
    }
}

fn standing(config: &Config, store: &Reader, now: Timestamp) -> Result<Standing, Failure> {
    let names = || config.shops.iter().map(|shop| shop.settings.shop.as_str());
    let mut testing = store.testing()?;
    testing.retain(|shop| names().any(|name| name == shop));
    let mode = match testing.len() {
        0 => "live",
        n if n == config.shops.len() => "test",
        _ => "mixed",
    };
    let queues = store.queues()?;
    let server = wrongs::of_server(&config.store);
    let running = server.is_none();
    let mut wrong: Vec<_> = server.map(str::to_owned).into_iter().collect();
    let mut paused = store.pauses()?;
    paused.retain(|paused| names().any(|name| name == paused.shop));
    wrong.extend(paused.into_iter().map(|paused| format!("{}: {}", paused.shop, paused.why)));
    wrong.extend(store.open_demands()?.iter().filter_map(|demand| of_demand(demand, now)));
    let refused = wrongs::refused_webhooks(store, now)?.into_iter();
    wrong.extend(refused.map(|(shop, words)| format!("{shop}: {words}")));
    wrong.extend(wrongs::of_clock(store, now)?);
    for shop in &config.shops {
        let name = shop.settings.shop.as_str();
        let heard = store.heard(name, now)?;
        if let Silence::Alarming { since } = silence(heard, shop.webhooks, now) {
            wrong.push(format!("{name}: {}", of_silence(heard.last_order, since, name)));
        }
    }
    wrong.extend(of_orders(config, store, now)?);
    Ok(Standing { running, mode, testing, waiting: waiting(&queues), wrong })
}

/// Of all shops together.
fn waiting(queues: &Queues) -> Waiting {
    let mut all = Waiting::default();
    for ShopQueue { due, held, oldest_due, first_lost } in queues.values() {
        all.due += due;
        all.held += held;
        let oldest = oldest_due.map(|at| at.0);
        all.oldest_due_at = all.oldest_due_at.into_iter().chain(oldest).min();
        let lost = first_lost.map(|at| at.0);
        all.first_lost_at = all.first_lost_at.into_iter().chain(lost).min();
    }
    all
}

fn of_demand(demand: &DemandOnRecord, now: Timestamp) -> Option<String> {
    let DemandOnRecord { shop, topic, due_at, .. } = demand;
    let due = moment(*due_at);
    (due_at - now.0 < NEAR).then(|| {
        format!("{shop}: Shopify's {topic} is not done and due at {due}; the log says why")
    })
}

/// Orders of the last week that are not accounted for, or lost.
fn of_orders(config: &Config, store: &Reader, now: Timestamp) -> Result<Vec<String>, Failure> {
    let zones = config.zones();
    let from = Day::of_number((now.0 - 7 * DAY).div_euclid(DAY));
    let asked = Asked { shop: None, days: Days::between(from, None), zones: &zones, now };
    let account = store.account(&asked)?;
    let of = |place| account.of(place).n;
    let (told, lost) = (account.told.n, of(Place::Lost));
    let (stuck, unread) = (of(Place::Stuck), of(Place::Unread));
    let mut said = Vec::new();
    if stuck + unread > 0 {
        said.push(format!(
            "{} of {told} orders are not accounted for: {stuck} wait longer than usual, {unread} could \
             not be read; `assent report` says more",
            stuck + unread,
        ));
    }
    if lost > 0 {
        let by: Vec<_> =
            account.ends(Place::Lost).iter().map(|(end, n)| format!("{n} {end}")).collect();
        said.push(format!(
            "{lost} of {told} orders of the last 7 days should have been reported and could not be ({}); \
             `assent why` says more of each",
            by.join(", ")
        ));
    }
    Ok(said)
}

fn text(standing: &Standing, config: &Config) -> String {
    [mode(standing, config), waits(&standing.waiting), wrong(&standing.wrong)].join("\n")
}

fn mode(standing: &Standing, config: &Config) -> String {
    let shops = config.shops.len();
    let of = match standing.mode {
        "live" => format!("LIVE, {shops} shop{}", if shops == 1 { "" } else { "s" }),
        "test" => "TEST MODE: nothing counts".to_owned(),
        _ => format!(
            "TEST MODE of {} of {shops} shops: nothing of theirs counts ({})",
            standing.testing.len(),
            standing.testing.join(", ")
        ),
    };
    let server = if standing.running { "the server runs" } else { "no server runs" };
    format!("mode   {of}; {server}")
}

fn waits(Waiting { due, held, oldest_due_at, first_lost_at }: &Waiting) -> String {
    let of = match (due, oldest_due_at.zip(*first_lost_at)) {
        (0, _) | (_, None) => "nothing to be sent".to_owned(),
        (due, Some((oldest, lost))) => format!(
            "{due} events to be sent, the oldest since {}; the first is lost at {}",
            moment(oldest),
            moment(lost)
        ),
    };
    let held =
        if *held > 0 { format!("; {held} Purchases for their orders") } else { String::new() };
    format!("waits  {of}{held}")
}

/// One line, whatever there is: the rest is in `report`.
fn wrong(wrong: &[String]) -> String {
    match wrong {
        [] => "wrong  nothing that this store knows of".to_owned(),
        [one] => format!("wrong  {one}"),
        [first, rest @ ..] => {
            format!("wrong  {first} (and {} more: `assent status --json`)", rest.len())
        }
    }
}
