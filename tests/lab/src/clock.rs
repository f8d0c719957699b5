//! Time that a test can move: the machine's clock plus an offset.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Debug, Default)]
pub struct Clock {
    offset_ms: AtomicI64,
}

impl Clock {
    /// Milliseconds since 1970 as the lab sees it.
    pub fn now_ms(&self) -> i64 {
        real_ms() + self.offset_ms.load(Ordering::Relaxed)
    }

    /// Sets it to this Unix second.
    pub fn set(&self, seconds: i64) {
        self.offset_ms.store(seconds * 1000 - real_ms(), Ordering::Relaxed);
    }

    /// Sets the distance from the machine's clock, in seconds; it replaces the previous one.
    pub fn set_offset(&self, seconds: i64) {
        self.offset_ms.store(seconds * 1000, Ordering::Relaxed);
    }
}

fn real_ms() -> i64 {
    let real = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the machine's clock is after 1970")
        .as_millis();
    i64::try_from(real).expect("fits until the year 292 million")
}
