//! Global Privacy Control, as tools echo it in a cookie of its own: TrustArc, Ketch. (OneTrust's and
//! Securiti's echoes stand in their records.)

use super::format::{Key, RecordFormat};
use super::statement::{Answer, Found};

pub(super) const FORMAT: RecordFormat =
    RecordFormat::own("gpc", &[Key::Cookie("gpcishonored"), Key::Cookie("gpcsignal")], read);

fn read(found: &Found<'_>) -> Option<Answer> {
    matches!(found.value, "true" | "1").then_some(Answer::OptedOut)
}
