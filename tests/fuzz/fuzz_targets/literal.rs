#![no_main]
//! The scanners of what is no JSON: a JavaScript literal, pairs, a form, lists.

libfuzzer_sys::fuzz_target!(|text: &str| assent_hostile::device::each(text, &["CookieConsent", "cookieyes-consent", "tarteaucitron", "CONSENTMGR", "TC_PRIVACY", "c15t", "OptanonConsent", "axeptio_authorized_vendors", "cmapi_cookie_privacy", "cookieconsent_preferences_disabled"], &[]));
