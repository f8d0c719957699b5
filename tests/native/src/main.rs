//! The gate in its native build, as a third shell beside the two of `src/`: js/test/same.test.mjs
//! writes it one case a line, and reads a line with what was answered to each question. It
//! translates what src/pixel/src/page.rs translates.

#![forbid(unsafe_code)]

mod machine;
mod tree;

use std::io::{self, BufRead, Write};

use assent_gate::door;
use assent_gate::json::Json;
use assent_gate::settings::Settings;
use serde::Deserialize;

use crate::machine::{Machine, json};
use crate::tree::Tree;

/// The pages that one shopper views, one after the other.
#[derive(Debug, Deserialize)]
struct Case {
    /// `JSON.stringify` of what stands on top of the snippet.
    settings: String,
    pages: Vec<View>,
}

#[derive(Debug, Deserialize)]
struct View {
    /// The arguments of the module's `open` and `ask`, as they are handed over.
    start: String,
    questions: Vec<String>,
    dice: Vec<[u8; 16]>,
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let case: Case = serde_json::from_str(&line?)?;
        let pages: Vec<String> = case
            .pages
            .into_iter()
            .map(|view| viewed(view, &case.settings).unwrap_or_else(|| "null".to_owned()))
            .collect();
        writeln!(out, "[{}]", pages.join(","))?;
        out.flush()?;
    }
    Ok(())
}

/// The keys to read, as JSON, and the plan for each question. `None` where the settings or the start
/// cannot be read.
fn viewed(view: View, text: &str) -> Option<String> {
    let settings = Settings::read(&Tree(&Json::question(text)?))?;
    let start = Json::question(&view.start)?;
    let mut session = door::open(Machine::new(view.dice), settings, text, &Tree(&start));
    let mut answers = vec![json(&session.storage_keys())];
    for question in &view.questions {
        let asked = Json::question(question);
        // What cannot be read is answered by nothing.
        answers.push(asked.map_or_else(
            || json(&""),
            |question| json(&door::ask(&mut session, &Tree(&question))),
        ));
    }
    Some(format!("[{}]", answers.join(",")))
}
