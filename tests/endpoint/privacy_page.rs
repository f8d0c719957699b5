//! docs/privacy.md is true: its table leaves no kind of row out, and its commands do what it says.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::support::beacon::{anchor, beacon, purchase};
use crate::support::server::World;

/// Under which words of its table each table of the store stands.
const ROWS: [(&str, &str); 18] = [
    ("event", "**event**"),
    ("context", "**context**"),
    ("order_fact", "**order**"),
    ("receipt", "**receipt**"),
    ("withdrawal", "**withdrawal**"),
    ("demand", "**demand**"),
    ("webhook", "webhooks' ids"),
    ("pixel", "pixels"),
    ("refusal", "refusals"),
    ("tally", "counts"),
    ("order_tally", "counts"),
    ("payload_count", "counts"),
    ("topic", "when Shopify last told of each topic"),
    ("address_share", "shares of addresses"),
    ("shop", "the shop's key"),
    ("module", "modules"),
    ("endpoint", "endpoints"),
    // What rows hang on goes with them.
    ("link", "keyed hashes"),
];

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/privacy.md");
    std::fs::read_to_string(path).expect("a page")
}

#[test]
fn every_kind_of_row_stands_in_the_table_of_what_is_kept() {
    let page = page();
    let (_, rest) = page.split_once("## What is kept, where, and what ends it").expect("it");
    let (table, _) = rest.split_once("\n## ").expect("another section follows");
    let schema = include_str!("../../src/endpoint/src/store/schema.sql");
    let tables = schema.split("CREATE TABLE ").skip(1);
    let tables: BTreeSet<&str> = tables.filter_map(|text| text.split(' ').next()).collect();
    assert_eq!(tables, ROWS.iter().map(|(name, _)| *name).collect(), "say what is kept of it");
    for (name, words) in ROWS {
        assert!(table.contains(words), "{name}: {words} is not in the table");
    }
}

#[test]
fn all_that_is_kept_on_the_device_stands_in_it_too() {
    let page = page();
    let device = include_str!("../../docs/device.md");
    let names: Vec<&str> = device
        .lines()
        .filter_map(|line| line.strip_prefix("| `").and_then(|rest| rest.split('`').next()))
        .collect();
    assert_eq!(names.len(), 7, "{names:?}");
    for name in names {
        assert!(page.contains(&format!("| `{name}`")), "{name}");
    }
}

fn run(world: &World, line: &str) -> Output {
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let mut command = world.command(&words);
    command.current_dir(world.dir.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    let keyboard = child.stdin.take();
    // One that reads nothing closes the pipe.
    let _ = keyboard.expect("piped").write_all(b"jane@example.com\n");
    child.wait_with_output().expect("it ends")
}

#[test]
fn its_commands_answer_a_customer_and_then_forget_them() {
    let world = World::new();
    let server = world.serve();
    let body = beacon(Some(&anchor("t1")), &[purchase("t1")]);
    assert_eq!(server.post(&body.to_string()).status, 202);
    assert_eq!(server.stop(), Some(0));
    let page = page();
    let lines = page.lines().filter(|line| line.starts_with("assent "));
    let lines: Vec<&str> =
        lines.map(|line| line.split('#').next().unwrap_or(line).trim()).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    for line in &lines {
        let output = run(&world, line);
        assert_eq!(output.status.code(), Some(0), "{line}: {output:?}");
    }
    assert!(world.dir.path().join("jane.json").exists());
    let again = run(&world, lines[0]);
    assert_eq!(again.status.code(), Some(1), "she is forgotten: {again:?}");
}
