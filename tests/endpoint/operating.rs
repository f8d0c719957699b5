//! docs/operating.md and deploy/prometheus-rules.yml name what there is, all of it, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::metrics::scrape;
use crate::support::exposition::Exposition;
use crate::support::server::World;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Words that begin with `assent_` and could be a metric's name.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("assent_")).map(str::to_owned).collect()
}

/// The names in the first column of the table under this heading.
fn table(page: &str, heading: &str) -> BTreeSet<String> {
    let (_, part) = page.split_once(&format!("\n## {heading}\n")).expect("the heading is there");
    let part = part.split("\n## ").next().expect("a part");
    let rows = part.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.flat_map(|row| {
        let cell = row.split('|').next().expect("a cell").to_owned();
        let names = cell.split('`').map(|name| name.split('{').next().expect("a name").to_owned());
        names.filter(|name| !name.trim().trim_matches(',').is_empty()).collect::<Vec<_>>()
    })
    .collect()
}

fn metrics_of(output: &Exposition) -> BTreeSet<String> {
    output.types.keys().cloned().collect()
}

#[test]
fn every_series_is_in_the_docs_and_every_one_in_the_docs_is_there() {
    let world = World::administered("");
    let (output, _) = scrape(&world.serve());
    let page = text("docs/operating.md");
    assert_eq!(table(&page, "Series"), metrics_of(&output));
    let of_histograms = |name: &String| {
        let stem = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        stem.is_some_and(|stem| output.types.get(stem).is_some_and(|of| of == "histogram"))
    };
    let contract = text("docs/contract.md");
    for (path, text) in [("docs/operating.md", &page), ("docs/contract.md", &contract)] {
        let strange: Vec<_> = named(text)
            .into_iter()
            .filter(|name| !output.types.contains_key(name) && !of_histograms(name))
            .filter(|name| name != "assent_debug") // a parameter of the browser's
            .collect();
        assert!(strange.is_empty(), "{path} names what is not there: {strange:?}");
    }
    let rules = named(&text("deploy/prometheus-rules.yml"));
    assert!(rules.len() > 8, "the rules have moved");
    let strange: Vec<_> = rules
        .iter()
        .filter(|name| !output.types.contains_key(*name) && !of_histograms(name))
        .collect();
    assert!(strange.is_empty(), "the rules ask for what is not there: {strange:?}");
}

/// Each rule has its row, and what a person should do stands there.
#[test]
fn every_alert_is_in_the_docs_and_every_one_in_the_docs_is_a_rule() {
    let rules = text("deploy/prometheus-rules.yml");
    let alerts: BTreeSet<String> = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: ").map(str::to_owned))
        .collect();
    assert_eq!(table(&text("docs/operating.md"), "Alert rules"), alerts);
    for part in [" expr:", " summary:", " severity:"] {
        let n = rules.lines().filter(|line| line.contains(part)).count();
        assert_eq!(n, alerts.len(), "each alert has its {part}");
    }
}

/// The words of `/readyz` and of the alerts, from where they are made.
#[test]
fn every_line_of_readyz_and_every_message_is_in_the_docs() {
    let page = text("docs/operating.md");
    let code = text("src/endpoint/src/monitor/tightness.rs");
    let code = code.split("#[cfg(test)]").next().expect("code");
    let words: BTreeSet<String> = code
        .split('"')
        .filter_map(|quoted| quoted.split_once(": "))
        .map(|(word, _)| word.to_owned())
        .filter(|word| word.bytes().all(|b| b.is_ascii_lowercase()))
        .collect();
    assert!(words.len() >= 6, "{words:?}");
    assert_eq!(table(&page, "readyz"), words);
    let code = text("src/endpoint/src/monitor/alerts/condition.rs");
    let messages: BTreeSet<String> = code
        .split('"')
        .filter(|word| {
            word.starts_with("store_") || word.starts_with("shop_") || word.starts_with("demand_")
        })
        .map(str::to_owned)
        .collect();
    assert_eq!(table(&page, "Alerts"), messages);
}

/// Fields of the log, from every line of code that writes one.
#[test]
fn every_field_of_the_log_is_in_the_docs() {
    let mut written: BTreeSet<String> =
        ["timestamp", "level", "target", "message"].map(str::to_owned).into();
    let mut open = vec![root().join("src/endpoint/src")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                std::fs::read_dir(path).expect("a folder").map(|e| e.expect("a file").path()),
            );
        } else {
            written.extend(fields(&std::fs::read_to_string(path).expect("a file")));
        }
    }
    assert!(written.len() > 15, "{written:?}");
    assert_eq!(table(&text("docs/operating.md"), "The log"), written);
}

/// What stands before the sentence in `tracing::warn!(shop, n = 1, %error, "…")`.
fn fields(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for level in ["error", "warn", "info", "debug", "trace"] {
        for call in code.split(&format!("tracing::{level}!(")).skip(1) {
            let head = call.split('"').next().expect("a beginning");
            let names = head.split(',').map(|part| {
                let name = part.split('=').next().expect("a part").trim();
                name.trim_start_matches(['%', '?']).to_owned()
            });
            let is_name = |name: &String| {
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            };
            found.extend(names.filter(is_name));
        }
    }
    found
}
