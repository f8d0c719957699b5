//! One page view in the browser, as a state machine. The shell reads the device ([`Jar`]) anew
//! before every call, hands in the time, and carries out the [`Plan`] it gets back.
//!
//! Invariant: an act that sends or calls TikTok is only made from a [`Grant`] decided in that very
//! call. The one exception is the withdrawal message.

mod click;
mod host;
mod known_consent;
mod reporting;
mod sending;
#[cfg(test)]
mod tests;
mod tiktok_script;
mod turn;

pub use self::host::Host;
use self::known_consent::KnownConsent;
use self::reporting::Reporting;
pub use self::sending::EndpointAnswer;
pub use self::tiktok_script::Cleanable;
use self::turn::Turn;
use crate::beacon::Client;
use crate::consent::records::Published;
use crate::consent::{Decision, Grant, Shopify};
use crate::device;
use crate::event::Event;
use crate::jar::Jar;
use crate::page;
use crate::plan::{DebugLine, Plan};
use crate::settings::Settings;
use crate::shopify::{Malformed, PageStart};
use crate::text::decimal;
use crate::time::Timestamp;

/// What is known of consent, and what is reported: the session joins the two and has nothing to add
/// to either.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub struct Session<H> {
    host: H,
    consent: KnownConsent,
    reporting: Reporting,
    /// Shopify says that the page is another shop's.
    is_elsewhere: bool,
    is_debugged: bool,
}

impl<H: Host> Session<H> {
    pub fn new(
        host: H,
        mut settings: Settings,
        client: Client,
        start: PageStart,
        gpc: Option<bool>,
    ) -> Self {
        let is_own = |shop: &str| shop.trim().eq_ignore_ascii_case(settings.shop.as_str());
        Self {
            host,
            is_elsewhere: start.shop.as_deref().is_some_and(|shop| !is_own(shop)),
            consent: KnownConsent::new(&mut settings, &start, gpc),
            is_debugged: settings.debug && page::has_flag(&start.page.url, "assent_debug"),
            reporting: Reporting::new(settings, client, start),
        }
    }

    /// The keys of localStorage that every jar must hold, a line each; one that ends with `*`
    /// stands for all that begin so.
    pub fn storage_keys(&self) -> String {
        let mut keys = String::from(device::FIRED);
        let mut add = |key: &str| {
            keys.push('\n');
            keys.push_str(key);
        };
        [device::OUTBOX, device::WITHDRAWN].into_iter().for_each(&mut add);
        self.consent.storage_keys(&mut add);
        keys
    }

    /// The frame's address and referrer as TikTok's script may read them.
    pub fn address(&self) -> (String, String) {
        self.reporting.address()
    }

    /// What the browser let us change of the frame's address.
    pub fn cleaned(&mut self, cleanable: Cleanable) {
        self.reporting.cleaned(cleanable);
    }

    /// The page begins: send what earlier pages could not, or notice that their grant has ended.
    pub fn begin(&mut self, jar: &Jar, now: Timestamp) -> Plan {
        let mut turn = self.turn(jar, now);
        if self.is_elsewhere {
            turn.say(DebugLine::of("start", "nothing: Shopify says this is another shop"));
            return turn.finished();
        }
        let decision = self.look(&mut turn);
        turn.say(DebugLine::of("start", "the page began").decided(&decision));
        match decision {
            Decision::Granted(grant) => self.granted(&grant, &[], &mut turn),
            Decision::Denied(_) | Decision::Unknown(_) => self.check_traces(&mut turn),
        }
        self.reporting.flush_withdrawals(&self.host, &mut turn);
        turn.finished()
    }

    /// Shopify told of an event.
    pub fn heard(&mut self, event: Event, jar: &Jar, now: Timestamp) -> Plan {
        let mut turn = self.turn(jar, now);
        if self.is_elsewhere || !self.reporting.wants(&event.kind) {
            return turn.finished();
        }
        let decision = self.look(&mut turn);
        let line = DebugLine::of(event.kind.as_str(), "").decided(&decision);
        match decision {
            Decision::Granted(grant) => {
                let mut events = self.reporting.take_held();
                events.push(event);
                self.granted(&grant, &events, &mut turn);
            }
            Decision::Denied(_) => {
                turn.say(line.done("forgotten"));
                self.denied(&mut turn);
            }
            Decision::Unknown(_) => {
                turn.say(line.done("held in memory until somebody decides"));
                self.reporting.hold(event, &mut turn);
            }
        }
        turn.finished()
    }

    /// An event that could not be read: nothing is done, and the debug console hears why.
    pub fn refused(&self, malformed: Malformed) -> Plan {
        let mut plan = Plan::default();
        if self.is_debugged {
            plan.said.push(DebugLine::of("refused", malformed.reason()));
        }
        plan
    }

