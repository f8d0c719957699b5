//! `assent-deflate IN OUT`: raw deflate, small rather than fast; what
//! `DecompressionStream("deflate-raw")` reads.

use std::{env, error::Error, fs, num::NonZeroU64, process::ExitCode};

/// Some seconds for a module; four times as many bring 40 bytes.
const ITERATIONS: NonZeroU64 = NonZeroU64::new(60).expect("not zero");

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [from, to] = arguments.as_slice() else {
        eprintln!("usage: assent-deflate IN OUT");
        return ExitCode::from(2);
    };
    let deflate = || -> Result<(), Box<dyn Error>> {
        let mut packed = Vec::new();
        // The input is some ninety columns of different kinds (js/build/columns.mjs): the usual 15
        // blocks are too few.
        let options = zopfli::Options {
            maximum_block_splits: 40,
            iteration_count: ITERATIONS,
            ..zopfli::Options::default()
        };
        zopfli::compress(
            options,
            zopfli::Format::Deflate,
            fs::read(from)?.as_slice(),
            &mut packed,
        )?;
        Ok(fs::write(to, packed)?)
    };
    match deflate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("assent-deflate: {}: {error}", from.display());
            ExitCode::FAILURE
        }
    }
}
