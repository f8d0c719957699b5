//! `assent why`: one event's or order's whole story.

use std::fmt::Write as _;
use std::path::Path;

use assent_gate::tiktok::EventName;
use assent_gate::time::DAY;
use clap::Args;
use serde::Serialize;

use super::failure::Failure;
use super::output::{OutputForm, print};
use crate::calendar::{Day, Days, moment};
use crate::clock::Clock;
use crate::config::{Config, Secrets};
use crate::rules::refused::{Door, Refused};
use crate::rules::sentences;
use crate::store::read::{Reader, RefusalDay, Story};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent why 1163b6cc081573da020c41e1cba14d48
  assent why 5678901234567 --json")]
pub(crate) struct Why {
    /// An event_id, or a Shopify order id.
    id_or_order: String,
    /// Prints one JSON document.
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
        "nothing is known of `{id}`: it never arrived here, or it ended more than 7 days ago. \
         Without consent nothing arrives{refused}"
    )]
    Unknown { id: String, refused: String },
    #[error("`{order}` names several events; ask for one of these ids: {ids}")]
    Several { order: String, ids: String },
    #[error("the story could not be written: {0}")]
    Json(#[from] serde_json::Error),
}

impl Why {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let store = Reader::open(&config.store)?;
        let stories = store.stories(&self.id_or_order)?;
        let refused = refused_webhooks(store.refusals(last_week())?);
        let story = only(&stories, &self.id_or_order, &refused)?;
        let told = Told { story, note: of_order(story, &refused) };
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => {
                print(&serde_json::to_string_pretty(&told).map_err(WhyError::from)?)
            }
            OutputForm::Text => print(&text(&told)),
        }
    }
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

fn only<'a>(
    stories: &'a [Story],
    id_or_order: &str,
    refused: &[RefusalDay],
) -> Result<&'a Story, WhyError> {
    match stories {
        [] => {
            let of_shop = |day: &RefusalDay| format!(".\n{}: {}", day.shop, sentence(day));
            let refused = refused.iter().map(of_shop).collect();
            Err(WhyError::Unknown { id: id_or_order.to_owned(), refused })
        }
        [story] => Ok(story),
        several => {
            let ids: Vec<_> = several
                .iter()
                .map(|Story { event_id, shop, .. }| {
                    format!(
                        "{} ({shop})",
                        event_id.as_deref().unwrap_or("an order without a checkout")
                    )
                })
                .collect();
            Err(WhyError::Several { order: id_or_order.to_owned(), ids: ids.join(", ") })
        }
    }
}

fn text(Told { story, note }: &Told<'_>) -> String {
    let Story { shop, event, event_id, state, reason, test, history, .. } = story;
    let event_id = event_id.as_deref().unwrap_or("(an order without a checkout)");
    let test = if *test { " (a test event: TikTok shows it and does not count it)" } else { "" };
    let mut text = format!("{event} {event_id} of {shop}{test}\n{state}: {reason}\n");
    for line in history {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {}  {}", moment(line.at), line.what);
    }
    if let Some(note) = note {
        let _ = write!(text, "\n\n{note}");
    }
    text
}
