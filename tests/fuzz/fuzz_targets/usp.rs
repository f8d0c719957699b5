#![no_main]
//! US Privacy, bare and in JSON.

libfuzzer_sys::fuzz_target!(|text: &str| assent_hostile::device::each(text, &["usprivacy", "__cmpccpausps"], &[]));
