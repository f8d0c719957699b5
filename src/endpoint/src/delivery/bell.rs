//! Wakes one shop's courier.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

#[derive(Debug, Default)]
pub struct Bell {
    rung: Notify,
    mended: AtomicBool,
}

/// Why it was rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ring {
    /// Something may have fallen due.
    Due,
    /// The operator says that token and pixel are mended.
    Mended,
}

impl Bell {
    pub fn ring(&self, why: Ring) {
        match why {
            Ring::Due => {}
            Ring::Mended => self.mended.store(true, Ordering::Release),
        }
        self.rung.notify_one();
    }

    /// Waits for it. Rung several times it is heard once, as what says most.
    pub async fn heard(&self) -> Ring {
        self.rung.notified().await;
        if self.mended.swap(false, Ordering::AcqRel) { Ring::Mended } else { Ring::Due }
    }
}
