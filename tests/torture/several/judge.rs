//! What is broken, found from what was answered, what the store said in between, and what came to TikTok.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use super::shoppers::Told;
use super::store::Store;
use crate::figures;
use crate::sink::{Arrived, Sink};
use crate::support::until;

/// Consent was asked before a no was stored, and the send comes to TikTok after it: no longer than this.
const ON_ITS_WAY: Duration = Duration::from_secs(1);

/// What the store had as ended, when looked at: how it ended, how many events had come to TikTok by then, and
/// when.
#[derive(Default)]
pub(super) struct Settled {
    ended: HashMap<String, (String, usize, Instant)>,
    last: HashMap<String, String>,
}

impl Settled {
    pub(super) fn look(&mut self, store: &Store, sink: &Sink) {
        self.last = store.stories();
        let (came, at) = (sink.arrived().len(), Instant::now());
        for (id, state) in &self.last {
            if !is_open(state) && !self.ended.contains_key(id) {
                self.ended.insert(id.clone(), (state.clone(), came, at));
            }
        }
    }

    pub(super) fn until_all_have_ended(&mut self, store: &Store, sink: &Sink, told: &Told) {
        until("everything accepted has ended", || {
            self.look(store, sink);
            std::thread::sleep(Duration::from_millis(100));
            told.accepted.iter().all(|id| self.ended.contains_key(id)).then_some(())
        });
    }

    fn count(&self, state: &str) -> usize {
        self.last.values().filter(|found| *found == state).count()
    }

    /// Sends of what the store had as ended before.
    fn sent_after(&self, end: &str, grace: Duration, arrived: &[Arrived]) -> usize {
        let is_late = |(n, one): (usize, &Arrived)| {
            let ended = self.ended.get(&one.id).filter(|(state, _, _)| state == end);
            ended.is_some_and(|(_, came, at)| n >= *came && one.at > *at + grace)
        };
        arrived.iter().enumerate().filter(|one| is_late(*one)).count()
    }
}

fn is_open(state: &str) -> bool {
    ["held", "parked", "due"].contains(&state)
}

pub(super) fn judge(
    engine: &str,
    (kills, restarts): (usize, u32),
    told: &Told,
    settled: &Settled,
    arrived: &[Arrived],
) {
    let came: HashSet<&str> = arrived.iter().map(|one| one.id.as_str()).collect();
    let stands = |id: &String| settled.last.get(id).map(String::as_str);
    let lost = told.accepted.iter().filter(|id| stands(id).is_none()).count();
    let unsaid = told.accepted.iter().filter(|id| stands(id) == Some("delivered"));
    let unsaid = unsaid.filter(|id| !came.contains(id.as_str())).count();
    let others = told.accepted.iter().filter(|id| {
        !(stands(id) == Some("delivered")
            || stands(id) == Some("withdrawn") && told.withdrawn.contains_key(*id))
    });
    let breaches = [
        ("accepted and lost", lost),
        ("delivered by its own word, and never come", unsaid),
        ("ended otherwise than delivered or by its own no", others.count()),
        (
            "sent again after it was settled",
            settled.sent_after("delivered", Duration::ZERO, arrived),
        ),
        ("sent after a no", settled.sent_after("withdrawn", ON_ITS_WAY, arrived)),
        (
            "sent without a grant",
            told.refused.iter().filter(|id| came.contains(id.as_str())).count(),
        ),
        ("rows beyond what was accepted", settled.last.len() - (told.accepted.len() - lost)),
    ];
    figures::print(&[
        (&format!("several on {engine}: endpoints killed"), kills),
        (
            &format!("several on {engine}: databases restarted"),
            usize::try_from(restarts).expect("few"),
        ),
        (&format!("several on {engine}: accepted"), told.accepted.len()),
        (&format!("several on {engine}: delivered"), settled.count("delivered")),
        (&format!("several on {engine}: ended by a no"), settled.count("withdrawn")),
        (&format!("several on {engine}: refused"), told.refused.len()),
        (
            &format!("several on {engine}: sent again, before it was settled"),
            arrived.len() - came.len(),
        ),
    ]);
    for (what, n) in breaches {
        figures::print(&[(&format!("several breaches: {what}"), n)]);
    }
    assert!(breaches.iter().all(|(_, n)| *n == 0), "{breaches:?}");
    assert!(settled.count("withdrawn") > 0, "no shopper's no came before the send");
    assert!(arrived.len() > came.len(), "no kill and no failure ever hit a send");
}
