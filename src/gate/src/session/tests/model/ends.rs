//! From any state: a yes delivers all that is held, a no ends it all, and a yes after that brings
//! nothing back.

use super::super::cmp::OneTrust;
use super::super::world::{NO, YES};
use super::judge::Entry;
use super::oracle::{Says, Word};
use super::shopper::{Shopper, Step};

impl Shopper {
    pub(super) fn ends_well(&self) {
        let Some(page) = &self.front else { return };
        if !page.gpc {
            let mut yes = self.clone();
            yes.says_yes();
            yes.arrives();
            assert!(yes.owed.is_empty(), "{:?} never arrives: {:?}", yes.owed, self.trail);
        }
        let mut no = self.clone();
        no.arrives(); // what is under way was sent before the no
        no.take(Step::Signal(NO));
        no.arrives();
        let left: Vec<_> = no.left().collect();
        assert!(
            left.is_empty() && no.marker().is_none(),
            "{left:?} is left after a no: {:?}",
            self.trail
        );
        for (visitor, at) in &page.told {
            let withdrawn = no.endpoint.withdrawn.get(visitor);
            assert!(
                withdrawn >= Some(at),
                "a visitor this page told of is not named: {:?}",
                self.trail
            );
        }
        if !page.gpc {
            no.says_yes();
            no.arrives(); // `judge_what_leaves` knows what was forgotten
        }
    }

    /// What stands in storage after a no. Where the shopper has deleted the marker himself, and
    /// nothing else showed a grant, there was nothing to withdraw: the module's code may be left.
    fn left(&self) -> impl Iterator<Item = &'static str> {
        let deleted = self.trail.contains(&Step::Deleted);
        let keys = self.world.device.storage.keys().copied();
        keys.filter(move |key| !(deleted && *key == "assent.module"))
    }

    /// Everybody who is asked says yes at once.
    fn says_yes(&mut self) {
        if self.onetrust != OneTrust::Absent || self.shop.records.contains(&OneTrust::Yes) {
            self.take(Step::Record(OneTrust::Yes));
        }
        let bridge = self.shop.bridge;
        let page = self.front.as_mut().expect("a page is open");
        (page.shopify, page.answered) = (YES, true);
        if bridge {
            page.published = Some(YES);
        }
        self.call(Entry::Signal(Word::Shopify), |world, tab| {
            if bridge {
                world.heed_bridge(tab, YES);
            }
            world.signalled(tab, YES)
        });
        let page = self.front.as_ref().expect("a page is open");
        assert_eq!(self.truth(page).says(self.shop), Says::Yes, "{:?}", self.trail);
    }

    /// Everything under way is answered, and what waited is sent again.
    fn arrives(&mut self) {
        for _ in 0..3 {
            while self.take(Step::Accepted).is_some() {}
            self.take(Step::Woken);
        }
        assert!(
            self.front.as_ref().is_some_and(|page| page.tab.under_way.is_empty()),
            "{:?}",
            self.trail
        );
    }
}
