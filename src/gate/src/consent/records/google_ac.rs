//! Google's Additional Consent string: `1~1.35.41.101`, or `2~…~dv.…`. It lists providers of
//! Google's; which of them TikTok is is not known, so it is recognised and decides nothing.

use super::format::{Coding, Key, Meaning, RecordFormat};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "google-ac",
    &[Key::Cookie("addtl_consent"), Key::Cookie("OTAdditionalConsentString")],
    Coding::Word,
    &Meaning::NOTHING,
);
