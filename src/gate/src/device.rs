//! What the device keeps after a grant (docs/device.md#what-assent-keeps-on-the-shoppers-device),
//! and how it is written down. Cookie values are hex or base64url only; storage values are lines of
//! plain text that a reader can drop one by one.

pub mod withdrawal;

use crate::base64;
use crate::consent::records::BRIDGE_KEY;
use crate::hex::{Digest, EventId};
use crate::jar::Jar;
use crate::limits;
use crate::page;
use crate::text::{Text, cut, split};
use crate::tiktok::person;
use crate::time::{DAY, HOUR, Timestamp};

pub const FIRED: &str = "assent.fired";
pub const OUTBOX: &str = "assent.outbox";
pub const WITHDRAWN: &str = "assent.withdrawn";
/// The hosted form's module, which its JavaScript keeps after a grant. It shows that there was one,
/// so a withdrawal removes it; nothing here ever reads it.
pub const MODULE: &str = "assent.module";

const MARKER: &str = "_assent";
const CLICK: &str = "_assent_c";

/// The cookie `_assent`: the visitor (32 characters of hex), the grant's generation (16), and when
/// Shopify's banner was answered yes. That changes while a grant stands, so it makes no other marker.
#[derive(Clone)]
pub struct Marker(Text);

impl PartialEq for Marker {
    fn eq(&self, other: &Self) -> bool {
        self.own() == other.own()
    }
}

#[cfg(test)]
impl std::hash::Hash for Marker {
    fn hash<S: std::hash::Hasher>(&self, state: &mut S) {
        self.own().hash(state);
    }
}

impl std::fmt::Debug for Marker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Marker(…)")
    }
}

impl Marker {
    const OWN: usize = 32 + 16;

    pub fn new(visitor: [u8; 16], generation: [u8; 16]) -> Option<Self> {
        let hex = |bytes: [u8; 16]| EventId::of_bytes(&bytes);
        let parts = [hex(visitor)?.as_str(), &hex(generation)?.as_str()[..16]].concat();
        Some(Self(parts.into()))
    }

    pub fn read(jar: &Jar) -> Option<Self> {
        // Twice 32 characters are looked at, for they are known elsewhere too.
        let is_hex = |part: Option<&str>| part.is_some_and(|part| part.parse::<EventId>().is_ok());
        let is_one = |value: &&str| is_hex(value.get(..32)) && is_hex(value.get(16..Self::OWN));
        jar.cookies(MARKER).find(is_one).map(|value| Self(value.into()))
    }

    fn own(&self) -> &str {
        &self.0[..Self::OWN]
    }

    /// The third part, as it stands there.
    pub fn said_yes_at(&self) -> &str {
        &self.0[Self::OWN..]
    }

    pub fn external_id(&self) -> Option<Digest> {
        person::external_id(&self.0[..32])
    }

    /// 13 months, the longest time consent may be taken to last.
    pub fn cookie(&self, said_yes_at: &str) -> Text {
        cookie(MARKER, &[self.own(), said_yes_at].concat(), "34214400") // 396 days
    }

    pub fn removal() -> [Text; 2] {
        [cookie(MARKER, "", "0"), cookie(CLICK, "", "0")]
    }
}

/// Whether anything of a grant is still on the device. One trace is enough: any of the others may
/// be missing.
pub fn has_own_state(jar: &Jar) -> bool {
    jar.all_cookies().any(|(name, _)| name == MARKER || name == CLICK)
        || [FIRED, OUTBOX, BRIDGE_KEY].iter().any(|key| !jar.stored(key).text().is_empty())
}

/// The click id's cookie, written whole or (beyond what a cookie may hold) not at all.
pub fn click_cookie(ttclid: &str) -> Option<Text> {
    let value = base64::url(ttclid.as_bytes());
    (value.len() <= limits::CLICK_COOKIE).then(|| cookie(CLICK, &value, "2592000")) // 30 days
}

pub fn click(jar: &Jar) -> Option<Text> {
    base64::text(jar.cookie(CLICK)?).filter(|id| page::is_click_id(id)).map(Text::from)
}

fn cookie(name: &str, value: &str, max_age: &str) -> Text {
    [name, "=", value, "; Path=/; SameSite=Lax; Secure; Max-Age=", max_age].concat().into()
}

/// The ids already handed to ttq, newest last, so that a reload, a replay or a second tab does not
/// fire twice.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(test, derive(Hash))]
pub struct Fired(Vec<(EventId, Timestamp)>);

impl Fired {
    const LIFE: i64 = 7 * DAY;

