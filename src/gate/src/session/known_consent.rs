//! What this page knows of consent: what it was told, what the device shows, and whether it acts
//! upon a grant.

use super::banner::Banner;
use super::host::Host;
use super::turn::Turn;
use super::yes::Yes;
use crate::consent::records::{self, BRIDGE_KEY, Published};
use crate::consent::{Cmp, Decision, Policy, Rule, Shopify, Signals, Source, decide};
use crate::device::{self, Marker};
use crate::hex::Digest;
use crate::jar::{Jar, Stored};
use crate::page;
use crate::plan::Act;
use crate::settings::Settings;
use crate::shopify::PageStart;
use crate::text::Text;
use crate::time::Timestamp;

#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(super) struct KnownConsent {
    policy: Policy,
    /// The shop's own names for marketing.
    categories: Vec<Text>,
    /// A CMP's record can be seen on this page's host.
    within_reach: bool,
    gpc: Option<bool>,
    shopify: Shopify,
    pub(super) banner: Banner,
    /// What this page's bridge has said last.
    published: Option<Published>,
    heeded: Heeded,
    state: GrantState,
    /// Hashed visitors whose grant another page ended or replaced: a later no must still name them.
    /// The one of a grant that stands is in its marker.
    former_visitors: Vec<Digest>,
    /// When this page withdrew.
    withdrawn_at: Option<Timestamp>,
    /// A no that was recalled, or met a device that cannot be read, has not ended yet what it ends.
    unended_no: bool,
    pub(super) yes: Yes,
    /// The device could not be read when it was to show whether there is an earlier page's grant,
    /// which has ended.
    unchecked: bool,
}

/// Whose word has come and has not been carried out yet.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, Hash))]
struct Heeded {
    shopify: bool,
    bridge: bool,
    /// There was a no among it, whatever came after that.
    no: bool,
}

/// What this page knows of the shopper's grant.
#[derive(Debug, PartialEq)]
#[cfg_attr(test, derive(Clone, Hash))]
pub(super) enum GrantState {
    /// No grant has been acted upon.
    Open,
    /// A grant was acted upon under this marker. `read_back` is whether the device has shown it to
    /// us since: where cookies cannot be written its absence means nothing.
    Granted { marker: Option<Marker>, read_back: bool },
    /// Another page of this browser ended it. Only a fresh signal opens it again
    /// ([`KnownConsent::reopen`]).
    EndedElsewhere,
}

impl KnownConsent {
    pub(super) fn new(settings: &mut Settings, start: &PageStart, gpc: Option<bool>) -> Self {
        Self {
            policy: Policy::from(&*settings),
            categories: std::mem::take(&mut settings.categories),
            within_reach: page::host(&start.page.url)
                .is_some_and(|host| settings.is_storefront(&host)),
            gpc,
            shopify: start.privacy,
            banner: Banner::default(),
            published: None,
            heeded: Heeded::default(),
            state: GrantState::Open,
            former_visitors: Vec::new(),
            withdrawn_at: None,
            unended_no: false,
            yes: Yes::new(settings),
            unchecked: false,
        }
    }

    /// Shows the keys of localStorage that must be read for the records.
    pub(super) fn storage_keys(&self, see: &mut dyn FnMut(&str)) {
        see(BRIDGE_KEY);
        records::storage_keys(self.policy.cmp, see);
    }

    /// A no of Shopify's or the bridge's must end this page's grant, also where a yes comes before it
    /// is carried out.
    ///
    /// Whether all that was heard before is past.
    pub(super) fn heed(&mut self, shopify: Shopify, now: Timestamp) -> bool {
        let is_no = shopify.answers_no();
        self.heeded.no |= is_no;
        let is_yes = self.yes.hears(self.shopify, shopify, now);
        self.shopify = shopify;
        if self.policy.cmp == Cmp::Shopify {
            let said_yes_at = if shopify.permits() { now.text() } else { String::new() };
            self.banner.hears(said_yes_at.into());
        }
        self.heeded.shopify = true;
        is_no || is_yes
    }

    /// As [`Self::heed`].
    pub(super) fn heed_bridge(&mut self, published: Published) -> bool {
        let is_no = published.marketing == Some(false);
        self.heeded.no |= is_no;
        self.published = Some(published);
        self.heeded.bridge = true;
        is_no
    }

    /// What was heeded has been carried out. A no that found a device which cannot be read has not
    /// ended yet what it ends.
    pub(super) fn carried_out(&mut self, jar: &Jar) {
        self.unended_no |= self.heeded.no && jar.cookie.is_none();
        self.heeded = Heeded::default();
    }

    /// A fresh signal opens again what ended elsewhere. Shopify's word is fresh: it comes when the
    /// shopper was asked. Of the bridge only a yes of the tool that the shop asks: all else would
    /// leave it to Shopify's word at page start, which is older than that end.
    pub(super) fn reopen(&mut self) {
        let is_fresh = self.heeded.shopify || (self.heeded.bridge && self.is_bridged());
        if self.state == GrantState::EndedElsewhere && is_fresh {
            self.state = GrantState::Open;
        }
    }

