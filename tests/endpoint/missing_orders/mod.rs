//! Where is my order? Each way in which one goes missing is brought about at the doors, and then asked for in
//! every place where a person may look. What each must say stands in `ways.rs`, and in
//! docs/missing-orders.md, which is compared with it: no place says "fine" of an order that is missing.

mod asked;
mod ways;

use std::path::Path;

use self::asked::{Asked, world_of};
use self::ways::{Said, ways};

/// One way, in a world of its own, and what a person must read of it.
#[test]
fn every_place_says_of_a_missing_order_that_it_is_missing_and_why() {
    let mut wrong = Vec::new();
    for way in ways() {
        let mut world = world_of(way.settings);
        let server = world.serve_with(way.serve);
        let (order, server) = (way.happen)(&mut world, server);
        let asked = Asked { world: &world, server: server.as_ref(), order: &order };
        wrong.extend(asked.missing(&way));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A row of the table for people: the same words that were asked for above.
fn row(name: &str, said: &Said) -> String {
    let Said { why, check: (line, light, check), report, home, status, readyz } = said;
    let cell = |words: &Option<&str>| words.map_or("–".to_owned(), |words| format!("“{words}”"));
    let sign = match *light {
        "red" => "✗",
        "amber" => "!",
        other => panic!("{name}: check's line would be {other}"),
    };
    format!(
        "| {name} | “{why}” | {sign} {line}: “{check}” | “{report}” | {} | {} | {} |",
        cell(home),
        cell(status),
        cell(readyz)
    )
}

#[test]
fn the_table_in_the_docs_is_what_was_asked_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = root.join("docs/missing-orders.md");
    let page = std::fs::read_to_string(page).expect("docs/missing-orders.md");
    let there: Vec<_> = page.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    let rows: Vec<_> = ways().iter().map(|way| row(way.name, &way.said)).collect();
    assert_eq!(there, rows, "the table must be:\n{}", rows.join("\n"));
}
