//! What holds after every step.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::cmp::RAW_ID;
use super::super::world::{Tab, World, YES, sends, tracked};
use super::oracle::{Says, Truth, Word};
use super::shopper::{Kind, Page, Shopper};
use crate::plan::{Act, Plan};
use crate::time::Timestamp;

/// How the session was asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Entry {
    Begin,
    Heard(Kind),
    Signal(Word),
    /// An answer, or a wake.
    Later,
    /// A look by the page itself.
    Look,
    /// It goes to the background, or comes to the front. The device is not read for that.
    Hides,
    Shows,
}

/// Keys that show a grant. (A withdrawal without an answer is not one.)
const TRACES: [&str; 3] = ["assent.fired", "assent.outbox", "assent.bridge"];

impl Shopper {
    /// Asks the session of the page in front, and judges what it wants to have done.
    pub(super) fn call(
        &mut self,
        entry: Entry,
        ask: impl FnOnce(&mut World, &mut Tab) -> Plan,
    ) -> Option<()> {
        let mut page = self.front.take()?;
        let is_blind = [Entry::Hides, Entry::Shows].contains(&entry);
        if !is_blind && page.marker.is_some() && page.marker != self.marker() {
            (page.marker, page.ended, page.outlived) = (None, true, true);
            page.said_yes = false;
        }
        page.ended &=
            !matches!(entry, Entry::Signal(word) if self.truth(&page).opens_again(word, self.shop));
        let says = self.truth(&page).says(self.shop);
        let before = self.world.device.storage.clone();
        let traces = self.has_traces();
        let marked = self.marker();
        self.world.deal(self.grants * 1000);
        let plan = ask(&mut self.world, &mut page.tab);

        if let Entry::Heard(kind) = entry {
            page.heard.insert(kind);
            if !page.past.contains(&kind) {
                page.held.push(kind);
            }
        }
        let is_told = page.revoked;
        page.revoked |= plan.acts.contains(&Act::Revoke);
        self.judge_words(entry, says, &plan);
        let withdraws = plan.acts.iter().any(removes_marker);
        match says {
            _ if is_blind => {}
            // What was said between comes first: the new grant waits for a look.
            Says::Yes if withdraws => {}
            Says::Yes => self.judge_grant(&mut page, &plan, marked.as_ref()),
            Says::No => {
                page.said_yes = false;
                page.held.clear();
                page.past.clone_from(&page.heard);
            }
            Says::Open => {}
        }
        self.judge_what_leaves(says, &mut page, &before, &plan, is_told);
        self.judge_withdrawal(entry, says, &mut page, traces, &plan);
        page.unended = false;
        page.seen_no = (entry == Entry::Look && says == Says::No && !withdraws).then_some(traces);
        page.is_hidden = match entry {
            Entry::Hides => true,
            Entry::Shows => false,
            Entry::Begin | Entry::Heard(_) | Entry::Signal(_) | Entry::Later | Entry::Look => {
                page.is_hidden
            }
        };
        if says != Says::Yes {
            let grew = |key: &&str| {
                let now = self.world.device.storage.get(*key);
                now.is_some() && now != before.get(*key)
            };
            assert!(!TRACES.iter().any(grew), "kept without a yes: {:?}", self.trail);
        }
        assert_eq!(
            self.world.device.storage.contains_key("assent.bridge"),
            self.kept,
            "{:?}",
            self.trail
        );
        self.front = Some(page);
        Some(())
    }

    fn has_traces(&self) -> bool {
        self.marker().is_some()
            || TRACES.iter().any(|key| self.world.device.storage.contains_key(*key))
    }

    /// The gate decides as the world would have it.
    fn judge_words(&self, entry: Entry, says: Says, plan: &Plan) {
        let word = match says {
            Says::Yes => "granted",
            Says::No => "denied",
            Says::Open => "unknown",
        };
        let said = plan.said.iter().find_map(|line| line.decision);
        assert!(
            [Entry::Later, Entry::Look, Entry::Hides, Entry::Shows].contains(&entry)
                || said == Some(word),
            "{said:?}, and it is {word}: {:?}",
            self.trail
        );
    }

