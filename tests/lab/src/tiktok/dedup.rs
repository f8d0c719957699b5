//! TikTok's two-leg dedup (docs/facts/tiktok.md#deduplication): key pixel + event + event_id, the
//! first received is what counts.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::event::{Event, Leg, Outcome};

/// From the first copy: another leg within this is merged into it.
const MERGE_MS: i64 = 5 * 60 * 1000;
/// From the first copy: anything within this is not counted again.
const WINDOW_MS: i64 = 48 * 60 * 60 * 1000;

/// One counted conversion and every copy that was recognised as the same.
#[derive(Clone, Debug, Serialize)]
pub struct Conversion {
    pub pixel: String,
    pub name: String,
    pub event_id: Option<String>,
    /// Match keys and parameters: the first copy's, with the merged one's filled in where the first
    /// had none.
    pub user: Map<String, Value>,
    pub properties: Map<String, Value>,
    /// In the order of arrival; the first is the one that counts.
    pub copies: Vec<Copy>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Copy {
    pub leg: Leg,
    pub at_ms: i64,
    pub outcome: Outcome,
}

#[derive(Debug, Default)]
pub(super) struct Dedup {
    pub(super) conversions: Vec<Conversion>,
    latest: HashMap<(String, String, String), usize>,
}

impl Dedup {
    /// Takes an event in and says what TikTok does with it.
    pub(super) fn admit(&mut self, leg: Leg, now_ms: i64, event: &Event) -> Outcome {
        let Some(event_id) = &event.event_id else {
            return self.count(leg, now_ms, event);
        };
        let key = (event.pixel.clone(), event.name.clone(), event_id.clone());
        if let Some(&index) = self.latest.get(&key) {
            let conversion = &mut self.conversions[index];
            let age = now_ms - conversion.copies[0].at_ms;
            if age <= WINDOW_MS {
                return conversion.copy(leg, now_ms, age, event);
            }
        }
        self.latest.insert(key, self.conversions.len());
        self.count(leg, now_ms, event)
    }

    fn count(&mut self, leg: Leg, at_ms: i64, event: &Event) -> Outcome {
        self.conversions.push(Conversion {
            pixel: event.pixel.clone(),
            name: event.name.clone(),
            event_id: event.event_id.clone(),
            user: event.user.clone(),
            properties: event.properties.clone(),
            copies: vec![Copy { leg, at_ms, outcome: Outcome::Counted }],
        });
        Outcome::Counted
    }
}

impl Conversion {
    fn copy(&mut self, leg: Leg, at_ms: i64, age: i64, event: &Event) -> Outcome {
        let other_leg = self.copies.iter().all(|copy| copy.leg != leg);
        let outcome =
            if other_leg && age <= MERGE_MS { Outcome::Merged } else { Outcome::Discarded };
        if outcome == Outcome::Merged {
            fill(&mut self.user, &event.user);
            fill(&mut self.properties, &event.properties);
        }
        self.copies.push(Copy { leg, at_ms, outcome });
        outcome
    }
}

/// "Missing match keys and parameters are filled into the first": what is there stays.
fn fill(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (key, value) in from {
        into.entry(key.clone()).or_insert_with(|| value.clone());
    }
}
