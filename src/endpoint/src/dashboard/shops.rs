//! Shops: one row each, for who runs many.

use maud::{Markup, html};

use super::frame::{Frame, Page};
use super::words::{Tone, count, grouped, told};
use crate::rules::silence::Silence;

/// How one shop is.
#[derive(Debug, Clone)]
pub(crate) struct ShopLine {
    pub(crate) shop: String,
    pub(crate) is_test: bool,
    pub(crate) is_paused: bool,
    pub(crate) silence: Silence,
    pub(crate) waiting: i64,
    pub(crate) last_event: Option<i64>,
    pub(crate) last_order: Option<i64>,
    /// Orders of the last 7 days that Shopify told of, those with an answer, and those reported.
    pub(crate) orders: i64,
    pub(crate) accounted: i64,
    pub(crate) reported: i64,
}

impl ShopLine {
    /// What of it needs a person first.
    fn light(&self) -> (Tone, &'static str) {
        if self.is_paused {
            (Tone::Bad, "paused")
        } else if self.accounted < self.orders {
            (Tone::Bad, "orders wait longer than usual")
        } else if matches!(self.silence, Silence::Alarming { .. }) {
            (Tone::Bad, "Shopify tells of no orders")
        } else if self.last_event.is_none() {
            (Tone::Waits, "nothing received in 7 days")
        } else if self.is_test {
            (Tone::Waits, "test mode")
        } else if self.silence == Silence::NotSetUp {
            (Tone::Waits, "orders are not heard")
        } else {
            (Tone::Good, "works")
        }
    }
}

pub(crate) fn page(frame: &Frame, shops: &[ShopLine]) -> Markup {
    let needy = shops.iter().filter(|shop| shop.light().0 == Tone::Bad).count();
    let body = html! {
        p {
            (count(i64::try_from(shops.len()).unwrap_or(i64::MAX), "shop", "shops")) ", "
            (needy) " of them to repair."
        }
        table.rows {
            thead {
                tr {
                    th scope="col" { "Shop" }
                    th scope="col" { "State" }
                    th scope="col" { "Mode" }
                    th scope="col" { "Last event" }
                    th scope="col" { "Last order" }
                    th.number scope="col" { "Waiting" }
                    th.number scope="col" { "Accounted for" }
                    th.number scope="col" { "Reported" }
                }
            }
            tbody { @for shop in shops { (row(frame, shop)) } }
        }
        p.soft {
            "Accounted for: of the orders that Shopify told of in the last 7 days, those with an answer. It should be all. \
             Reported: those that TikTok has. It is as high as consent allows."
        }
    };
    frame.page(Page::Shops, "Shops", &body)
}

fn row(frame: &Frame, line: &ShopLine) -> Markup {
    let one = Frame { shop: Some(line.shop.clone()), ..frame.clone() };
    let (tone, words) = line.light();
    let moment = |at: Option<i64>| {
        html! {
            @match at { Some(at) => (frame.when(at)), None => span.soft { "none" } }
        }
    };
    let of_orders = |n: i64| html! { (grouped(n)) " of " (grouped(line.orders)) };
    html! {
        tr {
            th scope="row" { a href=(one.link("/admin", &[])) { (line.shop) } }
            td data-label="State" { (told(tone, words)) }
            td data-label="Mode" { @if line.is_test { strong { "test" } } @else { "live" } }
            td data-label="Last event" { (moment(line.last_event)) }
            td data-label="Last order" { (moment(line.last_order)) }
            td.number data-label="Waiting" { (grouped(line.waiting)) }
            td.number data-label="Accounted for" { (of_orders(line.accounted)) }
            td.number data-label="Reported" { (of_orders(line.reported)) }
        }
    }
}
