//! The walls inside the endpoint: where SQL is, who knows the engine, what asks nobody, and that no
//! state is compared as text.

use std::path::PathBuf;

use crate::{code, files, root};

const ENDPOINT: &str = "src/endpoint/src";

/// The endpoint's files, each by its path below `src` and without its comments and tests.
fn sources() -> Vec<(String, String)> {
    let folder = root().join(ENDPOINT);
    let name = |path: &PathBuf| {
        let below = path.strip_prefix(&folder).expect("a file of the folder");
        below.to_string_lossy().replace('\\', "/")
    };
    let of_tests = ["query_plans.rs", "both_engines.rs"];
    let is_code = |path: &PathBuf| !of_tests.iter().any(|name| path.ends_with(name));
    let all = files(&folder, &[".rs"]).into_iter().filter(is_code);
    all.map(|path| (name(&path), code(&path))).collect()
}

/// Complaints about the files that `of` is told of, where `is_wrong` holds for a line of their
/// code.
fn complaints(
    of: impl Fn(&str) -> bool,
    is_wrong: impl Fn(&str) -> bool,
    sources: &[(String, String)],
) -> Vec<String> {
    let of_file = |(name, code): &(String, String)| {
        let wrong = code.lines().filter(|line| is_wrong(line));
        wrong.map(|line| format!("{name}: {line}")).collect::<Vec<_>>()
    };
    sources.iter().filter(|(name, _)| of(name)).flat_map(of_file).collect()
}

/// PostgreSQL is asked for its own locks and catalogue where it is known.
fn is_table_or_reader(file: &str) -> bool {
    ["store/rows/", "store/read/", "store/engine/postgres/"].iter().any(|own| file.starts_with(own))
}

/// A statement of SQL's. What opens a file or a transaction (PRAGMA, BEGIN, SAVEPOINT) is the
/// engine's.
fn is_sql(line: &str) -> bool {
    let starts = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "FROM event", "WHERE shop"];
    let quoted = line.find('"').is_some_and(|at| starts.iter().any(|sql| line[at..].contains(sql)));
    // A statement's further lines stand in no quotes of their own.
    quoted || starts.iter().any(|sql| line.starts_with(sql))
}

#[test]
fn sql_stands_in_the_tables_and_the_readers_only() {
    let found = complaints(|file| !is_table_or_reader(file), is_sql, &sources());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn which_engine_it_is_is_known_below_the_tables_only() {
    let knows = |line: &str| line.contains("rusqlite");
    let is_engine = |file: &str| {
        let own = ["store/engine/", "store/file/", "store/file.rs", "store/writer/checkpoints.rs"];
        // The file's own affairs, which are SQLite's, fail in its words.
        own.iter().any(|own| file.starts_with(own)) || file == "store/error.rs"
    };
    let outside = complaints(|file| !is_engine(file), knows, &sources());
    assert!(outside.is_empty(), "{outside:#?}");
}

/// What a rule is not told it cannot know: neither the time nor chance, no file, no network, no
/// store.
#[test]
fn the_rules_ask_nobody() {
    const FORBIDDEN: [&str; 16] = [
        "std::fs",
        "std::io",
        "std::net",
        "std::env",
        "std::time",
        "std::thread",
        "std::process",
        "tokio",
        "reqwest",
        "axum",
        "getrandom",
        "tracing",
        "crate::store",
        "crate::clock",
        "crate::config",
        "crate::http",
    ];
    let asks = |line: &str| FORBIDDEN.iter().any(|word| line.contains(word));
    let found = complaints(|file| file.starts_with("rules/"), asks, &sources());
    assert!(found.is_empty(), "{found:#?}");
    // Those of a check are told rows that somebody else has read.
    let is_rows = |line: &str| line.contains("crate::store::read::");
    let asks = |line: &str| asks(line) && !is_rows(line);
    let found = complaints(|file| file.starts_with("check/rules/"), asks, &sources());
    assert!(found.is_empty(), "{found:#?}");
    let rules = sources().into_iter().filter(|(file, _)| file.starts_with("rules/")).count();
    assert!(rules >= 6, "the rules have moved");
}

/// States and ends are `State`, `Stage` and `End`: their words are written in `rules/debt.rs`
/// alone, and in the SQL of the tables, which binds or names them.
#[test]
fn no_state_is_compared_as_text() {
    let words = state_words();
    assert!(words.len() >= 14, "{words:?}");
    let is_word = |line: &str| {
        words.iter().any(|word| {
            let quoted = format!("\"{word}\"");
            // A sentence of one word, and a column that is called so too.
            let other = ["pub const PARKED", "Topic::Cancelled => \"cancelled\""];
            line.contains(&quoted) && !other.iter().any(|start| line.starts_with(start))
        })
    };
    // The headings of the report's columns are words for people.
    let exempt = ["rules/debt.rs", "commands/report/layout.rs"];
    let found = complaints(|file| !exempt.contains(&file), is_word, &sources());
    assert!(found.is_empty(), "{found:#?}");
}

/// The words that `rules/debt.rs` stores states under.
fn state_words() -> Vec<String> {
    let code = code(&root().join(ENDPOINT).join("rules/debt.rs"));
    let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
    let states = code.lines().filter(|line| line.contains(" => \"") || line.contains(" = \""));
    states.filter_map(quoted).collect()
}

/// A wall that nothing can run into holds nothing.
#[test]
fn the_walls_see_what_they_are_for() {
    let made_up = |line: &str| vec![("store/accept.rs".to_owned(), line.to_owned())];
    let sql = made_up("let sql = \"DELETE FROM event WHERE id = ?1\";");
    assert_eq!(complaints(|_| true, is_sql, &sql).len(), 1);
    let rest = made_up("FROM event LEFT JOIN receipt ON receipt.id = event.receipt");
    assert_eq!(complaints(|_| true, is_sql, &rest).len(), 1);
    let prose = made_up("use super::rows::event; // what is selected");
    assert!(complaints(|_| true, is_sql, &prose).is_empty());
}
