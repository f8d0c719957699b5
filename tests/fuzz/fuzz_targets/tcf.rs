#![no_main]
//! IAB TCF.

libfuzzer_sys::fuzz_target!(|text: &str| assent_hostile::device::each(text, &["euconsent-v2", "eupubconsent-v2", "__cmpconsentx12"], &[]));