    /// Everything that was held is reported once, by the browser and by the server.
    fn judge_grant(&mut self, page: &mut Page, plan: &Plan, marked: Option<&String>) {
        let trail = &self.trail;
        for kind in page.held.drain(..) {
            let line = plan.said.iter().find(|line| line.name == Some(kind.name()));
            let line =
                line.unwrap_or_else(|| panic!("{kind:?} was held, and there is a yes: {trail:?}"));
            if line.done == "nothing: this page has reported it already" {
                continue;
            }
            if kind != Kind::View && !self.arrived.contains(&kind) {
                self.owed.insert(kind);
            }
            let id = line.event_id.as_ref().expect("a draft has an id").as_str();
            let fired = if kind == Kind::View { self.viewed } else { self.fired.contains(id) };
            assert!(!(fired && line.done == "server"), "told as not fired: {trail:?}");
            let fires = plan.acts.contains(&Act::Page) || tracked(plan).iter().any(|own| own == id);
            assert!(
                fired || fires || page.revoked || page.outlived,
                "{kind:?} has not come to TikTok's pixel: {trail:?}"
            );
        }
        page.marker = self.marker();
        assert!(page.marker.is_some(), "a grant marks the device: {trail:?}");
        self.grants += u128::from(page.marker.as_ref() != marked);
        self.kept |= page.published == Some(YES) && ["auto", "bridge"].contains(&self.shop.cmp);
    }

    /// Nothing without a grant that is valid now, nothing that was forgotten, nothing twice,
    /// nothing raw.
    fn judge_what_leaves(
        &mut self,
        says: Says,
        page: &mut Page,
        before: &BTreeMap<&'static str, String>,
        plan: &Plan,
        was_revoked: bool,
    ) {
        let trail = &self.trail;
        let tiktok = plan.acts.iter().any(is_for_tiktok);
        assert!(!tiktok || says == Says::Yes, "TikTok is told without a yes: {trail:?}");
        assert!(!tiktok || !was_revoked, "TikTok is told after it was told to stop: {trail:?}");
        for kind in &page.past {
            let is_told = |act: &Act| {
                let is_named =
                    matches!(act, Act::Track { call } if call.name.as_str() == kind.name());
                is_named || (*act == Act::Page && *kind == Kind::View)
            };
            assert!(
                !plan.acts.iter().any(is_told),
                "{kind:?} was heard before a no, and is told: {trail:?}"
            );
        }
        for id in tracked(plan) {
            assert!(self.fired.insert(id), "the same conversion twice: {trail:?}");
        }
        for _ in plan.acts.iter().filter(|act| **act == Act::Page) {
            assert!(
                !std::mem::replace(&mut self.viewed, true),
                "the same page view twice: {trail:?}"
            );
        }
        for (key, body) in sends(plan) {
            let text = body.to_string();
            assert!(
                !text.contains(RAW_ID) && !text.contains("bridge-raw-id"),
                "a raw id: {trail:?}"
            );
            if let Some(no) = body.get("withdraw") {
                let members: Vec<&String> = no.as_object().expect("an object").keys().collect();
                assert_eq!(members, ["at", "carts", "checkouts", "external_id"], "{trail:?}");
                continue;
            }
            assert_eq!(says, Says::Yes, "a beacon leaves without a yes: {trail:?}");
            let events = body["events"].as_array().expect("a list");
            for event in events {
                let is = |kind: &Kind| event["name"] == kind.name();
                let mut known = self.owed.iter().chain(&self.arrived).chain(&self.orphans);
                assert!(known.any(is), "{} leaves, and was forgotten: {trail:?}", event["name"]);
            }
            // (What an earlier page has left to be sent is not this page's own.)
            if before.get("assent.outbox").is_some_and(|waits| waits.contains(&key)) {
                continue;
            }
            self.judge_ground(page, &body["consent"]);
            for event in events {
                assert!(
                    !page.past.iter().any(|kind| event["name"] == kind.name()),
                    "{} was heard before a no, and leaves: {trail:?}",
                    event["name"]
                );
                page.told_purchase |= event["name"] == "Purchase";
                page.told
                    .insert(event["user"]["external_id"].as_str().expect("a visitor").to_owned());
            }
        }
    }

