//! Orders: a search, then the newest ones that Shopify told of.

use maud::{Markup, html};

use super::frame::{Frame, Page};
use super::words::{money, way};
use crate::rules::tools;
use crate::store::read::{Ground, SeenOrder};

/// What the search found where it is not one story.
#[derive(Debug)]
pub(crate) enum Search {
    None,
    Nothing { for_what: String },
}

pub(crate) struct Newest {
    pub(crate) orders: Vec<SeenOrder>,
    /// Where the next page begins.
    pub(crate) next: Option<String>,
}

pub(crate) fn page(frame: &Frame, search: &Search, newest: &Newest) -> Markup {
    let body = html! {
        (search_box(frame, search))
        section aria-labelledby="newest" {
            h2 #newest { "Newest orders" }
            @if newest.orders.is_empty() { (none(frame)) } @else { (table(frame, &newest.orders)) }
            @if let Some(behind) = &newest.next {
                p { a href=(frame.link(Page::Orders.path(), &[("behind", behind)])) { "Older orders" } }
            }
        }
    };
    frame.page(Page::Orders, "Orders", &body)
}

/// Takes whatever people have at hand.
pub(super) fn search_box(frame: &Frame, search: &Search) -> Markup {
    let value = match search {
        Search::None => "",
        Search::Nothing { for_what } => for_what,
    };
    html! {
        form.search method="get" action=(Page::Orders.path()) role="search" {
            @if let Some(shop) = &frame.shop { input type="hidden" name="shop" value=(shop); }
            label for="find" { "Find an order or an event" }
            div.row {
                input #find type="search" name="find" value=(value) placeholder="#1001, its number or address, an event_id";
                button { "Find" }
            }
        }
        @if let Search::Nothing { for_what } = search {
            p.complaint role="status" {
                "Nothing is known of “" (for_what) "”: it never arrived here, or it ended more than 7 days ago. Without \
                 consent nothing arrives."
            }
        }
    }
}

fn none(frame: &Frame) -> Markup {
    html! {
        p {
            "Shopify has told of no order in the last 7 days. Orders come by webhooks: "
            a href=(frame.link(Page::Setup.path(), &[])) { "Setup" } " says which to register."
        }
    }
}

fn table(frame: &Frame, orders: &[SeenOrder]) -> Markup {
    html! {
        table.rows {
            thead {
                tr {
                    th scope="col" { "Order" }
                    @if frame.names_shops() { th scope="col" { "Shop" } }
                    th scope="col" { "Made" }
                    th.number scope="col" { "Value" }
                    th scope="col" { "State" }
                    th scope="col" { "Ground" }
                }
            }
            tbody { @for order in orders { (row(frame, order)) } }
        }
    }
}

fn row(frame: &Frame, order: &SeenOrder) -> Markup {
    html! {
        tr {
            th scope="row" { a href=(frame.story(&order.order_id)) { (order.name.as_deref().unwrap_or(&order.order_id)) } }
            @if frame.names_shops() { td data-label="Shop" { (order.shop) } }
            td data-label="Made" { (frame.when(order.created_at)) }
            td.number data-label="Value" { (money(order.value, order.currency.as_deref())) }
            td data-label="State" {
                (way(order.way))
                @for note in &order.notes { ", " (note) }
            }
            td data-label="Ground" { (ground(order.ground.as_ref())) }
        }
    }
}

/// On what it was reported. Nothing where it was not.
pub(super) fn ground(ground: Option<&Ground>) -> Markup {
    html! {
        @match ground {
            Some(ground) => {
                (ground.basis) " ("
                // A permission is Shopify's, whatever else was read.
                @if ground.records.is_empty() || ground.basis == "permission" { "Shopify" }
                @else {
                    @for (n, record) in ground.records.iter().enumerate() {
                        @if n > 0 { ", " }
                        (tools::name_of(&record.source))
                    }
                }
                ")"
            },
            None => { span.soft { "none on record" } },
        }
    }
}
