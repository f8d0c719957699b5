//! The one door between a page's JavaScript and its [`Session`]: a question comes in as a tree, a
//! [`Plan`] goes out. Every build of the gate for a browser is asked through it.
//!
//! A question is `{"do": …}` with what it needs, most with the device as it was just read, `{"jar":
//! {"cookie": text, "storage": {key: text}}, "now": seconds}`. A text of the jar is `null` where
//! nothing is there and `false` where it could not be read. `"events"` is how many events the page's
//! JavaScript has heard so far, an event's `"number"` which of these it is.

use crate::beacon::Client;
use crate::consent::Shopify;
use crate::consent::records::Published;
use crate::event::Event;
use crate::jar::{Jar, Stored};
use crate::node::Node;
use crate::plan::Plan;
use crate::session::{Cleanable, EndpointAnswer, Host, Session, Turn};
use crate::settings::Settings;
use crate::shopify::{self, Malformed};
use crate::text::Text;
use crate::time::Timestamp;

/// Begins a page view. `start` is `{"init": Shopify's own, "kind": "custom|app|npm", "gpc": boolean
/// or null, "leg": boolean}`; `leg` says whether there is a frame for TikTok's script. `json` is the
/// text of the settings, by whose hash a beacon names them.
pub fn open<H: Host, N: Node>(host: H, settings: Settings, json: &str, start: &N) -> Session<H> {
    let client = Client {
        version: env!("CARGO_PKG_VERSION").into(),
        kind: start.text_at("kind").unwrap_or_default(),
        settings: Some(Settings::hash(json)),
    };
    let page = shopify::start(start.get("init").as_ref().unwrap_or(start));
    let cleanable = (start.flag_at("leg") != Some(true)).then_some(Cleanable::Nothing);
    Session::new(host, settings, client, page, start.flag_at("gpc"), cleanable)
}

/// What is not understood is not acted upon.
pub fn ask<H: Host, N: Node>(session: &mut Session<H>, question: &N) -> Plan {
    let now = Timestamp(whole(question, "now").unwrap_or_default());
    session.has_heard(whole(question, "events").unwrap_or_default());
    session.turn(&jar(question), now, |session, turn| answer(session, question, turn))
}

fn answer<H: Host, N: Node>(session: &mut Session<H>, question: &N, turn: &mut Turn<'_>) {
    let word = question.text_at("do").unwrap_or_default();
    match word.as_str() {
        "recall" => recall(session, question, turn),
        "begin" => session.begin(turn),
        "heard" => match event(question) {
            Ok(Some(event)) => {
                // Without a number it is the latest.
                let number = whole(question, "number").unwrap_or(i64::MAX);
                session.heard(event, number, turn);
            }
            Ok(None) => {}
            Err(malformed) => session.refused(malformed, turn),
        },
        "heed" => session.heed(privacy(question), turn.now),
        "heed_bridge" => session.heed_bridge(published(question, "event"), turn.now),
        "signalled" => session.signalled(turn),
        "answered" => {
            let key = question.text_at("key").unwrap_or_default();
            let answer = EndpointAnswer::read(
                whole(question, "status").unwrap_or_default(),
                whole(question, "retryAfter"),
                &question.text_at("said").unwrap_or_default(),
            );
            session.answered(&key, answer, turn);
        }
        "woken" => session.woken(turn),
        "looked" => session.looked(turn),
        "hidden" => session.hidden(turn),
        "visible" => session.visible(turn),
        "cleaned" => {
            let what = question.text_at("what").unwrap_or_default();
            let cleanable = match what.as_str() {
                "path" => Cleanable::Path,
                "query" => Cleanable::Query,
                _ => Cleanable::Nothing,
            };
            session.cleaned(cleanable, turn);
        }
        _ => {}
    }
}

/// `{"heard": …}` is `{"event": …}`, `{"privacy": …}` or `{"bridge": …}`.
fn recall<H: Host, N: Node>(session: &mut Session<H>, question: &N, turn: &mut Turn<'_>) {
    let Some(heard) = question.get("heard") else { return };
    if heard.get("event").is_some() {
        return match event(&heard) {
            Ok(Some(event)) => session.recall(event, turn),
            Ok(None) => {}
            Err(malformed) => session.refused(malformed, turn),
        };
    }
    if heard.get("bridge").is_some() {
        session.heed_bridge(published(&heard, "bridge"), turn.now);
    } else {
        session.heed(privacy(&heard), turn.now);
    }
    session.recall_signal(turn);
}

// Where what was told is missing, its neighbours stand for it, among which nothing is found: a signal
// that says nothing is still one, and takes the place of what was known.

fn event<N: Node>(told: &N) -> Result<Option<Event>, Malformed> {
    shopify::event(told.get("event").as_ref().unwrap_or(told))
}

fn privacy<N: Node>(told: &N) -> Shopify {
    shopify::privacy(told.get("privacy").as_ref().unwrap_or(told), true)
}

fn published<N: Node>(told: &N, key: &str) -> Published {
    shopify::published(told.get(key).as_ref().unwrap_or(told))
}

fn jar<N: Node>(question: &N) -> Jar {
    let storage = question.at("jar.storage");
    let stored = |key: Text| {
        let value = storage.as_ref().and_then(|storage| storage.get(&key));
        // What is null is not there; anything else that is no text could not be read.
        let stored = value
            .map_or(Stored::Absent, |value| value.text().map_or(Stored::Unreadable, Stored::Text));
        (key, stored)
    };
    let keys = storage.as_ref().and_then(Node::keys).unwrap_or_default();
    Jar {
        cookie: question.at("jar.cookie").and_then(|cookie| cookie.text()),
        storage: keys.into_iter().map(stored).collect(),
    }
}

/// A number, as the nearest whole one below.
#[expect(
    clippy::cast_possible_truncation,
    reason = "saturating is what is wanted of a stranger's number"
)]
fn whole<N: Node>(question: &N, key: &str) -> Option<i64> {
    Some(question.get(key)?.number()?.floor() as i64)
}
