//! Tools whose values are encrypted or of no known form: recognised, and said to be unreadable. The
//! bridge is the way in.

use super::format::{Key, RecordFormat};

pub(super) const ENZUZO: RecordFormat =
    RecordFormat::opaque("enzuzo", &[Key::Cookie("cookies-marketing")]);

pub(super) const SECURE_PRIVACY: RecordFormat =
    RecordFormat::opaque("secure-privacy", &[Key::Stored("sp_consent"), Key::Stored("sp_dynamic")]);
