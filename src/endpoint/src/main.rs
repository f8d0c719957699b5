//! The binary `assent`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    assent_endpoint::cli::run()
}
