//! consentmanager.net: a bare TC string under a name with the site's id, a list of the site's own
//! purposes, and a US Privacy string.

use super::format::{Coding, Key, Meaning, RecordFormat, SwitchNames, Switches};
use super::{tcf, usp};

pub(super) const TCF: RecordFormat = RecordFormat::own(
    "consentmanager",
    // `__cmpconsent`, and one more letter by where the consent holds (`x`, `u`, `s`).
    &[Key::Cookie("__cmpconsent*")],
    tcf::read,
);
/// `__1_2_3__`: what the numbers mean only the shop knows. Without its word they say nothing.
pub(super) const PURPOSES: RecordFormat = RecordFormat::new(
    "consentmanager",
    &[Key::Cookie("__cmpcpc*")],
    Coding::List(b'_'),
    &Meaning {
        switches: Switches::Accepted { at: &[""], names: SwitchNames::Unknown },
        silent: true,
        ..Meaning::NOTHING
    },
);
pub(super) const USP: RecordFormat =
    RecordFormat::own("consentmanager", &[Key::Cookie("__cmpccpausps")], usp::objection);
