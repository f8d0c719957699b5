//! Real Cookie Banner lists numbers of the site's own under a name that has the site's path in it:
//! recognised, and said to be unreadable. The bridge is the way in.

use super::format::{Key, RecordFormat};

pub(super) const FORMAT: RecordFormat =
    RecordFormat::opaque("real-cookie-banner", &[Key::Holding("real_cookie_banner-")]);
