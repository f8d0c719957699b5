//! Enzuzo: a cookie for each category, `true` or `false`.

use super::format::{Key, RecordFormat};
use super::statement::{Answer, Found};

pub(super) const FORMAT: RecordFormat =
    RecordFormat::own("enzuzo", &[Key::Cookie("cookies-marketing")], read);

fn read(found: &Found<'_>) -> Option<Answer> {
    Some(match found.value {
        "true" => Answer::Granted,
        "false" => Answer::Denied,
        _ => Answer::Undecided,
    })
}
