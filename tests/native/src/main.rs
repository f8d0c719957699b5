//! The gate in its native build, as a third shell beside the two of `src/`: js/test/same.test.mjs
//! writes it one case a line, and reads a line with what was answered to each call. It translates
//! what src/pixel/src/pixel.rs translates.

#![forbid(unsafe_code)]

mod machine;
mod tree;

use std::io::{self, BufRead, Write};

use assent_gate::beacon::Client;
use assent_gate::jar::{Jar, Stored};
use assent_gate::node::Node;
use assent_gate::plan::Plan;
use assent_gate::session::{Cleanable, EndpointAnswer, Session};
use assent_gate::settings::Settings;
use assent_gate::shopify;
use assent_gate::time::Timestamp;
use serde::Deserialize;

use crate::machine::{Machine, json};
use crate::tree::Tree;

/// The pages that one shopper views, one after the other.
#[derive(Debug, Deserialize)]
struct Case {
    /// JSON text, as the snippet carries it.
    settings: String,
    pages: Vec<View>,
}

#[derive(Debug, Deserialize)]
struct View {
    init: Tree,
    kind: String,
    gpc: Option<bool>,
    dice: Vec<[u8; 16]>,
    calls: Vec<Call>,
}

/// The methods of `Pixel`, with their arguments.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Call {
    Address(),
    Cleaned(String),
    Keys(),
    Begin(Tree, f64),
    Heard(Tree, Tree, f64),
    Heed(Tree),
    HeedBridge(Tree),
    Signalled(Tree, f64),
    Answered(String, u16, Tree, Tree, f64),
    Woken(Tree, f64),
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let case: Case = serde_json::from_str(&line?)?;
        let pages: Vec<String> =
            case.pages.into_iter().map(|view| viewed(view, &case.settings)).collect();
        writeln!(out, "[{}]", pages.join(","))?;
        out.flush()?;
    }
    Ok(())
}

/// The answer to each call; null where the settings cannot be read.
fn viewed(view: View, text: &str) -> String {
    let settings = serde_json::from_str(text).ok().and_then(|tree: Tree| Settings::read(&tree));
    let Some(settings) = settings else { return "null".to_owned() };
    let client = Client {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        kind: view.kind,
        settings: Some(Settings::hash(text)),
    };
    let start = shopify::start(&view.init);
    let mut session = Session::new(Machine::new(view.dice), settings, client, start, view.gpc);
    let answers: Vec<String> =
        view.calls.into_iter().map(|call| answered(&mut session, call)).collect();
    format!("[{}]", answers.join(","))
}

fn answered(session: &mut Session<Machine>, call: Call) -> String {
    let plan = match call {
        Call::Address() => return json(&session.address()),
        Call::Keys() => return json(&session.storage_keys()),
        Call::Cleaned(what) => {
            session.cleaned(match what.as_str() {
                "path" => Cleanable::Path,
                "query" => Cleanable::Query,
                _ => Cleanable::Nothing,
            });
            return json(&());
        }
        Call::Heed(privacy) => {
            session.heed(shopify::privacy(&privacy, true));
            return json(&());
        }
        Call::HeedBridge(event) => {
            session.heed_bridge(shopify::published(&event));
            return json(&());
        }
        Call::Begin(jar, now) => session.begin(&read_jar(&jar), seconds(now)),
        Call::Heard(event, jar, now) => match shopify::event(&event) {
            Ok(Some(event)) => session.heard(event, &read_jar(&jar), seconds(now)),
            Ok(None) => Plan::default(),
            Err(malformed) => session.refused(malformed),
        },
        Call::Signalled(jar, now) => session.signalled(&read_jar(&jar), seconds(now)),
        Call::Answered(key, status, retry_after, jar, now) => {
            let answer = if status == 0 {
                EndpointAnswer::Lost
            } else {
                EndpointAnswer::Status(status, retry_after.number().map(whole))
            };
            session.answered(&key, answer, &read_jar(&jar), seconds(now))
        }
        Call::Woken(jar, now) => session.woken(&read_jar(&jar), seconds(now)),
    };
    json(&plan)
}

/// `undefined` could not be read; `null` was read, and is not there.
fn read_jar(jar: &Tree) -> Jar {
    let storage = jar.member("storage");
    let stored = |key: String| {
        let stored = match storage.member(&key) {
            Tree::Text(text) => Stored::Text(text.clone()),
            Tree::Null => Stored::Absent,
            Tree::Undefined | Tree::Flag(_) | Tree::Number(_) | Tree::List(_) | Tree::Object(_) => {
                Stored::Unreadable
            }
        };
        (key, stored)
    };
    Jar {
        cookie: jar.member("cookie").text(),
        storage: storage.keys().unwrap_or_default().into_iter().map(stored).collect(),
    }
}

fn seconds(milliseconds: f64) -> Timestamp {
    Timestamp(whole(milliseconds / 1000.0))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "as in the module: it saturates, and a NaN is 0"
)]
fn whole(number: f64) -> i64 {
    number.floor() as i64
}