    /// Whether this page's bridge has said yes, and the shop asks for it.
    fn is_bridged(&self) -> bool {
        (self.policy.cmp == Cmp::Auto || self.policy.cmp == Cmp::Named(Source::BRIDGE))
            && self.published.as_ref().is_some_and(|said| said.marketing == Some(true))
    }

    /// Whether this page acts upon a grant.
    pub(super) fn is_granted(&self) -> bool {
        matches!(self.state, GrantState::Granted { .. })
    }

    /// Decides without a bridge that does not know yet what its tool will say. Such a bridge
    /// publishes "undecided" on every page: nothing leaves until it knows, but that must not end an
    /// earlier page's grant.
    fn decide_by_the_known(&self, jar: &Jar, now: Timestamp) -> Decision {
        let published = self.published.as_ref().filter(|published| published.marketing.is_some());
        self.decide(self.signals_of(self.shopify, published, jar), now)
    }

    /// Whether what decides could not be read: the cookies, or a record in storage that is asked
    /// for.
    fn is_blind(&self, jar: &Jar, now: Timestamp) -> bool {
        let fails = || jar.storage.iter().any(|(_, stored)| *stored == Stored::Unreadable);
        jar.cookie.is_none()
            || (fails() && self.decide_by_the_known(jar, now).rule() == Rule::CmpUnreadable)
    }

    /// Whether a no may end a grant. It may if the grant is this page's own, if the no has just
    /// come, or if the device shows it. What this page was told earlier may be
    /// older than another tab's yes, and must not undo that.
    pub(super) fn is_news(&self, jar: &Jar, now: Timestamp) -> bool {
        let shopify = if self.heeded.shopify { self.shopify } else { Shopify::default() };
        let published = self.published.as_ref().filter(|_| self.heeded.bridge);
        self.is_granted()
            || self.heeded.no
            || matches!(
                self.decide(self.signals_of(shopify, published, jar), now),
                Decision::Denied(_)
            )
    }

    pub(super) fn signals(&self, jar: &Jar) -> Signals {
        self.signals_of(self.shopify, self.published.as_ref(), jar)
    }

    pub(super) fn decide(&self, signals: Signals, now: Timestamp) -> Decision {
        decide(signals, self.policy, now)
    }

    /// What the device and the browser show, beside what this page was told.
    fn signals_of(&self, shopify: Shopify, published: Option<&Published>, jar: &Jar) -> Signals {
        let mut records = records::read(jar, self.policy.cmp, &self.categories);
        if let Some(published) = published {
            records::prevail(&mut records, published);
        }
        Signals {
            shopify,
            gpc: self.gpc,
            records,
            within_reach: self.within_reach,
            ended_elsewhere: self.state == GrantState::EndedElsewhere,
            unreadable: jar.cookie.is_none(),
            said_yes_at: self.banner.said_yes_at(jar),
        }
    }

    /// Whether this page has withdrawn in this very second: a yes counts from the next one on.
    pub(super) fn has_just_withdrawn(&self, now: Timestamp) -> bool {
        self.withdrawn_at == Some(now)
    }

    /// Notices, by the marker cookie, what another page has done to the grant: whether it has ended
    /// it.
    pub(super) fn notices_end_elsewhere(&mut self, jar: &Jar) -> bool {
        let GrantState::Granted { marker, read_back } = &mut self.state else { return false };
        if jar.cookie.is_none() {
            return false; // nothing was seen, so nothing can be compared
        }
        let found = Marker::read(jar);
        if found == *marker {
            *read_back = found.is_some();
        } else if *read_back {
            // Whoever deletes cookies tells no server; a "no" that follows must still find what
            // this visitor left there.
            self.former_visitors.extend(marker.as_ref().and_then(Marker::external_id));
            self.end();
            return true;
        } else if found.is_some() {
            // Two tabs (or two pixels of one page) were granted at once, and the other's marker
            // stands: theirs is the visitor from now on, ours is still to be named by a no. (Where
            // none stands it cannot be written, and the records alone decide.)
            self.former_visitors.extend(marker.as_ref().and_then(Marker::external_id));
            *marker = found;
            *read_back = true;
        }
        false
    }

    /// A no was recalled. It ends a grant as one that is heard now; but the device may have to be
    /// read for that once more, and the shopper may have said yes since.
    pub(super) fn recall_no(&mut self, jar: &Jar, now: Timestamp) {
        // The waiting room may not have seen the cookies: then [`Self::is_ended`] finds out.
        self.unended_no |= self.is_news(jar, now) && (jar.cookie.is_none() || self.has_grant(jar));
        self.heeded.no = false;
        self.banner.forget();
    }

    /// Whether a no must end a grant before anything else is done.
    pub(super) fn is_ended(&self, jar: &Jar) -> bool {
        (self.unended_no || self.heeded.no) && self.has_grant(jar)
    }

    /// Whether the device has shown this page's grant back to it. Where cookies cannot be written
    /// the records alone decide, at each event.
    pub(super) fn is_read_back(&self) -> bool {
        !matches!(self.state, GrantState::Granted { read_back: false, .. })
    }

