//! `assent report`: first the two numbers of each shop; then per day, shop and event, what became of
//! what was accepted; and per day and shop, what became of the orders that Shopify told of.

mod csv;
mod layout;
mod note;
mod notes;
mod numbers;
mod refused;
mod span;

use std::path::Path;

use assent_gate::settings::ShopDomain;
use clap::{Args, ValueEnum};
use serde::Serialize;

use self::note::Note;
use self::numbers::Numbers;
use self::span::{Last, Span};
use super::failure::Failure;
use super::output::print;
use super::which_shop::which_shop;
use crate::calendar::Day;
use crate::clock::Clock;
use crate::config::{Config, Secrets};
use crate::store::read::{Asked, EventDay, OrderDay, Reader, RefusalDay};
use crate::zone::Zone;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent report
  assent report --from 2026-11-01 --to 2026-11-30 --format csv")]
pub(crate) struct Report {
    /// Of this shop only.
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<ShopDomain>,
    /// The last days, today among them, such as 7d.
    #[arg(long, value_name = "DAYS", conflicts_with_all = ["from", "to"])]
    last: Option<Last>,
    /// First day, YYYY-MM-DD. Days are the shop's own: its `time_zone`.
    #[arg(long)]
    from: Option<Day>,
    /// Last day, YYYY-MM-DD.
    #[arg(long)]
    to: Option<Day>,
    /// For people, for programs, or for a spreadsheet.
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    format: ReportFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    Table,
    Json,
    Csv,
}

/// The report as JSON.
#[derive(Serialize)]
struct Document<'a> {
    from: Option<Day>,
    to: Option<Day>,
    shops: &'a [Numbers],
    days: &'a [EventDay],
    orders: &'a [OrderDay],
    refused: &'a [RefusalDay],
    notes: &'a [Note],
}

impl Report {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        print(&self.text(&config, &Reader::open(&config.store)?)?)
    }

    /// In the zone of the shop that is asked for, or of the only one; in UTC where there are several.
    fn span(&self, config: &Config, clock: &Clock) -> Result<Span, Failure> {
        let only = match (&self.shop, config.shops.as_slice()) {
            (Some(named), _) => Some(which_shop(config, Some(named))?),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let zone = only.map_or(Zone::UTC, |shop| shop.zone.clone());
        Ok(Span::of(self.last, self.from, self.to, (&zone, clock.now())))
    }

    fn text(&self, config: &Config, store: &Reader) -> Result<String, Failure> {
        let clock = Clock::machine();
        let span = self.span(config, &clock)?;
        let (zones, shop) = (config.zones(), self.shop.as_ref().map(ShopDomain::as_str));
        let asked = Asked { shop, days: span.days(), zones: &zones, now: clock.now() };
        let (days, orders) = (store.event_days(&asked)?, store.order_days(&asked)?);
        // Counted by days in UTC: rather too many than to hide today's.
        let in_utc = if zones.are_utc() { asked.days } else { asked.days.wider() };
        let mut refused = store.refusals(in_utc)?;
        refused.retain(|day| shop.is_none_or(|shop| day.shop == shop));
        let others = orders.iter().map(|day| day.shop.clone());
        let numbers = numbers::numbers(config, store, &asked, others)?;
        let mut notes: Vec<_> = numbers.iter().filter_map(Numbers::note).collect();
        notes.extend(notes::notes(config, store, in_utc, &orders)?);
        notes.extend(refused::notes(&refused));
        let doubts = store.address_doubts(asked.now)?;
        notes.extend(doubts.iter().map(refused::of_addresses));
        notes.retain(|note| shop.is_none_or(|shop| note.shop == shop));
        notes.extend(notes::of_endpoint(config, store, asked.now)?);
        Ok(match self.format {
            ReportFormat::Json => {
                let report = Document {
                    from: span.from,
                    to: span.to,
                    shops: &numbers,
                    days: &days,
                    orders: &orders,
                    refused: &refused,
                    notes: &notes,
                };
                let unwritten = |error| format!("the report could not be written: {error}");
                serde_json::to_string_pretty(&report).map_err(unwritten)?
            }
            ReportFormat::Csv => csv::csv(&days, &orders)?,
            ReportFormat::Table => {
                let text = numbers::text(&numbers) + "\n" + &layout::table(&days, &orders);
                notes.iter().fold(text, |text, Note { note, .. }| text + "\n\n" + note)
            }
        })
    }
}
