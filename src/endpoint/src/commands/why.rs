//! `assent why`: one event's or order's whole story.

mod text;

use std::path::Path;

use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::EventName;
use assent_gate::time::DAY;
use clap::Args;
use serde::Serialize;

use super::failure::Failure;
use super::output::{OutputForm, print};
use crate::calendar::{Day, Days};
use crate::clock::Clock;
use crate::config::{Config, Secrets};
use crate::rules::named::FORMS;
use crate::rules::refused::{Door, Refused};
use crate::rules::sentences;
use crate::rules::way::{Fate, Way};
use crate::store::read::{Reader, RefusalDay, Story};
use crate::wrongs;

const EXAMPLES: &str = "\
Examples:
  assent why '#1001'
  assent why https://admin.shopify.com/store/acme/orders/5678901234567
  assent why 1163b6cc081573da020c41e1cba14d48 --json";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Why {
    /// An event_id, an order's name or number (#1001, 1001), its id, its GID, or the address of its
    /// page in Shopify's admin.
    id_or_order: String,
    /// Of this shop only, where several have such an order.
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<ShopDomain>,
    /// One JSON document instead of text; also where nothing is found.
    #[arg(long)]
    json: bool,
}

/// A story as JSON.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    story: &'a Story,
    /// What may be why its order did not come.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Debug, thiserror::Error)]
enum WhyError {
    #[error(
        "nothing is known of `{id}`{of_shop}. {means}\n{to_do}\nUnderstood is {FORMS}{beside}",
        means = Way::NeverArrived.advice().means,
        to_do = Way::NeverArrived.advice().to_do
    )]
    Unknown { id: String, of_shop: String, beside: String },
    #[error("`{order}` names several events; ask for one of these, or with --shop: {ids}")]
    Several { order: String, ids: String },
    #[error("the story could not be written: {0}")]
    Json(#[from] serde_json::Error),
}

impl Why {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let store = Reader::open(&config.store)?;
        let form = OutputForm::of_flag(self.json);
        match self.tell(&config, &store, form) {
            Ok(told) => print(&told),
            Err(failure) => {
                if form == OutputForm::Json {
                    print(&serde_json::json!({"error": failure.to_string()}).to_string())?;
                }
                Err(failure)
            }
        }
    }

    fn tell(&self, config: &Config, store: &Reader, form: OutputForm) -> Result<String, Failure> {
        let is_wanted =
            |shop: &str| self.shop.as_ref().is_none_or(|wanted| wanted.as_str() == shop);
        let mut stories = store.stories(&self.id_or_order)?;
        stories.retain(|story| is_wanted(&story.shop));
        stories.iter_mut().for_each(|story| story.meet(config));
        let mut refused = refused_webhooks(store.refusals(last_week())?);
        refused.retain(|day| is_wanted(&day.shop));
        let clock = wrongs::of_clock(store, Clock::machine().now())?;
        let server = wrongs::of_server(&config.store);
        let (of_clock, of_server) = (clock.as_deref(), server);
        let of_endpoint: Vec<_> = of_server.into_iter().chain(of_clock).collect();
        let story = self.only(&stories, &refused, &of_endpoint)?;
        let mut notes: Vec<_> = of_order(story, &refused).into_iter().collect();
        notes.extend(of_why(story.way.fate(), of_server, of_clock).map(str::to_owned));
        let note = (!notes.is_empty()).then(|| notes.join("\n"));
        let told = Told { story, note };
        Ok(match form {
            OutputForm::Json => serde_json::to_string_pretty(&told).map_err(WhyError::from)?,
            OutputForm::Text => {
                let zones = config.zones();
                text::text(story, told.note.as_deref(), zones.of_shop(&story.shop))
            }
        })
    }

    fn only<'a>(
        &self,
        stories: &'a [Story],
        refused: &[RefusalDay],
        of_endpoint: &[&str],
    ) -> Result<&'a Story, WhyError> {
        match stories {
            [] => {
                let line = |day: &RefusalDay| format!("\n{}: {}", day.shop, sentence(day));
                let of_endpoint = of_endpoint.iter().map(|words| format!("\n{words}"));
                let of_shop = self.shop.as_ref();
                let of_shop = of_shop.map(|shop| format!(" of {}", shop.as_str()));
                Err(WhyError::Unknown {
                    id: self.id_or_order.clone(),
                    of_shop: of_shop.unwrap_or_default(),
                    beside: refused.iter().map(line).chain(of_endpoint).collect(),
                })
            }
            [story] => Ok(story),
            several => {
                let ids: Vec<_> = several.iter().map(named).collect();
                Err(WhyError::Several { order: self.id_or_order.clone(), ids: ids.join(", ") })
            }
        }
    }
}

/// What of the endpoint's own state an order hangs on.
fn of_why<'a>(
    fate: Fate,
    server: Option<&'a str>,
    clock: Option<&'a str>,
) -> impl Iterator<Item = &'a str> {
    let (server, clock) = match fate {
        Fate::Delivered => (None, None),
        Fate::NotSent => (None, clock),
        Fate::Waits => (server, clock),
    };
    server.into_iter().chain(clock)
}

/// By what one of several can be asked for.
fn named(Story { event_id, order, shop, .. }: &Story) -> String {
    let id = event_id.as_deref().or(order.as_deref()).unwrap_or("an order without a checkout");
    format!("{id} ({shop})")
}

/// As long as an order is known.
fn last_week() -> Days {
    let now = Clock::machine().now().0;
    Days::between(Day::of_number((now - 7 * DAY).div_euclid(DAY)), None)
}

/// Of each shop the latest with a wrong signature, else the latest: anybody can send one without.
fn refused_webhooks(days: Vec<RefusalDay>) -> Vec<RefusalDay> {
    let rank = |day: &RefusalDay| (day.refused() == Some(Refused::WrongSignature), day.last_at);
    let mut latest: Vec<RefusalDay> = Vec::new();
    for day in days.into_iter().filter(|day| day.is_of(Door::Webhooks)) {
        match latest.iter_mut().find(|other| other.shop == day.shop) {
            Some(other) if rank(&day) > rank(other) => *other = day,
            Some(_) => {}
            None => latest.push(day),
        }
    }
    latest
}

fn sentence(day: &RefusalDay) -> String {
    let advice = day.refused().map_or("", |refused| refused.advice());
    format!("{}: {advice} ({})", day.beginning(), day.last())
}

/// Said of a Purchase whose order has not come, if webhooks were refused since the Purchase did.
fn of_order(story: &Story, refused: &[RefusalDay]) -> Option<String> {
    let has_come = story.history.iter().any(|line| sentences::tells_of_an_order(&line.what));
    let began = story.history.first().map(|line| line.at)?;
    let is_why = |day: &&RefusalDay| day.shop == story.shop && day.last_at >= began;
    if story.event != EventName::Purchase.as_str() || has_come {
        return None;
    }
    refused.iter().find(is_why).map(sentence)
}