    /// A grant is acted upon: gives its hashed visitor, by the marker of this page, of the device,
    /// or a new one.
    pub(super) fn act_upon_grant<H: Host>(
        &mut self,
        host: &mut H,
        jar: &Jar,
        device: &mut Vec<Act>,
    ) -> Option<Digest> {
        self.unchecked = false;
        (self.unended_no, self.heeded.no) = (false, false);
        if !self.is_granted() {
            let found = Marker::read(jar);
            let read_back = found.is_some();
            let marker = found.or_else(|| Marker::new(host.random()?, host.random()?));
            if let (Some(marker), false) = (&marker, read_back) {
                device.push(Act::Cookie { text: self.banner.cookie(marker) });
            }
            self.state = GrantState::Granted { marker, read_back };
        }
        self.visitor()
    }

    /// The grant has ended as by another page: only a fresh signal opens it again.
    pub(super) fn end(&mut self) {
        self.state = GrantState::EndedElsewhere;
        self.banner.forget();
    }

    /// The hashed visitor of the grant that is acted upon.
    pub(super) fn visitor(&self) -> Option<Digest> {
        match &self.state {
            GrantState::Granted { marker, .. } => marker.as_ref().and_then(Marker::external_id),
            GrantState::Open | GrantState::EndedElsewhere => None,
        }
    }

    /// What the bridge of this page has said is kept for the pages that it does not reach
    /// (checkout), where the shop asks for it. Without a date it would be kept for ever, so it gets
    /// one.
    pub(super) fn keep_published(&mut self, turn: &mut Turn<'_>) {
        let bridged = self.is_bridged();
        let Some(said) = self.published.as_mut().filter(|_| bridged) else { return };
        said.at.get_or_insert(turn.now);
        turn.store(BRIDGE_KEY, Some(said.kept()));
    }

    /// Whether the device shows if a grant has left traces there. Where it cannot be read, it is
    /// asked again.
    pub(super) fn shows_traces(&mut self, jar: &Jar, now: Timestamp) -> bool {
        self.unchecked = self.is_blind(jar, now);
        !self.unchecked
    }

    /// Whether, by what is known, there is consent, and has been all the time.
    pub(super) fn stands(&self, jar: &Jar, now: Timestamp) -> bool {
        !self.unended_no && matches!(self.decide_by_the_known(jar, now), Decision::Granted(_))
    }

    pub(super) fn is_unchecked(&self) -> bool {
        self.unchecked
    }

    /// A no while the device cannot be read: what it ends is looked for when it can. But this page
    /// may end before that, and the next one could grant by what is kept of the bridge.
    pub(super) fn put_off(&mut self, turn: &mut Turn<'_>) {
        self.unchecked = true;
        turn.store(BRIDGE_KEY, None);
    }

    /// Whether there is a grant that a denial ends: this page's, one whose traces are on the
    /// device, or one that this page saw vanish. While the cookies cannot be read only its own, for
    /// of another one nobody could be named.
    pub(super) fn has_grant(&self, jar: &Jar) -> bool {
        let left = || device::has_own_state(jar) || !self.former_visitors.is_empty();
        self.is_granted() || (jar.cookie.is_some() && left())
    }

    /// The grant is withdrawn: gives every hashed visitor it concerns.
    pub(super) fn withdraw(&mut self, jar: &Jar, now: Timestamp) -> Vec<Digest> {
        let own = match std::mem::replace(&mut self.state, GrantState::Open) {
            GrantState::Granted { marker, .. } => marker,
            GrantState::Open | GrantState::EndedElsewhere => None,
        };
        let marker = own.or_else(|| Marker::read(jar));
        self.withdrawn_at = Some(now);
        self.unchecked = false;
        (self.unended_no, self.heeded.no) = (false, false);
        let mut visitors = std::mem::take(&mut self.former_visitors);
        let last = marker.as_ref().and_then(Marker::external_id);
        visitors.extend(last.filter(|visitor| !visitors.contains(visitor)));
        visitors
    }
}

#[cfg(test)]
impl KnownConsent {
    pub(super) fn state(&self) -> &GrantState {
        &self.state
    }

    /// All that a later step can act upon. In full: a field that is added must be thought of here.
    pub(super) fn hash_at<F: std::hash::Hasher>(&self, now: Timestamp, hasher: &mut F) {
        use std::hash::Hash;

        let Self {
            policy: _,
            categories: _,
            within_reach: _,
            gpc,
            shopify,
            banner,
            published,
            heeded,
            state,
            former_visitors,
            withdrawn_at,
            unended_no,
            yes,
            unchecked,
        } = self;
        (gpc, shopify.marketing, shopify.sale_of_data, shopify.answered).hash(hasher);
        published
            .as_ref()
            .map(|said| (said.marketing, said.at, &said.source, &said.id))
            .hash(hasher);
        (heeded, state, former_visitors, unended_no).hash(hasher);
        (yes, banner, unchecked).hash(hasher);
        // One that is past delays nothing any more.
        withdrawn_at.filter(|at| *at == now).hash(hasher);
    }
}
