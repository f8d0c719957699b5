//! Whether a store is sound: beside a running server, and on a file that is damaged. Each finding says
//! what to do.

use std::path::Path;

use super::database;
use super::error::{Result, StoreError};
use super::file::{self, pages};
use super::read::soundness::{self, Unreadable};
use super::stage::{Stage, Watch};
use crate::store_place::{Database, StorePlace};

#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    pub is_red: bool,
    /// What was looked at, in a word.
    pub of: &'static str,
    pub what: String,
}

impl Finding {
    fn green(of: &'static str, what: String) -> Self {
        Self { is_red: false, of, what }
    }

    fn red(of: &'static str, what: String) -> Self {
        Self { is_red: true, of, what }
    }
}

/// Everything that was found, whatever it is. The store is only read.
pub fn check(place: &StorePlace, watch: Watch<'_>) -> Vec<Finding> {
    match place {
        StorePlace::File(path) => of_file(path, watch),
        StorePlace::Database(place) => of_database(place, watch),
    }
}

/// Its pages are PostgreSQL's own affair.
fn of_database(place: &Database, watch: Watch<'_>) -> Vec<Finding> {
    let store = match database::open_to_read(place) {
        Ok(store) => store,
        Err(error) => return vec![Finding::red("tables", error.to_string())],
    };
    watch(Stage::Rows);
    let tables = format!("{}: as this release makes them", place.url);
    let pages = "are PostgreSQL's own: `pg_amcheck` looks through them, and `initdb --data-checksums` lets it \
                 notice what a disk has changed";
    vec![
        Finding::green("tables", tables),
        Finding::green("pages", pages.to_owned()),
        rows(soundness::unreadable(&store)),
    ]
}

fn of_file(path: &Path, watch: Watch<'_>) -> Vec<Finding> {
    let connection = match file::open_read_only(path) {
        Ok(connection) => connection,
        Err(error) => return vec![Finding::red("file", error.to_string())],
    };
    let size = path.metadata().map_or(0, |file| file.len());
    let mut found = vec![Finding::green(
        "file",
        format!("{}: {size} bytes, as this release writes it", path.display()),
    )];
    watch(Stage::Pages);
    found.push(match pages::faults(&connection) {
        Ok(faults) if faults.is_empty() => Finding::green("pages", "all hold together".to_owned()),
        Ok(faults) => {
            let error = StoreError::Broken { path: path.to_owned(), what: faults.join("; ") };
            Finding::red("pages", error.to_string())
        }
        Err(error) => Finding::red("pages", error.to_string()),
    });
    watch(Stage::Rows);
    found.push(rows(soundness::unreadable(&connection.into())));
    found
}

fn rows(unreadable: Result<Unreadable>) -> Finding {
    match unreadable {
        Ok(Unreadable { rows, tables }) if tables.is_empty() => {
            Finding::green("rows", format!("all {rows} can be read"))
        }
        Ok(Unreadable { tables, .. }) => Finding::red(
            "rows",
            format!(
                "not as any release writes them, so something else has changed the store: {}. What \
                 waits of them is never sent; each ends alone, or goes when its life is over. \
                 Where they are many, restore the latest backup: `assent store restore FILE`",
                tables.join("; ")
            ),
        ),
        Err(error) => Finding::red("rows", error.to_string()),
    }
}
