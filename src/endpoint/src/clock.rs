//! The one place that asks the machine for the time and for chance.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use assent_gate::time::Timestamp;

/// Where "now" comes from: the machine, or a test's hand.
#[derive(Clone)]
pub struct Clock(TimeSource);

#[derive(Clone)]
enum TimeSource {
    /// With the moment at which this clock was made.
    Machine(Instant),
    Hand(Arc<AtomicI64>),
}

impl Clock {
    pub fn machine() -> Self {
        Self(TimeSource::Machine(Instant::now()))
    }

    /// A clock that moves only when told to, and the hand that moves it.
    pub fn by_hand(start: Timestamp) -> (Self, Hand) {
        let seconds = Arc::new(AtomicI64::new(start.0));
        (Self(TimeSource::Hand(seconds.clone())), Hand(seconds))
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            TimeSource::Machine(_) => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
            }
            TimeSource::Hand(seconds) => Timestamp(seconds.load(Ordering::SeqCst)),
        }
    }
}

impl Clock {
    /// What has passed since some moment before. It never goes back, whatever is done to the
    /// machine's time: for rates and waits.
    pub fn passed(&self) -> Duration {
        match &self.0 {
            TimeSource::Machine(begun) => begun.elapsed(),
            TimeSource::Hand(seconds) => {
                Duration::from_secs(seconds.load(Ordering::SeqCst).unsigned_abs())
            }
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now().0)
    }
}

/// Moves a clock made by [`Clock::by_hand`].
#[derive(Debug, Clone)]
pub struct Hand(Arc<AtomicI64>);

impl Hand {
    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// What loaded dice show next; 0: they are not loaded.
static LOADED: AtomicU64 = AtomicU64::new(0);

/// From now on this process throws the same as any other with this seed: for a simulation that has
/// to be repeated. Nothing secret is thrown ([`random_bytes`] goes on asking the machine).
#[doc(hidden)]
pub fn load_dice(seed: u64) {
    LOADED.store(seed | 1, Ordering::SeqCst);
}

/// One throw for one decision: 64 evenly spread bits.
pub fn dice() -> u64 {
    if LOADED.load(Ordering::Relaxed) != 0 {
        // splitmix64; an even step keeps an odd seed from ever becoming 0.
        let z = LOADED.fetch_add(0x9e37_79b9_7f4a_7c14, Ordering::SeqCst);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        return z ^ (z >> 31);
    }
    let mut bits = [0; 8];
    // Without randomness the backoff is only less well spread; it is no secret.
    getrandom::fill(&mut bits).map_or(u64::MAX / 2, |()| u64::from_le_bytes(bits))
}

/// Random bytes for what must not be guessed.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map(|()| bytes)
}
