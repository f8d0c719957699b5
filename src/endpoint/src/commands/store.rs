//! `assent store`: the store's own affairs (docs/backup.md, docs/postgres.md).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::output::print;
use super::progress::Progress;
use crate::calendar::moment;
use crate::clock::Clock;
use crate::config::{Config, Secrets};
use crate::store::{Restored, Store, Unsent, Watch, check};
use crate::store_place::StorePlace;

#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Whether the store is whole and every row can be read. Works beside a running server, and on a
    /// damaged file.
    #[command(after_help = "Examples:
  assent store check")]
    Check,
    /// Makes a backup while the server runs: one file that is whole, for its owner's eyes only. Never
    /// over a file that is there.
    #[command(after_help = "Examples:
  assent store backup backup-2026-11-30.db")]
    Backup(Backup),
    /// A backup becomes the store. Nothing that waits in it is sent, for a withdrawal that came after
    /// it may be missing; the old store is kept aside. No server may run.
    #[command(after_help = "Examples:
  assent store restore backup-2026-11-30.db")]
    Restore(Restore),
    /// Makes the store of an earlier release one of this, after a copy of it was made. No server may
    /// run.
    #[command(after_help = "Examples:
  assent store migrate")]
    Migrate,
    /// Everything of a store in a file into the empty PostgreSQL that `store` names, counted and compared. No server
    /// may run on either; none starts on the file any more.
    #[command(after_help = "Examples:
  assent store copy --from sqlite:assent.db")]
    Copy(Copy),
}

#[derive(Debug, Args)]
pub(crate) struct Copy {
    /// The store's file, with or without `sqlite:` before it.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Where it is to lie.
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// A backup; or another copy of a store, with its log (-wal) beside it where it has one.
    file: PathBuf,
}

#[derive(Debug, thiserror::Error)]
enum CheckError {
    #[error("the store is not sound: see what is red above")]
    Red,
}

impl StoreCommand {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let store = Config::load(config, Secrets::NotNeeded)?.store;
        let now = Clock::machine().now();
        match self {
            Self::Check => checked(&store),
            Self::Backup(Backup { file }) => {
                let size = watched(|watch| Store::back_up(&store, file, watch))?;
                print(&format!(
                    "{}: {size} bytes, checked, the store as it was at {}",
                    file.display(),
                    moment(now.0)
                ))
            }
            Self::Restore(Restore { file }) => {
                let done = watched(|watch| Store::restore(&store, file, now, watch))?;
                print(&restored(&store, &done))
            }
            Self::Copy(Copy { from }) => {
                let from = from
                    .to_str()
                    .and_then(|text| text.strip_prefix("sqlite:"))
                    .map_or(from.as_path(), Path::new);
                let rows = watched(|watch| Store::copy(from, &store, watch))?;
                print(&format!(
                    "{store}: all {rows} rows are there, counted and compared. {} counts as a backup from now on: no \
                     server starts on it. Delete it when all is well, for nothing is erased in it any more",
                    from.display()
                ))
            }
            Self::Migrate => print(&match watched(|watch| Store::migrate(&store, now, watch))? {
                None => "the store is one of this release; there is nothing to do".to_owned(),
                Some((steps, copy)) => format!(
                    "migrated in {steps} steps. The store as it was lies in {}: delete it when all \
                     is well, for nothing is erased in it any more",
                    copy.display()
                ),
            }),
        }
    }
}

/// Whoever sits at a terminal sees how far it has come.
fn watched<T>(job: impl FnOnce(Watch<'_>) -> T) -> T {
    let progress = Progress::of_unknown("looking at the store");
    job(&|stage| progress.tell(stage))
}

fn checked(store: &StorePlace) -> Result<(), Failure> {
    let (mut text, mut is_red) = (String::new(), false);
    for finding in watched(|watch| check(store, watch)) {
        let word = if finding.is_red { "RED" } else { "ok" };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{word:<4} {:<6} {}", finding.of, finding.what);
        is_red |= finding.is_red;
    }
    print(&text)?;
    if is_red { Err(CheckError::Red.into()) } else { Ok(()) }
}

fn restored(store: &StorePlace, done: &Restored<Unsent>) -> String {
    let Restored { rows: Unsent { events, contexts }, aside, lacks_log } = done;
    let mut text = format!(
        "{store} is the backup now.\n\
         {events} events that waited in it end as erased: they may have been sent since, and a \
         withdrawal may be missing\n\
         {contexts} contexts dropped\n"
    );
    if *lacks_log {
        text += "It was a copy from under a running server, without its log: what was last written \
                 before it was made is missing\n";
    }
    if let Some(aside) = aside {
        let _ = writeln!(
            text,
            "The old store is kept as {}: delete it when it is needed no more",
            aside.display()
        );
    }
    text + "What was erased after the backup is back: repeat `assent forget` and Shopify's demands of \
            since then (docs/backup.md#after-a-restore)"
}
