//! `assent-bindgen`: wasm-bindgen's command line, as `cargo install wasm-bindgen-cli` would give
//! it.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    match wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("assent-bindgen: {error:?}");
            ExitCode::FAILURE
        }
    }
}
