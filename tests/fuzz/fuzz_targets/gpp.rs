#![no_main]
//! IAB GPP and its Fibonacci codes. It grants nowhere.

use assent_gate::consent::Verdict;

libfuzzer_sys::fuzz_target!(|text: &str| {
    for record in assent_hostile::device::read(&format!("__gpp={text}"), &[("IABGPP_HDR_GppString", text)]) {
        assert!(record.source.as_str() != "gpp" || record.verdict != Verdict::Granted);
    }
});
