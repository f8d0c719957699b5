//! The power goes. `kill -9` (tests/crash) loses nothing that was written, only a power cut loses what
//! was not synced: so SQLite's files lie on a disk that remembers the order of everything, and after
//! every cut, whatever the disk made of what was not synced, the endpoint has to start again with all
//! that it ever acknowledged. And a disk that is full, read-only, or broken.
//!
//! `ASSENT_POWER_SEED` repeats a run's throws; `ASSENT_POWER=long` looks at every cut.

mod cuts;
mod dice;
mod disk;
mod endpoint;
mod faults;
mod judge;
mod vfs;
mod workload;

#[path = "../../endpoint/support/mod.rs"]
mod support;

fn seed() -> u64 {
    let seed = std::env::var("ASSENT_POWER_SEED").ok().and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or_else(|| support::beacon::now().unsigned_abs());
    eprintln!("ASSENT_POWER_SEED={seed}");
    seed
}

fn is_long() -> bool {
    std::env::var("ASSENT_POWER").is_ok_and(|text| text == "long")
}
