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

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Run by the test below, in a process of its own: the hook is the whole process's.
    #[test]
    #[ignore = "a part of the next test"]
    fn panics_in_a_child() {
        start(LogForm::Json);
        let value = || {
            let broken = |value: &str| -> Result<(), String> { Err(value.to_owned()) };
            broken("planted-s3cret").expect("why it holds");
        };
        let words = || panic!("words of the code");
        let formatted = || panic!("{}", "planted-s3cret");
        let parts: [fn(); 3] = [value, words, formatted];
        let ended = parts.map(|part| std::thread::spawn(part).join().is_err());
        assert_eq!(ended, [true; 3]);
    }

    #[test]
    fn a_panic_is_a_line_of_the_log_and_tells_no_value() {
        let mut child = Command::new(std::env::current_exe().expect("this program"));
        child.args(["--exact", "logging::tests::panics_in_a_child", "--ignored", "--nocapture"]);
        let said = child.output().expect("it runs").stderr;
        let said = String::from_utf8(said).expect("text");
        assert!(!said.contains("s3cret"), "{said}");
        let lines: Vec<serde_json::Value> = said
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect();
        let whats: Vec<_> = lines.iter().map(|line| line["what"].as_str()).collect();
        let not_told = Some("not told: it holds a value");
        assert_eq!(whats.len(), 3, "{said}");
        assert!(whats.contains(&Some("words of the code")) && whats.contains(&not_told), "{said}");
        for line in lines {
            assert!(line["at"].as_str().is_some_and(|at| at.contains("logging.rs:")), "{line}");
        }
    }
}
