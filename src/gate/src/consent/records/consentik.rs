//! Consentik: JSON with the list of the categories that were accepted: `consent` in one cookie,
//! `categoriesSelected` in the other. An array in its place is a form that nobody describes.

use super::format::{Coding, Key, Meaning, RecordFormat, SwitchNames, Switches};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "consentik",
    &[Key::Holding("_consentik_cookie"), Key::Cookie("cookiesNotification")],
    Coding::Json,
    &Meaning {
        switches: Switches::Accepted {
            at: &["consent", "categoriesSelected"],
            names: SwitchNames::Marketing,
        },
        ..Meaning::NOTHING
    },
);
