#![no_main]
//! The JSON scan, through tools that write it raw, percent-encoded, or into localStorage.

libfuzzer_sys::fuzz_target!(|text: &str| assent_hostile::device::each(text, &["klaro", "CookieControl", "__privaci_cookie_consents", "CookieScriptConsent", "_iub_cs-1", "axeptio_cookies", "fides_consent", "_consentik_cookie"], &["ucData", "uc_settings", "uc_gcm", "uc_tcf", "TERMLY_API_CACHE"]));
