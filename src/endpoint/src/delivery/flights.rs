//! Sends under way, each with the events it answers for: a send that breaks off must not take them
//! along, claimed and never to be claimed again.

use std::collections::HashMap;

use tokio::task::{Id, JoinError, JoinSet};

use crate::rules::answer::Answer;

#[derive(Debug, Default)]
pub(super) struct Flights {
    under_way: JoinSet<Option<Answer>>,
    ids: HashMap<Id, Vec<i64>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Landing {
    /// All its answers are written down; the last one of them.
    Landed(Option<Answer>),
    /// It broke off (a panic, which nobody expects). Which of its events were sent is not known.
    Lost(Vec<i64>),
}

impl Flights {
    pub(super) fn start(
        &mut self,
        ids: Vec<i64>,
        flight: impl Future<Output = Option<Answer>> + Send + 'static,
    ) {
        let task = self.under_way.spawn(flight).id();
        self.ids.insert(task, ids);
    }

    /// The next to come down; `None` where none is under way.
    pub(super) async fn land(&mut self) -> Option<Landing> {
        let joined = self.under_way.join_next_with_id().await?;
        Some(self.landing(joined))
    }

    /// One that has come down already.
    pub(super) fn landed(&mut self) -> Option<Landing> {
        let joined = self.under_way.try_join_next_with_id()?;
        Some(self.landing(joined))
    }

    fn landing(&mut self, joined: Result<(Id, Option<Answer>), JoinError>) -> Landing {
        let (task, landing) = match joined {
            Ok((task, answer)) => (task, Some(Landing::Landed(answer))),
            Err(error) => (error.id(), None),
        };
        let ids = self.ids.remove(&task).unwrap_or_default();
        landing.unwrap_or(Landing::Lost(ids))
    }

    /// Of all that are under way.
    pub(super) fn events(&self) -> Vec<i64> {
        self.ids.values().flatten().copied().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.under_way.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_send_that_breaks_off_says_which_events_it_had() {
        let mut flights = Flights::default();
        flights.start(vec![1, 2], async { panic!("nobody expected it") });
        assert_eq!(flights.land().await, Some(Landing::Lost(vec![1, 2])));
        flights.start(vec![3], async { Some(Answer::Unreached) });
        assert_eq!(flights.land().await, Some(Landing::Landed(Some(Answer::Unreached))));
        assert_eq!((flights.land().await, flights.ids.len()), (None, 0));
    }
}
