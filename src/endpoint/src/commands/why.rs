//! `assent why`: one event's or order's whole story.

use std::fmt::Write as _;
use std::path::Path;

use crate::store::read::story::{Story, moment, stories};
use crate::store::{Store, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum WhyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "nothing is known of `{0}`: it never arrived here, or it ended more than 7 days ago. Without consent nothing arrives"
    )]
    Unknown(String),
    #[error("`{order}` names several events; ask for one of these ids: {ids}")]
    Several { order: String, ids: String },
    #[error("the story could not be written: {0}")]
    Json(#[from] serde_json::Error),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    Json,
}

pub fn why(store: &Path, id_or_order: &str, form: Form) -> Result<String, WhyError> {
    let connection = Store::read_only(store)?;
    let mut found = stories(&connection, id_or_order).map_err(StoreError::from)?;
    let story = match (found.pop(), found.is_empty()) {
        (None, _) => return Err(WhyError::Unknown(id_or_order.to_owned())),
        (Some(story), true) => story,
        (Some(last), false) => {
            found.push(last);
            let ids: Vec<_> = found
                .iter()
                .map(|story| {
                    format!("{} ({})", story.event_id.as_deref().unwrap_or("an order without a checkout"), story.shop)
                })
                .collect();
            return Err(WhyError::Several { order: id_or_order.to_owned(), ids: ids.join(", ") });
        }
    };
    match form {
        Form::Json => Ok(serde_json::to_string_pretty(&story)?),
        Form::Text => Ok(text(&story, &|at| moment(&connection, at)).map_err(StoreError::from)?),
    }
}

fn text(story: &Story, moment: &dyn Fn(i64) -> rusqlite::Result<String>) -> rusqlite::Result<String> {
    let Story { shop, event, event_id, state, reason, history, .. } = story;
    let event_id = event_id.as_deref().unwrap_or("(an order without a checkout)");
    let mut text = format!("{event} {event_id} of {shop}\n{state}: {reason}\n");
    for line in history {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  {}  {}", moment(line.at)?, line.what);
    }
    Ok(text)
}
