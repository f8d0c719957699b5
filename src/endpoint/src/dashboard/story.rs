//! One order's or one event's story, as a line of time.

use maud::{Markup, html};

use super::frame::{Frame, Page};
use super::words::{exactly, way, when};
use crate::rules::debt::Stage;
use crate::rules::way::{Standing, Way};
use crate::store::read::Story;

pub(crate) fn page(frame: &Frame, story: &Story) -> Markup {
    let title = format!("{} of {}", story.event, story.shop);
    let body = html! {
        p.verdict {
            (way(way_of(story)))
            @if story.test { " " span.tag { "a test: TikTok shows it and does not count it" } }
        }
        p { (story.reason) "." }
        (time_line(frame, story))
        section aria-labelledby="name" {
            h2 #name { "Its name" }
            @match &story.event_id {
                Some(id) => {
                    p { code.id { (id) } }
                    p.soft {
                        "Browser and server send it under this one id, so TikTok counts it once. "
                        code { "assent why " (id) } " tells the same on the command line."
                    }
                },
                None => { p { "No checkout made this order, so it has no event_id." } },
            }
        }
    };
    frame.page(Page::Orders, &title, &body)
}

fn time_line(frame: &Frame, story: &Story) -> Markup {
    html! {
        section aria-labelledby="story" {
            h2 #story { "What happened" }
            ol.story {
                @for line in &story.history {
                    li { span.at { (exactly(line.at)) } span { (line.what) } span.soft { (when(frame.now, line.at)) } }
                }
            }
        }
    }
}

/// Where one number names several.
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
                    " of " (story.shop) ", " (way(way_of(story)))
                }
            }
        }
    };
    frame.page(Page::Orders, "Several orders", &body)
}

fn way_of(story: &Story) -> Way {
    let Story { state, reason, test, .. } = story;
    let stage = Stage::of_name(state);
    Way::of(Standing { stage, reason, paused: None, is_test: *test, attempts: 0 })
}
