//! From any state: a yes delivers all that is held, a no ends it all, and a yes after that brings
//! nothing back.

use super::super::cmp::OneTrust;
use super::super::world::{NO, YES};
use super::judge::Entry;
use super::oracle::{Says, Truth, Word};
use super::shopper::{Page, Shopper, Step};

impl Shopper {
    pub(super) fn ends_well(&self) {
        let Some(page) = &self.front else { return };
        if !page.gpc {
            let mut yes = self.clone();
            yes.says_yes();
            yes.arrives();
            assert!(yes.owed.is_empty(), "{:?} never arrives: {:?}", yes.owed, self.trail);
        }
        self.looks_well(page);
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
        for visitor in &page.told {
            assert!(
                no.endpoint.withdrawn.contains(visitor),
                "a visitor this page told of is not named: {:?}",
                self.trail
            );
        }
        if !page.gpc {
            no.says_yes();
            no.arrives(); // `judge_what_leaves` knows what was forgotten
        }
    }

    /// A record that nobody tells of is seen by the page itself: a yes where something is held for
    /// it, and a no where a Purchase has been sent.
    fn looks_well(&self, page: &Page) {
        let with = |onetrust| Truth { onetrust, ..self.truth(page) }.says(self.shop);
        let (is, yes) = (self.truth(page).says(self.shop), OneTrust::Yes);
        if is == Says::Open
            && !page.held.is_empty()
            && with(yes) == Says::Yes
            && self.shop.records.contains(&yes)
        {
            let mut late = self.clone();
            late.take(Step::Record(yes));
            assert!(late.take(Step::Looked).is_some(), "nobody looks for a yes: {:?}", self.trail);
            late.arrives();
            assert!(late.owed.is_empty(), "{:?} never arrives: {:?}", late.owed, self.trail);
        }
        let is_marked = page.marker.is_some() && page.marker == self.marker();
        if is == Says::Yes && is_marked && page.told_purchase {
            let mut late = self.clone();
            late.take(Step::Record(OneTrust::No));
            for look in 0..2 {
                assert!(late.take(Step::Looked).is_some(), "no look {look}: {:?}", self.trail);
            }
            assert!(late.marker().is_none(), "a no stops nothing: {:?}", self.trail);
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
        self.banner_hears(YES);
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
