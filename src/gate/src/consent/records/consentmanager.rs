//! consentmanager.net: a bare TC string under a name with the site's id, a list of the site's own purposes, and a US Privacy
//! string.

use super::format::{Coding, Form, Format, Key, Names, Switches};
use super::statement::{Found, Said};
use super::{tcf, usp};

pub(super) const TCF: Format =
    Format::own("consentmanager", &[Key::Cookie("__cmpconsentx*"), Key::Cookie("__cmpconsentu*")], tcf::read);
/// `__1_2_3__`: what the numbers mean only the shop knows. Without its word they say nothing.
pub(super) const PURPOSES: Format = Format::new(
    "consentmanager",
    &[Key::Cookie("__cmpcpcx*"), Key::Cookie("__cmpcpcu*")],
    Coding::List(b'_'),
    &Form { switches: Switches::Accepted { at: "", names: Names::Unknown }, silent: true, ..Form::NOTHING },
);
pub(super) const USP: Format = Format::own("consentmanager", &[Key::Cookie("__cmpccpausps")], us_privacy);

/// An objection, or nothing.
fn us_privacy(found: &Found<'_>) -> Option<Said> {
    usp::read(found).filter(|said| said.opt_out)
}
