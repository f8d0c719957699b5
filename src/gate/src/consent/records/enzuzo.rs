//! Enzuzo's value is of no known form: recognised, and said to be unreadable. The bridge is the way
//! in.

use super::format::{Key, RecordFormat};

pub(super) const FORMAT: RecordFormat =
    RecordFormat::opaque("enzuzo", &[Key::Cookie("cookies-marketing")]);
