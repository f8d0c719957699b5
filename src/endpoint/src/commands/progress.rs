//! How far something long has come: on stderr, and only where that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::store::Stage;

/// How often it moves by itself, so that one sees that it lives.
const TICK: Duration = Duration::from_millis(120);

/// It leaves the screen when it is dropped.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Nobody knows how long it takes.
    pub(super) fn of_unknown(what: &'static str) -> Self {
        let bar = ProgressBar::new_spinner();
        bar.set_style(style("{spinner} {msg}, {elapsed}"));
        bar.set_message(what);
        bar.enable_steady_tick(TICK);
        Self { bar }
    }

    /// That many of these.
    pub(super) fn of(total: u64, what: &'static str) -> Self {
        let bar = ProgressBar::new(total);
        bar.set_style(style("[{bar:30}] {pos} of {len} {msg}, {eta} left"));
        bar.set_message(what);
        bar.enable_steady_tick(TICK);
        Self { bar }
    }

    pub(super) fn advance(&self, by: u64) {
        self.bar.inc(by);
    }

    /// For a job of the store's file.
    pub(super) fn tell(&self, stage: Stage) {
        match stage {
            Stage::Copying { bytes: 0, of } => {
                self.bar.set_length(of);
                self.bar.set_style(style("[{bar:30}] {bytes} of {total_bytes} copied, {elapsed}"));
            }
            Stage::Copying { bytes, of } => self.bar.set_position(bytes.min(of)),
            Stage::Filling(rows) => {
                self.bar.set_style(style("{spinner} {pos} rows copied, {elapsed}"));
                self.bar.set_position(rows);
            }
            Stage::Pages => self.goes_on("looking at every page"),
            Stage::Rows => self.goes_on("reading every row"),
        }
    }

    fn goes_on(&self, what: &'static str) {
        self.bar.set_style(style("{spinner} {msg}, {elapsed}"));
        self.bar.set_message(what);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Without colours, and of signs that every terminal has.
fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).expect("a template of ours");
    style.progress_chars("=> ").tick_chars("|/-\\ ")
}