    /// The shopper's decision has just come (`visitorConsentCollected`), and the device has not
    /// been looked at yet. From now on everything is decided by it, events that are already on
    /// their way included.
    pub fn heed(&mut self, shopify: Shopify) {
        self.consent.heed(shopify);
    }

    /// The bridge has just published on this page: as [`Session::heed`].
    pub fn heed_bridge(&mut self, published: Published) {
        self.consent.heed_bridge(published);
    }

    /// Carries out the decision that was heeded.
    pub fn signalled(&mut self, jar: &Jar, now: Timestamp) -> Plan {
        let mut turn = self.turn(jar, now);
        if self.is_elsewhere {
            return turn.finished();
        }
        self.compare_marker(&mut turn);
        self.consent.reopen();
        let decision = self.look(&mut turn);
        turn.say(DebugLine::of("consent", "the shopper decided").decided(&decision));
        self.carry_out(decision, &mut turn);
        self.consent.carried_out();
        turn.finished()
    }

    /// The endpoint answered a [`crate::plan::Act::Send`], or did not.
    pub fn answered(
        &mut self,
        key: &str,
        answer: EndpointAnswer,
        jar: &Jar,
        now: Timestamp,
    ) -> Plan {
        let mut turn = self.turn(jar, now);
        let decision = self.look(&mut turn);
        if let Some(status) = self.reporting.answered(key, answer, now) {
            let event = ["HTTP ", &decimal(status.into())].concat();
            turn.say(DebugLine::of(&event, "refused by the endpoint, and not sent again"));
        }
        self.go_on(decision, turn)
    }

    /// The time an [`crate::plan::Act::Wake`] asked for has come.
    pub fn woken(&mut self, jar: &Jar, now: Timestamp) -> Plan {
        let mut turn = self.turn(jar, now);
        if !self.consent.is_woken() {
            self.reporting.awake();
        }
        let decision = self.look(&mut turn);
        self.go_on(decision, turn)
    }

    /// Carries out the decision, makes up for a check that an unreadable device has put off, and
    /// sends the withdrawals that wait, which need no grant.
    fn go_on(&mut self, decision: Decision, mut turn: Turn<'_>) -> Plan {
        self.carry_out(decision, &mut turn);
        if self.consent.is_unchecked() {
            self.check_traces(&mut turn);
        }
        self.reporting.flush_withdrawals(&self.host, &mut turn);
        self.reporting.store_withdrawals(&mut turn);
        turn.finished()
    }

    fn carry_out(&mut self, decision: Decision, turn: &mut Turn<'_>) {
        match decision {
            Decision::Granted(grant) => {
                let events = self.reporting.take_held();
                self.granted(&grant, &events, turn);
            }
            Decision::Denied(_) => self.denied(turn),
            Decision::Unknown(_) => {}
        }
    }

    fn turn<'a>(&self, jar: &'a Jar, now: Timestamp) -> Turn<'a> {
        Turn::new(jar, now, self.is_debugged)
    }

    /// Takes in what the device shows now, and decides by it.
    fn look(&mut self, turn: &mut Turn<'_>) -> Decision {
        self.consent.look_again_where_blind(turn);
        self.compare_marker(turn);
        self.reporting.read(turn.jar, turn.now);
        let signals = self.consent.signals(turn.jar);
        turn.note(&signals);
        self.consent.decide(signals, turn.now)
    }

    fn compare_marker(&mut self, turn: &mut Turn<'_>) {
        if self.consent.notices_end_elsewhere(turn.jar) {
            self.reporting.end(turn);
        }
    }

    fn granted(&mut self, grant: &Grant, events: &[Event], turn: &mut Turn<'_>) {
        let mut device = Vec::new();
        let visitor = self.consent.act_upon_grant(&mut self.host, turn.jar, &mut device);
        self.reporting.report(grant, events, visitor.as_ref(), device, &mut self.host, turn);
        self.consent.keep_published(turn);
    }

    /// Somebody said no: what is held is forgotten, and what was granted ends.
    fn denied(&mut self, turn: &mut Turn<'_>) {
        self.reporting.forget_held();
        if !self.consent.is_news(turn.jar, turn.now) {
            return;
        }
        self.consent.carried_out();
        if self.consent.has_grant(turn.jar) {
            self.withdraw(turn);
        } else if turn.jar.cookie.is_none() {
            self.consent.put_off(turn);
        }
    }

    /// Traces of a grant where none stands are a withdrawal.
    fn check_traces(&mut self, turn: &mut Turn<'_>) {
        let (jar, now) = (turn.jar, turn.now);
        if self.consent.shows_traces(jar, now)
            && self.consent.has_grant(jar)
            && !self.consent.stands(jar, now)
        {
            self.withdraw(turn);
        }
    }

    fn withdraw(&mut self, turn: &mut Turn<'_>) {
        let (at, visitors) = self.consent.withdraw(turn.jar, turn.now);
        self.reporting.withdraw(at, visitors, &self.host, turn);
    }
}
