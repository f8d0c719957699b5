//! The log: lines of text, or one JSON object a line (docs/operating.md#the-log). On stderr; our own
//! words only, for a library's debug output could hold what must not be logged.

use std::io::stderr;
use std::panic::PanicHookInfo;

use clap::ValueEnum;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    Text,
    Json,
}

/// From here on every line is of this form, a panic's too.
pub(crate) fn start(form: LogForm) {
    let level = std::env::var("ASSENT_LOG").ok().and_then(|text| text.parse().ok());
    let ours = Targets::new().with_target("assent_endpoint", level.unwrap_or(LevelFilter::INFO));
    // Where a line cannot be written (the log lies on a disk that is full), saying so on stderr would
    // fail too, and panic.
    let lines = || fmt::layer().with_writer(stderr).with_ansi(false).log_internal_errors(false);
    let registry = tracing_subscriber::registry();
    match form {
        LogForm::Text => registry.with(lines()).with(ours).init(),
        LogForm::Json => {
            let lines = lines().json().flatten_event(true);
            let lines = lines.with_current_span(false).with_span_list(false);
            registry.with(lines).with(ours).init();
        }
    }
    std::panic::set_hook(Box::new(|panic| {
        let (at, what) = (place(panic), words(panic));
        tracing::error!(
            at,
            what,
            "a part of the endpoint broke off. Please report this as a bug of Assent"
        );
    }));
}

fn place(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()))
}

/// Only words that stand in the code as they are. What a panic puts together at the moment may hold
/// a value, and values are not logged.
fn words(panic: &PanicHookInfo<'_>) -> &'static str {
    panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("not told: it holds a value")
}
