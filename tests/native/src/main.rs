//! The gate in its native build, as a third shell beside the two of `src/`: js/test/same.test.mjs
//! writes it one case a line, and reads a line with what was answered to each question. It
//! translates what src/pixel/src/page.rs translates.

#![forbid(unsafe_code)]

mod machine;
mod tree;

use std::io::{self, BufRead, Write};

use assent_gate::door;
use assent_gate::settings::Settings;
use serde::Deserialize;

use crate::machine::{Machine, json};
use crate::tree::Tree;

/// The pages that one shopper views, one after the other.
#[derive(Debug, Deserialize)]
struct Case {
    /// JSON text of the object that the snippet carries.
    settings: String,
    pages: Vec<View>,
}

#[derive(Debug, Deserialize)]
struct View {
    /// JSON, as each of the questions.
    start: String,
    dice: Vec<[u8; 16]>,
    questions: Vec<String>,
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let case: Case = serde_json::from_str(&line?)?;
        let pages = case
            .pages
            .into_iter()
            .map(|view| viewed(view, &case.settings))
            .collect::<serde_json::Result<Vec<_>>>()?;
        writeln!(out, "{}", json(&pages))?;
        out.flush()?;
    }
    Ok(())
}

/// The keys, then the answer to each question; `None` where the settings cannot be read.
fn viewed(view: View, settings: &str) -> serde_json::Result<Option<Vec<String>>> {
    let Some(parsed) = Settings::read(&serde_json::from_str::<Tree>(settings)?) else {
        return Ok(None);
    };
    let start: Tree = serde_json::from_str(&view.start)?;
    let mut session = door::open(Machine::new(view.dice), parsed, settings, &start);
    let mut answers = vec![session.storage_keys()];
    for question in view.questions {
        let question: Tree = serde_json::from_str(&question)?;
        answers.push(json(&door::ask(&mut session, &question)));
    }
    Ok(Some(answers))
}
