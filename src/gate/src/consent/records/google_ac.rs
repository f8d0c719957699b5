//! Google's Additional Consent string: `1~1.35.41.101`, or `2~…~dv.…`. It lists providers of
//! Google's; which of them TikTok is is not known, so it is recognised and decides nothing.

use super::format::{Key, RecordFormat};
use super::statement::Answer;

pub(super) const FORMAT: RecordFormat = RecordFormat::own(
    "google-ac",
    &[Key::Cookie("addtl_consent"), Key::Cookie("OTAdditionalConsentString")],
    |_| Some(Answer::Undecided),
);
