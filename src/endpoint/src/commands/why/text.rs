//! A story as a person reads it: what happened, on what ground, at which value, and what to do.

use std::fmt::Write as _;

use crate::commands::{ground, local_time, money};
use crate::rules::way::Fate;
use crate::store::read::{Story, Values};
use crate::zone::Zone;

const INDENT: &str = "\n                   ";

// Writing to a String cannot fail.
pub(super) fn text(story: &Story, note: Option<&str>, zone: &Zone) -> String {
    let Story { shop, event, event_id, order, state, reason, test, history, .. } = story;
    let mut text = event.clone();
    let _ = match event_id {
        Some(id) => write!(text, " {id} of {shop}"),
        None => write!(text, " of {shop} (an order without a checkout)"),
    };
    if let Some(order) = order {
        let _ = write!(text, " · order {order}");
    }
    if *test {
        text.push_str(" (a test event: TikTok shows it and does not count it)");
    }
    let _ = write!(text, "\n{state}: {reason}\n");
    for line in history {
        // What stands above is not said twice.
        let what = if line.what == *reason { state } else { &line.what };
        let _ = write!(text, "\n  {}  {what}", local_time::at(zone, line.at));
    }
    text.push('\n');
    let mut say = |title: &str, said: &str| {
        let _ = write!(text, "\n{title:<17}  {}", said.replace('\n', INDENT));
    };
    say("Ground", &ground::in_full(story.ground.as_ref(), story.way, zone));
    if let Some(values) = &story.values {
        say("Values", &of_values(values, story.way.fate()));
    }
    say("What you can do", story.advice.to_do);
    if let Some(note) = note {
        say("", note);
    }
    text
}

fn of_values(values: &Values, fate: Fate) -> String {
    let Values { browser, browser_fired, order, sent } = values;
    match (browser, order) {
        (Some(browser), Some(order)) if values.differ() => {
            let counts = match (browser_fired, fate) {
                (true, Fate::Delivered | Fate::Waits) => "TikTok keeps the first it got",
                (true, Fate::NotSent) => "TikTok has the browser's, if that arrived",
                (false, Fate::Delivered | Fate::Waits) => "TikTok gets the order's",
                (false, Fate::NotSent) => "TikTok has neither",
            };
            format!("browser {}, order {}: {counts}", money::of(browser), money::of(order))
        }
        (Some(browser), Some(_)) => {
            format!("{}, by the browser as by the order", money::of(browser))
        }
        (Some(browser), None) => format!("browser {}; no order has come", money::of(browser)),
        (None, Some(order)) => format!("order {}; the browser told none", money::of(order)),
        (None, None) => sent.as_ref().map(money::of).unwrap_or_default(),
    }
}
