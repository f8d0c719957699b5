//! `assent-deflate IN OUT`: raw deflate, small rather than fast; what `DecompressionStream("deflate-raw")` reads.

use std::{env, error::Error, fs, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [from, to] = arguments.as_slice() else {
        eprintln!("usage: assent-deflate IN OUT");
        return ExitCode::from(2);
    };
    let deflate = || -> Result<(), Box<dyn Error>> {
        let mut packed = Vec::new();
        zopfli::compress(zopfli::Options::default(), zopfli::Format::Deflate, fs::read(from)?.as_slice(), &mut packed)?;
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
