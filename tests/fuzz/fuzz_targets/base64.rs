#![no_main]
//! JSON in base64.

libfuzzer_sys::fuzz_target!(|text: &str| assent_hostile::device::each(text, &["_pandectes_gdpr", "didomi_token", "_ketch_consent_v1_", "cookiehub"], &[]));
