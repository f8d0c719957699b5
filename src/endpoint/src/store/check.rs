//! Whether a store is sound: beside a running server, and on a file that is damaged. Each finding says
//! what to do.

use std::path::Path;

use super::error::{Result, StoreError};
use super::file::{self, pages};
use super::read::soundness::{self, Unreadable};
use super::stage::{Stage, Watch};

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

/// Everything that was found, whatever it is. The file is only read.
pub fn check(path: &Path, watch: Watch<'_>) -> Vec<Finding> {
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