    /// A receipt says that the shopper consented where a tool's record says so, or Shopify's banner was
    /// answered yes and nobody has said no since, also where only another page has heard it.
    fn judge_ground(&self, page: &Page, consent: &Value) {
        let records = consent["records"].as_array().expect("a list");
        let told = records.iter().find(|record| record["key"] == "visitorConsentCollected");
        let is_consent = consent["basis"] == "consent";
        let trail = &self.trail;
        if self.shop.cmp != "shopify" {
            assert_eq!((is_consent, told), (consent["rule"] == "all_yes", None), "{trail:?}");
            return;
        }
        assert_eq!(is_consent, told.is_some(), "{trail:?}");
        assert!(is_consent || !page.said_yes, "a yes, and no word of it: {trail:?}");
        if let Some(yes) = told {
            let at = Timestamp(yes["decided_at"].as_i64().expect("a time"));
            assert!(self.yeses.contains(&at), "nobody said yes at {at:?}: {trail:?}");
        }
    }

    /// A no ends what was granted, at once where it is heard; nothing else does. One that this page
    /// was told earlier ends no other page's grant: that one may rest on a later yes. One that only a
    /// look has seen is told when the next one sees it too, or in the background.
    fn judge_withdrawal(
        &mut self,
        entry: Entry,
        says: Says,
        page: &mut Page,
        traces: bool,
        plan: &Plan,
    ) {
        let truth = self.truth(page);
        let acted = page.marker.is_some();
        let awaits_bridge = truth.published == Some(None)
            && Truth { published: None, ..truth }.says(self.shop) == Says::Yes;
        let (must, may) = match entry {
            Entry::Begin => {
                let ends = says == Says::No || (says == Says::Open && !awaits_bridge);
                (traces && ends, traces && ends)
            }
            Entry::Hides => (traces && page.seen_no == Some(true), page.seen_no.is_some()),
            Entry::Shows => (false, false),
            Entry::Heard(_) | Entry::Signal(_) | Entry::Later | Entry::Look => {
                let told = matches!(entry, Entry::Signal(word) if truth.says_no(word));
                let ends = says == Says::No && (acted || told || truth.device_says_no());
                let (must, may) = if entry == Entry::Look && !page.is_hidden {
                    (page.seen_no == Some(true), page.seen_no.is_some())
                } else {
                    (true, true)
                };
                (traces && ((ends && must) || page.unended), (ends && may) || page.unended)
            }
        };
        let withdraws = plan.acts.iter().any(removes_marker);
        assert!(
            withdraws || !must,
            "a no, and the grant stands: {entry:?} {truth:?} {:?}",
            self.trail
        );
        assert!(
            may || !withdraws,
            "withdrawn, and nobody said no: {entry:?} {truth:?} {:?}",
            self.trail
        );
        if withdraws {
            if !page.unended {
                self.yeses.clear();
                page.said_yes = false;
            }
            assert!(!self.has_traces(), "something is left after a no: {:?}", self.trail);
            (page.marker, page.ended, self.kept, self.viewed) = (None, false, false, false);
            page.told_purchase = false;
            for forgotten in [&mut self.owed, &mut self.arrived, &mut self.orphans] {
                forgotten.clear();
            }
            self.fired.clear();
            // The clock moves only where it counts: what is granted later is granted in a later
            // second.
            self.world.now = self.world.now.plus(1);
            self.endpoint.now += 1;
        }
    }
}

fn is_for_tiktok(act: &Act) -> bool {
    match act {
        Act::Clean { .. }
        | Act::Load { .. }
        | Act::Identify { .. }
        | Act::Page
        | Act::Track { .. } => true,
        Act::Send { .. }
        | Act::Cookie { .. }
        | Act::Store { .. }
        | Act::Revoke
        | Act::Keep
        | Act::Wake { .. }
        | Act::Look { .. } => false,
    }
}

fn removes_marker(act: &Act) -> bool {
    matches!(act, Act::Cookie { text } if text.starts_with("_assent=;"))
}
