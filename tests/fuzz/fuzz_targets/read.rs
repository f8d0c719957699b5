#![no_main]
//! A whole device: the first line is the cookie string, each line after it `key=value` of
//! localStorage.

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let cookie = lines.next().unwrap_or_default();
    let storage: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once('=')).collect();
    assent_fuzz::read(cookie, &storage);
});
