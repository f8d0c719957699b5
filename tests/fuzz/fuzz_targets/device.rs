#![no_main]
//! A whole device: the first line is the cookie string, each line after it `key=value` of
//! localStorage. On `auto`, and with a named tool and categories.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| assent_hostile::device::device(bytes));
