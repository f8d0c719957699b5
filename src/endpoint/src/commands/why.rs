//! `assent why`: one event's or order's whole story.

use std::fmt::Write as _;
use std::path::Path;

use clap::Args;

use super::failure::Failure;
use super::output::{OutputForm, print};
use crate::calendar::moment;
use crate::config::{Config, Secrets};
use crate::store::read::{Reader, Story};

#[derive(Debug, Args)]
pub(crate) struct Why {
    /// An event_id, or a Shopify order id.
    id_or_order: String,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, thiserror::Error)]
enum WhyError {
    #[error(
        "nothing is known of `{0}`: it never arrived here, or it ended more than 7 days ago. \
         Without consent nothing arrives"
    )]
    Unknown(String),
    #[error("`{order}` names several events; ask for one of these ids: {ids}")]
    Several { order: String, ids: String },
    #[error("the story could not be written: {0}")]
    Json(#[from] serde_json::Error),
}

impl Why {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let stories = Reader::open(&config.store)?.stories(&self.id_or_order)?;
        let story = only(&stories, &self.id_or_order)?;
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => {
                print(&serde_json::to_string_pretty(story).map_err(WhyError::from)?)
            }
            OutputForm::Text => print(&text(story)),
        }
    }
}

fn only<'a>(stories: &'a [Story], id_or_order: &str) -> Result<&'a Story, WhyError> {
    match stories {
        [] => Err(WhyError::Unknown(id_or_order.to_owned())),
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

fn text(story: &Story) -> String {
    let Story { shop, event, event_id, state, reason, history, .. } = story;
    let event_id = event_id.as_deref().unwrap_or("(an order without a checkout)");
    let mut text = format!("{event} {event_id} of {shop}\n{state}: {reason}\n");
    for line in history {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {}  {}", moment(line.at), line.what);
    }
    text
}
