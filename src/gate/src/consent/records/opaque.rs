//! Tools whose values are encrypted or of no known form: recognised, and said to be unreadable. The bridge is the way in.

use super::format::{Format, Key};

pub(super) const ENZUZO: Format = Format::opaque("enzuzo", &[Key::Cookie("cookies-marketing")]);

pub(super) const SECURE_PRIVACY: Format =
    Format::opaque("secure-privacy", &[Key::Stored("sp_consent"), Key::Stored("sp_dynamic")]);