    /// Lines of `<event_id> <seconds>`.
    pub fn read(text: &str, now: Timestamp) -> Self {
        let line = |line: &str| {
            let (id, at) = cut(line, b' ')?;
            let at = Timestamp::of_text(at)?;
            (now.since(at) <= Self::LIFE).then_some((id.parse().ok()?, at))
        };
        Self(split(text, b'\n').filter_map(line).collect())
    }

    pub fn contains(&self, id: &EventId) -> bool {
        self.0.iter().any(|(fired, _)| fired == id)
    }

    /// Adds all of `other` that is not here yet: another tab's ids, or this page's own.
    pub fn merge(&mut self, other: &Self) {
        for (id, at) in &other.0 {
            self.add(id, *at);
        }
    }

    pub fn add(&mut self, id: &EventId, at: Timestamp) {
        if !self.contains(id) {
            self.0.push((id.clone(), at));
        }
        if self.0.len() > limits::FIRED_IDS {
            self.0.remove(0);
        }
    }

    pub fn write(&self) -> String {
        let lines = self.0.iter().map(|(id, at)| [id.as_str(), " ", &at.text(), "\n"].concat());
        lines.collect()
    }
}

/// A message without a final answer.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(test, derive(Hash))]
pub struct Waiting {
    /// Names it in answers: a hash of what it tells of.
    pub key: Text,
    pub since: Timestamp,
    /// Not to be sent again before this.
    pub not_before: Timestamp,
    /// JSON without `sent_at`; of a withdrawal, its facts ([`withdrawal`]).
    pub body: Text,
}

/// Beacons without a final answer, oldest first: sent again on a later page with the same ids.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(test, derive(Hash))]
pub struct Outbox(Vec<Waiting>);

impl Outbox {
    /// Seconds a beacon may wait: TikTok's dedup window.
    pub const LIFE: i64 = 48 * HOUR;

    /// Lines of `<key> <since> <not before> <body>`; no body holds a line break. A body that
    /// `is_ours` does not know is dropped.
    pub fn read(text: &str, is_ours: fn(&str) -> bool) -> Self {
        let line = |line: &str| {
            let (key, line) = cut(line, b' ').filter(|(key, _)| !key.is_empty())?;
            let (since, line) = cut(line, b' ')?;
            let (not_before, body) = cut(line, b' ').filter(|(_, body)| is_ours(body))?;
            let (since, not_before) = (Timestamp::of_text(since)?, Timestamp::of_text(not_before)?);
            Some(Waiting { key: key.into(), since, not_before, body: body.into() })
        };
        Self(split(text, b'\n').filter_map(line).collect())
    }

    pub fn write(&self) -> Option<Text> {
        let line = |w: &Waiting| {
            [w.key.as_str(), " ", &w.since.text(), " ", &w.not_before.text(), " ", &w.body, "\n"]
                .concat()
        };
        (!self.0.is_empty()).then(|| self.0.iter().map(line).collect::<String>().into())
    }

    /// Adds it. Another tab's copy of the same message stays as it is.
    pub fn add(&mut self, waiting: Waiting) {
        if self.find(&waiting.key).is_none() {
            self.0.push(waiting);
        }
    }

    /// The oldest go.
    pub fn make_room(&mut self) {
        while self.0.len() > limits::OUTBOX || self.bytes() > limits::OUTBOX_BYTES {
            self.0.remove(0);
        }
    }

    fn bytes(&self) -> usize {
        self.0.iter().map(|waiting| waiting.body.len()).sum()
    }

    #[inline(never)]
    pub fn find(&self, key: &str) -> Option<&Waiting> {
        self.0.iter().find(|waiting| waiting.key == key)
    }

    pub fn remove(&mut self, key: &str) {
        self.drop_all(|waiting| waiting.key == key);
    }

    /// What has waited too long goes. Nothing waits since tomorrow: the clock was ahead then, and by
    /// now it may have waited for days.
    pub fn drop_stale(&mut self, now: Timestamp) {
        self.drop_all(|waiting| !(-DAY..=Self::LIFE).contains(&now.since(waiting.since)));
    }

    fn drop_all(&mut self, is_one: impl Fn(&Waiting) -> bool) {
        while let Some(at) = self.0.iter().position(&is_one) {
            self.0.remove(at);
        }
    }

