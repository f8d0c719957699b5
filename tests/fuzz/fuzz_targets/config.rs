#![no_main]
//! `assent.toml`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| assent_hostile::config::config(bytes));
