//! Counts over all orders of a fortnight take a while in a large shop. An answer of the last minutes is shown until
//! the next one is there, and counting takes a twentieth of the time at most: so who looks again waits no more.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::reading::{Reading, Unread};
use crate::store::StoreError;
use crate::store::read::Reader;

const SHARE: u32 = 20;
/// For a newer answer. Then the last one has to do.
const PATIENCE: Duration = Duration::from_millis(100);
/// What is older is not shown, unless it took so long that it may not be read again yet: whoever looks once a day wants
/// today's.
const FRESH: Duration = Duration::from_secs(120);

type Answers<K, T> = HashMap<K, Answer<T>>;

#[derive(Debug)]
pub(super) struct Kept<K, T> {
    answers: Arc<Mutex<Answers<K, T>>>,
    /// Held while something is read that nobody has asked for yet.
    ahead: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct Answer<T> {
    value: Arc<T>,
    at: Instant,
    took: Duration,
    /// When it may be read again. `None`: it is being read.
    next: Option<Instant>,
}

impl<T> Answer<T> {
    fn is_fresh(&self) -> bool {
        self.at.elapsed() < FRESH.max(self.took * (SHARE + 1))
    }
}

impl<K, T> Default for Kept<K, T> {
    fn default() -> Self {
        Self { answers: Arc::default(), ahead: Arc::default() }
    }
}

impl<K, T> Clone for Kept<K, T> {
    fn clone(&self) -> Self {
        Self { answers: self.answers.clone(), ahead: self.ahead.clone() }
    }
}

impl<K, T> Kept<K, T>
where
    K: Hash + Eq + Clone + Send + 'static,
    T: Send + Sync + 'static,
{
    pub(super) async fn read(
        &self,
        key: K,
        reading: &Reading,
        read: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Arc<T>, Unread> {
        let Some((last, may_read)) = self.last(&key) else {
            // Reading it a second time beside the first would take longer than to wait.
            drop(self.ahead.lock().await);
            return match self.fresh(&key) {
                Some(just_read) => Ok(just_read),
                None => self.renew(key, reading.clone(), read).await,
            };
        };
        if !may_read {
            return Ok(last);
        }
        let (kept, reading) = (self.clone(), reading.clone());
        let renewal = tokio::spawn(async move { kept.renew(key, reading, read).await });
        match tokio::time::timeout(PATIENCE, renewal).await {
            Ok(Ok(Ok(newer))) => Ok(newer),
            // It goes on, and is there for the next page.
            Ok(_) | Err(_) => Ok(last),
        }
    }

    /// Before anybody asks. Whoever asks first has a newer answer looked for, and need not wait for it.
    pub(super) async fn read_ahead(
        &self,
        key: K,
        reading: &Reading,
        read: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) {
        let _ahead = self.ahead.lock().await;
        if self.renew(key.clone(), reading.clone(), read).await.is_ok()
            && let Some(answer) = self.lock().get_mut(&key)
        {
            answer.next = Some(Instant::now());
        }
    }

    fn fresh(&self, key: &K) -> Option<Arc<T>> {
        self.lock().get(key).filter(|answer| answer.is_fresh()).map(|answer| answer.value.clone())
    }

    /// The last answer, if it is fresh, and whether it is this caller's turn to ask again.
    fn last(&self, key: &K) -> Option<(Arc<T>, bool)> {
        let mut answers = self.lock();
        let answer = answers.get_mut(key).filter(|answer| answer.is_fresh())?;
        let may_read = answer.next.is_some_and(|next| next <= Instant::now());
        if may_read {
            answer.next = None;
        }
        Some((answer.value.clone(), may_read))
    }

    async fn renew(
        &self,
        key: K,
        reading: Reading,
        read: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Arc<T>, Unread> {
        let began = Instant::now();
        let newer = reading.read(read).await.map(Arc::new);
        let took = began.elapsed();
        let next = Some(Instant::now() + took * SHARE);
        let mut answers = self.lock();
        match &newer {
            Ok(value) => {
                answers.insert(key, Answer { value: value.clone(), at: began, took, next });
            }
            Err(Unread) => {
                if let Some(answer) = answers.get_mut(&key) {
                    answer.next = next;
                }
            }
        }
        newer
    }

    fn lock(&self) -> MutexGuard<'_, Answers<K, T>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    /// The second page shows the first one's answer while a slow count is under way.
    #[tokio::test]
    async fn a_slow_count_is_waited_for_once() {
        let dir = tempfile::TempDir::new().expect("a directory");
        let path = dir.path().join("assent.db");
        let store = Store::open(&path, [], assent_gate::time::Timestamp(0)).expect("a store");
        let (reading, kept) = (Reading::of(path.into()), Kept::<&str, u32>::default());
        let slow = |answer: u32| {
            move |_: &Reader| {
                std::thread::sleep(4 * PATIENCE);
                Ok(answer)
            }
        };
        let first = kept.read("a", &reading, slow(1)).await;
        assert_eq!(first.ok().as_deref(), Some(&1));
        // Its twentieth of the time is not over.
        let second = kept.read("a", &reading, slow(2)).await;
        assert_eq!(second.ok().as_deref(), Some(&1));
        let other = kept.read("b", &reading, |_| Ok(7)).await;
        assert_eq!(other.ok().as_deref(), Some(&7));
        kept.lock().get_mut("a").expect("an answer").next = Some(Instant::now());
        let meanwhile = kept.read("a", &reading, slow(3)).await;
        assert_eq!(meanwhile.ok().as_deref(), Some(&1));
        comes(&kept, "a", 3).await;
        // What was read before anybody asked is not taken for news: the first who asks has it read again.
        kept.read_ahead("c", &reading, |_| Ok(8)).await;
        assert!(kept.read("c", &reading, |_| Ok(9)).await.is_ok());
        comes(&kept, "c", 9).await;
        // Who asks while it is read waits for it, and reads nothing; the next one does.
        let (early, ahead) = (kept.clone(), reading.clone());
        let under_way = tokio::spawn(async move { early.read_ahead("d", &ahead, slow(1)).await });
        while kept.ahead.try_lock().is_ok() {
            tokio::task::yield_now().await;
        }
        let waited = kept.read("d", &reading, |_| Ok(2)).await;
        assert_eq!(waited.ok().as_deref(), Some(&1));
        under_way.await.expect("it was read");
        assert!(kept.read("d", &reading, |_| Ok(3)).await.is_ok());
        comes(&kept, "d", 3).await;
        // And what is old is waited for, however long it takes and whoever asks.
        for answer in [4, 5] {
            kept.lock().get_mut("d").expect("an answer").at -= FRESH;
            let today = kept.read("d", &reading, slow(answer)).await;
            assert_eq!(today.ok().as_deref(), Some(&answer));
        }
        store.close();
    }

    /// Soon, whatever else the machine does.
    async fn comes(kept: &Kept<&'static str, u32>, key: &'static str, value: u32) {
        while kept.fresh(&key).as_deref() != Some(&value) {
            tokio::task::yield_now().await;
        }
    }
}
