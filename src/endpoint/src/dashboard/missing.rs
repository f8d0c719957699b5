//! Pages for what cannot be shown.

use maud::{Markup, html};

use super::frame::{Frame, Page};

pub(crate) fn page(frame: &Frame) -> Markup {
    let body = html! {
        p { "There is no such page. " a href=(frame.link("/admin", &[])) { "To the first one" } }
    };
    frame.page(Page::Home, "Not found", &body)
}

/// The store did not answer.
pub(crate) fn unread(frame: &Frame) -> Markup {
    let body = html! {
        p {
            "The store could not be read just now. Beacons and orders are still taken. Load the page again; if it stays, \
             the endpoint's log says why."
        }
    };
    frame.page(Page::Home, "Not read", &body)
}
