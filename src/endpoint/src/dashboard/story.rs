//! One order's or one event's story: what became of it and what to do, both copies, its ground, and every
//! line of time.

use maud::{Markup, html};

use super::frame::{Frame, Page};
use super::words::{Tone, money, told, way};
use crate::rules::got;
use crate::rules::tools;
use crate::rules::way::{Fate, Way};
use crate::store::read::{Figure, Granting, Ground, Story, Values};

pub(crate) fn page(frame: &Frame, story: &Story) -> Markup {
    let title = match &story.order {
        Some(order) => format!("Order {order}"),
        None => story.event.clone(),
    };
    let body = html! {
        p.verdict {
            (way(story.way))
            @if story.test { " " span.tag { "a test: TikTok shows it and does not count it" } }
        }
        p { (story.advice.means) }
        p { strong { "What you can do: " } (story.advice.to_do) }
        section aria-labelledby="copies" {
            h2 #copies { "Both copies" }
            (copies(story))
        }
        section aria-labelledby="ground" {
            h2 #ground { "Ground" }
            (ground(frame, story.ground.as_ref(), story.way))
        }
        (time_line(frame, story))
    };
    frame.page(Page::Orders, &title, &body)
}

/// Side by side: the same name, the same id, so that TikTok counts one of them.
fn copies(story: &Story) -> Markup {
    let nothing = Values::default();
    let values = story.values.as_ref().unwrap_or(&nothing);
    let browser = if values.browser_fired {
        told(Tone::Good, "fired by the browser")
    } else {
        told(Tone::Calm, "not fired by the browser")
    };
    let id = html! {
        @match &story.event_id {
            Some(id) => code.id { (id) },
            None => span.soft { "none: no checkout made this order" },
        }
    };
    html! {
        div.copies {
            div.card {
                h3 { "Browser" }
                dl {
                    dt { "Event" } dd { (story.event) }
                    dt { "Id" } dd { (id) }
                    dt { "State" } dd { (browser) }
                    dt { "Value" } dd { (figure(values.browser.as_ref())) }
                }
            }
            div.card {
                h3 { "Server" }
                dl {
                    dt { "Event" } dd { (story.event) }
                    dt { "Id" } dd { (id) }
                    dt { "State" } dd { (way(story.way)) }
                    dt { "Value" } dd { (figure(values.sent.as_ref().or(values.order.as_ref()))) }
                }
            }
        }
        @if values.differ() {
            p.note {
                (told(Tone::Waits, "the values differ")) ": the browser said " (figure(values.browser.as_ref()))
                ", the order " (figure(values.order.as_ref()))
                ". TikTok keeps the first copy that it gets; a shop that wants exact values routes Purchase to the server only."
            }
        }
        @if story.way.fate() == Fate::Delivered {
            p.soft {
                "What TikTok got is erased here since: contacts went as hashes, never as they are, and no page shows either."
                @if story.history.iter().any(|line| got::is_got(&line.what)) {
                    " Which kinds it got, and which not, stands below."
                }
            }
        }
    }
}

fn figure(of: Option<&Figure>) -> Markup {
    html! {
        @match of {
            Some(Figure { value, currency }) => (money(Some(*value), currency.as_deref())),
            None => span.soft { "none told" },
        }
    }
}

fn ground(frame: &Frame, ground: Option<&Ground>, of: Way) -> Markup {
    let Some(Ground { receipt, basis, rule, records, evaluated_at }) = ground else {
        let ended = [Way::Withdrawn, Way::ConsentEnded].contains(&of);
        let words = if ended { "consent ended" } else { "none on record" };
        return html! { p { (told(Tone::Calm, words)) } };
    };
    html! {
        dl {
            dt { "Basis" } dd { (basis) }
            @for Granting { source, decided_at } in records {
                dt { (tools::name_of(source)) }
                dd {
                    "granted"
                    @if let Some(at) = decided_at { " " (frame.exactly(*at)) }
                }
            }
            dt { "Rule" } dd { code { (rule) } ", read " (frame.exactly(*evaluated_at)) }
            dt { "Receipt" } dd { (receipt) }
        }
        @if of == Way::Withdrawn { p { (told(Tone::Calm, "consent ended")) " since." } }
        @if basis == "permission" {
            p.soft {
                @if records.is_empty() {
                    "Shopify permitted it: a banner was answered, or none is asked for there. That is no record of a shopper's \
                     own yes."
                } @else {
                    "By the shop's settings Shopify's permission was enough. What the tool's record says stands beside it."
                }
            }
        }
    }
}

fn time_line(frame: &Frame, story: &Story) -> Markup {
    html! {
        section aria-labelledby="story" {
            h2 #story { "What happened" }
            ol.story {
                @for line in &story.history {
                    li { span.at { (frame.exactly(line.at)) } span { (line.what) } span.soft { (frame.when(line.at)) } }
                }
            }
            @if let Some(id) = &story.event_id {
                p.soft { code { "assent why " (id) } " tells the same on the command line." }
            }
        }
    }
}

/// Where one name means several.
pub(crate) fn several(frame: &Frame, of: &str, stories: &[Story]) -> Markup {
    let body = html! {
        p { "“" (of) "” names several. Which one?" }
        ul {
            @for story in stories {
                li {
                    @match &story.event_id {
                        Some(id) => a href=(frame.story(id)) { (story.event) " " code { (id) } },
                        None => { (story.event) ", an order without a checkout" },
                    }
                    " of " (story.shop) ": " (way(story.way))
                }
            }
        }
    };
    frame.page(Page::Orders, "Several orders", &body)
}
