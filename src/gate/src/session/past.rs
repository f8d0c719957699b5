//! What is older than a no that was heard on this page. It is never reported, whoever tells of it
//! again: a question that waited for its turn, or somebody who replays it.

use crate::event::Event;
use crate::text::Text;
use crate::time::Timestamp;

#[derive(Debug)]
#[cfg_attr(test, derive(Clone, Hash))]
pub(super) struct Past {
    /// How many events the shell has heard so far; some of them may still wait there.
    pub(super) heard: i64,
    /// Shopify's ids of those that have come here.
    ids: Vec<Text>,
    /// How many there were of both when the last no was heard, and when that was.
    heard_before: i64,
    ids_before: usize,
    no_at: Timestamp,
    /// Nor is anything reported that is older than the yes, where the shop forgets that.
    pub(super) yes_at: Timestamp,
}

impl Past {
    pub(super) fn new() -> Self {
        Self {
            heard: 0,
            ids: Vec::new(),
            heard_before: 0,
            ids_before: 0,
            no_at: Timestamp(i64::MIN),
            yes_at: Timestamp(i64::MIN),
        }
    }

    /// Somebody says no: all that was heard until now is past.
    pub(super) fn end(&mut self, now: Timestamp) {
        self.heard_before = self.heard;
        self.ids_before = self.ids.len();
        self.no_at = now;
    }

    /// Takes in an event, the shell's `number`-th: whether it is past.
    pub(super) fn takes(&mut self, event: &Event, number: i64, now: Timestamp) -> bool {
        if now < self.no_at {
            self.no_at = Timestamp(i64::MIN); // the clock was set back, so dates say nothing
        }
        let known = &self.ids[..self.ids_before];
        let is_known = event.shopify_id.as_ref().is_some_and(|id| known.contains(id));
        let is_past = is_known || number <= self.heard_before || event.time < self.no_at;
        if let Some(id) = &event.shopify_id {
            self.ids.push(id.clone());
        }
        if is_past {
            // Nor is a replay of it. (What came in between has been taken in once, and that is enough.)
            self.ids_before = self.ids.len();
        }
        is_past
    }
}
