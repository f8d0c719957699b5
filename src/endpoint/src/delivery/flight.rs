//! One send as steps, without a network and a store: whoever drives it asks for leave, sends, and
//! says what TikTok answered. The courier drives it over sockets, the simulation
//! (tests/simulation) through every interleaving.

use super::queue::Parcel;
use crate::rules::answer::{Answer, Reply};

/// Events claimed for one send, split for as long as TikTok refuses the whole for the sake of a
/// part. Where TikTok throttles or cannot be reached, what has not been sent is left.
#[derive(Debug)]
pub struct Flight {
    /// What is still to be sent; the next one is the last.
    parcels: Vec<Vec<i64>>,
    /// What is not sent after all.
    left: Vec<i64>,
    last: Option<Answer>,
}

impl Flight {
    pub fn of(parcel: Parcel) -> Self {
        let Parcel { alone, ids, .. } = parcel;
        let parcels =
            if alone { ids.into_iter().rev().map(|id| vec![id]).collect() } else { vec![ids] };
        Self { parcels, left: Vec::new(), last: None }
    }

    /// The events for which leave is to be asked next, and that are sent if it is given. `None`: it
    /// has landed.
    pub fn next_parcel(&mut self) -> Option<Vec<i64>> {
        self.parcels.pop()
    }

    /// TikTok has answered to a send of these. Whether the answer is to be written down: `false`
    /// where it says nothing of any one of them, and they go again in parts.
    pub fn answered(&mut self, ids: &[i64], reply: &Reply) -> bool {
        if ids.len() > 1 && reply.answer.is_for_a_part() {
            let (first, second) = ids.split_at(ids.len() / 2);
            self.parcels.extend([second.to_vec(), first.to_vec()]);
            return false;
        }
        self.last = Some(reply.answer);
        if reply.answer.holds_up_the_rest() {
            self.left.extend(self.parcels.drain(..).flatten());
        }
        true
    }

    /// The claimed events that are to be given back to the queue, once it has landed.
    pub fn left(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.left)
    }

    /// The last answer that was to be written down.
    pub fn last(&self) -> Option<Answer> {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::queue::Errand;
    use crate::rules::mode::Mode;

    fn parcel(ids: impl IntoIterator<Item = i64>, alone: bool) -> Parcel {
        let (mode, errand) = (Mode::Live, Errand::Delivery);
        Parcel { mode, errand, alone, ids: ids.into_iter().collect() }
    }

    fn said(answer: Answer) -> Reply {
        Reply { answer, request_id: None }
    }

    /// Of eight the sixth is refused: it ends up alone, and everything is sent once more than it is
    /// refused.
    #[test]
    fn what_is_refused_for_the_sake_of_one_goes_in_halves_until_it_is_alone() {
        let mut flight = Flight::of(parcel(1..=8, false));
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        while let Some(ids) = flight.next_parcel() {
            let answer = if ids.contains(&6) {
                Answer::Refused { code: 40002 }
            } else {
                Answer::Accepted { code: 0 }
            };
            if flight.answered(&ids, &said(answer)) {
                if ids.contains(&6) { &mut refused } else { &mut taken }.extend(ids);
            }
        }
        assert_eq!((taken, refused), (vec![1, 2, 3, 4, 5, 7, 8], vec![6]));
        assert_eq!(flight.last(), Some(Answer::Accepted { code: 0 }));
    }

    /// Of four that go alone the second is throttled, or of halves the first: the others need not
    /// knock for themselves.
    #[test]
    fn what_has_not_been_sent_when_tiktok_throttles_is_given_back() {
        let throttled = said(Answer::Throttled { code: 40100, retry_after: None });
        let mut flight = Flight::of(parcel(1..=4, true));
        for (ids, reply) in [([1], said(Answer::Accepted { code: 0 })), ([2], throttled.clone())] {
            assert_eq!(flight.next_parcel(), Some(ids.to_vec()));
            assert!(flight.answered(&ids, &reply));
        }
        assert_eq!((flight.next_parcel(), flight.last()), (None, Some(throttled.answer)));
        assert_eq!(flight.left(), [4, 3]);

        let mut flight = Flight::of(parcel(1..=4, false));
        let whole = flight.next_parcel().expect("the whole");
        assert!(!flight.answered(&whole, &said(Answer::Refused { code: 40002 })));
        let half = flight.next_parcel().expect("a half");
        assert!(flight.answered(&half, &throttled));
        assert_eq!((half, flight.next_parcel(), flight.left()), (vec![1, 2], None, vec![3, 4]));
    }

    #[test]
    fn where_nothing_got_leave_there_is_no_answer() {
        let mut flight = Flight::of(parcel([1], false));
        assert_eq!(flight.next_parcel(), Some(vec![1]));
        assert_eq!((flight.next_parcel(), flight.last()), (None, None));
    }

    #[test]
    fn what_goes_alone_goes_in_one_request_after_the_other() {
        let mut flight = Flight::of(parcel([1, 2], true));
        assert_eq!(flight.next_parcel(), Some(vec![1]));
        assert_eq!((flight.next_parcel(), flight.next_parcel()), (Some(vec![2]), None));
    }
}
