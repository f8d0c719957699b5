#![no_main]
//! The JSON scan, through tools that write it raw, percent-encoded, or into localStorage.

libfuzzer_sys::fuzz_target!(|text: &str| assent_fuzz::each(text, &["klaro", "CookieControl", "__privaci_cookie_consents", "CookieScriptConsent", "_iub_cs-1"], &["ucData", "uc_settings", "TERMLY_API_CACHE"]));
