//! Secure Privacy's values are encrypted: recognised, and said to be unreadable. The bridge is the way
//! in.

use super::format::{Key, RecordFormat};

pub(super) const FORMAT: RecordFormat =
    RecordFormat::opaque("secure-privacy", &[Key::Stored("sp_consent"), Key::Stored("sp_dynamic")]);