    pub fn postpone(&mut self, key: &str, until: Timestamp) {
        for waiting in self.0.iter_mut().filter(|waiting| waiting.key == key) {
            waiting.not_before = until;
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn iter(&self) -> impl Iterator<Item = &Waiting> {
        self.0.iter()
    }
}

/// The body as it leaves now: `sent_at` is stamped anew at every attempt.
pub fn stamped(body: &str, now: Timestamp) -> Option<Text> {
    let rest = body.strip_prefix('{')?;
    Some(["{\"sent_at\":", &now.text(), ",", rest].concat().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_763_800_000);

    #[test]
    fn a_click_id_survives_the_cookie_to_the_letter() {
        let id = "E.C.P.Aa_-9".to_owned() + &"x".repeat(900);
        let cookie = click_cookie(&id).unwrap();
        assert!(cookie.ends_with("; Path=/; SameSite=Lax; Secure; Max-Age=2592000"), "{cookie}");
        let jar = Jar { cookie: cookie.split(';').next().map(Into::into), ..Jar::default() };
        assert_eq!(click(&jar).as_deref(), Some(id.as_str()));
        assert_eq!(click_cookie(&"x".repeat(2000)), None, "never cut");
    }

    #[test]
    fn a_marker_is_read_back_and_nothing_else_is_taken_for_one() {
        let marker = Marker::new([7; 16], [9; 16]).unwrap();
        for said_yes_at in ["", "1763800000"] {
            let jar = showing(marker.cookie(said_yes_at).split(';').next().unwrap());
            let read = Marker::read(&jar).unwrap();
            assert_eq!((&read, read.said_yes_at()), (&marker, said_yes_at));
        }
        for wrong in [
            "_assent=",
            "_assent=07",
            "_assent=zz",
            "_assent=07070707070707070707070707070707090909090909090",
            "_assent=07070707070707070707070707070707090909090909090x1763800000",
            "_assent=0707070707070707070707070707070709090909090909é1763800000",
            "x_assent=070707070707070707070707070707070909090909090909",
        ] {
            let jar = showing(wrong);
            assert_eq!(Marker::read(&jar), None, "{wrong}");
        }
    }

    fn showing(cookie: &str) -> Jar {
        Jar { cookie: Some(cookie.into()), ..Jar::default() }
    }

    #[test]
    fn fired_ids_are_bounded_in_number_and_time() {
        let id = |n: u8| EventId::of_bytes(&[n; 16]).unwrap();
        let mut fired = Fired::default();
        for n in 0..=200 {
            fired.add(&id(n), NOW);
        }
        assert!(!fired.contains(&id(0)) && fired.contains(&id(1)) && fired.contains(&id(200)));
        let text = fired.write();
        assert_eq!(Fired::read(&text, NOW), fired);
        assert_eq!(Fired::read(&text, NOW.plus(7 * DAY + 1)), Fired::default());
        assert_eq!(Fired::read("rubbish\n\nzz 12", NOW), Fired::default());
    }

    /// docs/device.md: 48 hours. A clock that was ahead is given a day.
    #[test]
    fn nothing_waits_longer_than_two_days_whatever_the_clock_was() {
        let waits = |waited: i64| {
            let body = ["k ", &NOW.plus(-waited).text(), " 1 {}"].concat();
            let mut outbox = Outbox::read(&body, |_| true);
            outbox.drop_stale(NOW);
            outbox.find("k").is_some()
        };
        for waited in [-DAY, -HOUR, 0, HOUR, 48 * HOUR] {
            assert!(waits(waited), "{waited}");
        }
        for waited in [-i64::MAX, -400 * DAY, -DAY - 1, 48 * HOUR + 1, i64::MAX] {
            assert!(!waits(waited), "{waited}");
        }
    }

    #[test]
    fn an_outbox_is_bounded_and_its_ids_do_not_change() {
        let waiting = |n: usize| Waiting {
            key: format!("k{n}").into(),
            since: NOW,
            not_before: NOW,
            body: format!("{{\"v\":{n}}}").into(),
        };
        let mut outbox = Outbox::default();
        (0..25).for_each(|n| outbox.add(waiting(n)));
        assert_eq!(outbox.iter().count(), 25);
        outbox.make_room();
        assert_eq!(
            outbox.iter().map(|w| w.key.clone()).collect::<Vec<_>>(),
            (5..25).map(|n| format!("k{n}").into()).collect::<Vec<Text>>()
        );
        let text = outbox.write().unwrap();
        assert_eq!(Outbox::read(&text, |_| true), outbox);
        assert_eq!(Outbox::read(&text, str::is_empty).write(), None);
        assert_eq!(stamped("{\"v\":1}", NOW).as_deref(), Some("{\"sent_at\":1763800000,\"v\":1}"));
    }
}
