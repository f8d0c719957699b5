//! Live: the newest of all that happens, a row each. A row keeps its name while what it says changes, so
//! that the page's module can change it in its place and a keyboard's focus stays where it is.

use assent_gate::hex::Digest;
use assent_gate::tiktok::EventName;
use maud::{Markup, html};

use super::frame::{Frame, Page};
use super::orders::ground;
use super::words::{Tone, money, told};
use crate::rules::debt::{End, Stage};
use crate::rules::way::Fate;
use crate::store::read::{About, LiveLine, Watched};

/// Rows of the page.
pub(crate) const ROWS: usize = 200;

/// `lines` in the sequence of time, as [`rows`].
pub(crate) fn page(frame: &Frame, watched: &Watched, lines: &[LiveLine]) -> Markup {
    let stream = frame.link("/admin/live/stream", &pairs(watched));
    let body = html! {
        (filter(frame, watched))
        div.row.live {
            p #connection role="status" data-stream=(stream) data-rows=(ROWS) {
                "As of the loading of this page."
            }
            button.quiet #pause type="button" aria-pressed="false" hidden { "Pause" }
        }
        p.seen-by-readers #said role="status" aria-live="polite" {}
        noscript { p.soft { "Without JavaScript: load the page again to see what is new." } }
        table.rows {
            thead {
                tr {
                    th scope="col" { "Event" }
                    th scope="col" { "Time" }
                    @if frame.names_shops() { th scope="col" { "Shop" } }
                    th scope="col" { "Order" }
                    th.number scope="col" { "Value" }
                    th scope="col" { "State" }
                    th scope="col" { "Ground" }
                }
            }
            tbody #lines { @for line in lines.iter().rev() { (row(frame, line)) } }
        }
        @if lines.is_empty() {
            p #none { "Nothing yet. What arrives appears here within a second or two." }
        }
    };
    frame.page_with(Page::Live, "Live", &["live.js"], &body)
}

/// Rows alone, as the stream sends them, in the sequence of time.
pub(crate) fn rows(frame: &Frame, lines: &[LiveLine]) -> String {
    lines.iter().map(|line| row(frame, line).into_string()).collect()
}

fn row(frame: &Frame, line: &LiveLine) -> Markup {
    html! {
        tr id=(key(line)) {
            th scope="row" {
                @match (&line.event_id, &line.order) {
                    (Some(of), _) | (None, Some(of)) => a href=(frame.story(of)) { (name(line)) },
                    (None, None) => (name(line)),
                }
            }
            td data-label="Time" { (frame.exactly(line.at)) }
            @if frame.names_shops() { td data-label="Shop" { (line.shop) } }
            td data-label="Order" { (line.order.as_deref().unwrap_or_default()) }
            td.number data-label="Value" { (money(line.value, line.currency.as_deref())) }
            td data-label="State" {
                (told(tone(line), &line.said))
                @for note in &line.notes { ", " (note) }
                @if line.test { " " span.tag { "test" } }
            }
            td data-label="Ground" {
                @if line.ground.is_some() { (ground(line.ground.as_ref())) }
            }
        }
    }
}

/// The same thing has the same one, whatever became of it.
fn key(line: &LiveLine) -> String {
    let of = match (line.about, &line.event_id, &line.order) {
        (About::Event, Some(id), _) => return format!("e{id}"),
        (About::Order, _, Some(order)) => format!("order {order} {}", line.shop),
        (About::Shop, ..) => format!("shop {}", line.shop),
        (About::Event | About::Order | About::Refusal, ..) => {
            format!("{} {} {}", line.at, line.shop, line.said)
        }
    };
    format!("k{}", &Digest::of(of.as_bytes()).as_str()[..32])
}

fn name(line: &LiveLine) -> &str {
    match line.about {
        About::Event => line.event.as_deref().unwrap_or("event"),
        About::Order => "order",
        About::Refusal => "refused",
        About::Shop => "shop",
    }
}

fn tone(line: &LiveLine) -> Tone {
    match (line.about, line.fate) {
        (About::Event | About::Order, Some(Fate::Delivered)) => Tone::Good,
        (About::Event | About::Order, Some(Fate::Waits)) | (About::Shop, _) => Tone::Waits,
        (About::Event | About::Order, Some(Fate::NotSent) | None) | (About::Refusal, _) => {
            Tone::Calm
        }
    }
}

fn filter(frame: &Frame, watched: &Watched) -> Markup {
    let events = EventName::ALL.iter().map(|name| name.as_str());
    let open = [Stage::Held, Stage::Due].map(Stage::name);
    let states: Vec<_> = open.into_iter().chain(End::ALL.iter().map(|end| end.name())).collect();
    html! {
        form.filter method="get" action=(Page::Live.path()) {
            @if let Some(shop) = &frame.shop { input type="hidden" name="shop" value=(shop); }
            label for="event" { "Event" }
            (choice("event", "all events", events, watched.event.as_deref()))
            label for="state" { "State" }
            (choice("state", "all states", states.into_iter(), watched.state.as_deref()))
            button.quiet { "Filter" }
        }
    }
}

fn choice(
    name: &str,
    all: &str,
    values: impl Iterator<Item = &'static str>,
    chosen: Option<&str>,
) -> Markup {
    html! {
        select id=(name) name=(name) {
            option value="" { (all) }
            @for value in values { option value=(value) selected[chosen == Some(value)] { (value.replace('_', " ")) } }
        }
    }
}

fn pairs(watched: &Watched) -> Vec<(&str, &str)> {
    let event = watched.event.as_deref().map(|event| ("event", event));
    let state = watched.state.as_deref().map(|state| ("state", state));
    event.into_iter().chain(state).collect()
}
