//! consentmanager.net: a bare TC string under a name with the site's id, a list of the site's own
//! purposes, and a US Privacy string.

use super::format::{Coding, Key, Meaning, RecordFormat, SwitchNames, Switches};
use super::statement::{Found, Statement};
use super::{tcf, usp};

pub(super) const TCF: RecordFormat = RecordFormat::own(
    "consentmanager",
    &[Key::Cookie("__cmpconsentx*"), Key::Cookie("__cmpconsentu*")],
    tcf::read,
);
/// `__1_2_3__`: what the numbers mean only the shop knows. Without its word they say nothing.
pub(super) const PURPOSES: RecordFormat = RecordFormat::new(
    "consentmanager",
    &[Key::Cookie("__cmpcpcx*"), Key::Cookie("__cmpcpcu*")],
    Coding::List(b'_'),
    &Meaning {
        switches: Switches::Accepted { at: "", names: SwitchNames::Unknown },
        silent: true,
        ..Meaning::NOTHING
    },
);
pub(super) const USP: RecordFormat =
    RecordFormat::own("consentmanager", &[Key::Cookie("__cmpccpausps")], us_privacy);

/// An objection, or nothing.
fn us_privacy(found: &Found<'_>) -> Option<Statement> {
    usp::read(found).filter(|said| said.opt_out)
}
