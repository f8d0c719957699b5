//! `assent-bindgen-test-runner`: what `cargo test --target wasm32-unknown-unknown` hands each test
//! module to (`.cargo/config.toml`). It serves the module on loopback and drives the browser behind
//! `$CHROMEDRIVER`.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    match wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("assent-bindgen-test-runner: {error:?}");
            ExitCode::FAILURE
        }
    }
}
