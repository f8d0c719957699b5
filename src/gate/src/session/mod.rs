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
use crate::plan::{Act, DebugLine, Plan};
use crate::settings::{Settings, ShopDomain};
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
    /// `cleanable` is what is known of the frame's address: `None` where it is asked for when it
    /// matters, nothing where there is no browser leg.
    pub fn new(
        host: H,
        mut settings: Settings,
        client: Client,
        start: PageStart,
        gpc: Option<bool>,
        cleanable: Option<Cleanable>,
    ) -> Self {
        let is_own = |shop: &str| shop.parse().is_ok_and(|shop: ShopDomain| shop == settings.shop);
        Self {
            host,
            is_elsewhere: start.shop.as_deref().is_some_and(|shop| !is_own(shop)),
            consent: KnownConsent::new(&mut settings, &start, gpc),
            is_debugged: settings.debug && page::has_flag(&start.page.url, "assent_debug"),
            reporting: Reporting::new(settings, client, start, cleanable),
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

    /// An event was heard before this session was there: it waits for the page to begin, unless
    /// somebody has said no by then.
    pub fn recall(&mut self, event: Event, jar: &Jar, now: Timestamp) -> Plan {
        let mut turn = self.turn(jar, now);
        if !self.is_elsewhere && self.reporting.wants(&event.kind) {
            let line = DebugLine::of(event.kind.as_str(), "recalled");
            self.reporting.hold(event, &mut turn);
            self.forget_if_denied(line, &mut turn);
        }
        turn.finished()
    }

    /// What was heeded last was heard before this session was there. It ends nothing before the page
    /// begins; but what a no forgets is forgotten.
    pub fn recall_signal(&mut self, jar: &Jar, now: Timestamp) -> Plan {
        let mut turn = self.turn(jar, now);
        self.forget_if_denied(DebugLine::of("consent", "recalled"), &mut turn);
        turn.finished()
    }

    fn forget_if_denied(&mut self, line: DebugLine, turn: &mut Turn<'_>) {
        let signals = self.consent.signals(turn.jar);
        turn.note(&signals);
        let decision = self.consent.decide(signals, turn.now);
        turn.say(line.decided(&decision));
        if let Decision::Denied(_) = decision {
            self.reporting.forget_held();
            self.consent.recall_no(turn.jar, turn.now);
        }
    }

    /// The page begins: what was recalled is carried out, what earlier pages could not send is sent,
    /// or it is noticed that their grant has ended.
    pub fn begin(&mut self, jar: &Jar, now: Timestamp) -> Plan {
        let mut turn = self.turn(jar, now);
        if self.is_elsewhere {
            turn.say(DebugLine::of("start", "nothing: Shopify says this is another shop"));
            return turn.finished();
        }
        let decision = self.look(&mut turn);
        turn.say(DebugLine::of("start", "the page began").decided(&decision));
        match decision {
            Decision::Granted(grant) => {
                let events = self.reporting.take_held();
                self.granted(&grant, events, &mut turn);
            }
            Decision::Denied(_) if self.is_news(&turn) => self.denied(&mut turn),
            Decision::Denied(_) | Decision::Unknown(_) => self.check_traces(&mut turn),
        }
        self.consent.carried_out();
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
                self.granted(&grant, events, &mut turn);
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
        if shopify.answers_no() {
            self.reporting.forget_held();
        }
        self.consent.heed(shopify);
    }

    /// The bridge has just published on this page: as [`Session::heed`].
    pub fn heed_bridge(&mut self, published: Published) {
        if published.marketing == Some(false) {
            self.reporting.forget_held();
        }
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

    /// How much of the frame's address an [`crate::plan::Act::Clean`] could change.
    pub fn cleaned(&mut self, cleanable: Cleanable, jar: &Jar, now: Timestamp) -> Plan {
        self.reporting.cleaned(cleanable);
        let mut turn = self.turn(jar, now);
        let decision = self.look(&mut turn);
        self.go_on(decision, turn)
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
                self.granted(&grant, events, turn);
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

    fn granted(&mut self, grant: &Grant, events: Vec<Event>, turn: &mut Turn<'_>) {
        if self.consent.is_ended(turn.jar) {
            // The shopper said no and then yes: the new grant needs a device without the old one.
            self.reporting.put_back(events);
            self.withdraw(turn);
            return turn.act(self.consent.look_again(1));
        }
        if let Some(clean) = self.reporting.asks_to_clean(&events) {
            self.reporting.put_back(events);
            return turn.act(clean);
        }
        let is_first = !self.consent.is_granted();
        let mut device = Vec::new();
        let visitor = self.consent.act_upon_grant(&mut self.host, turn.jar, &mut device);
        self.reporting.report(grant, &events, visitor.as_ref(), device, &mut self.host, turn);
        self.consent.keep_published(turn);
        if is_first {
            turn.act(Act::Keep);
        }
    }

    /// Somebody said no: what is held is forgotten, and what was granted ends.
    fn denied(&mut self, turn: &mut Turn<'_>) {
        self.reporting.forget_held();
        if !self.is_news(turn) {
            return;
        }
        self.consent.carried_out();
        if self.consent.has_grant(turn.jar) {
            self.withdraw(turn);
        } else if turn.jar.cookie.is_none() {
            self.consent.put_off(turn);
        }
    }

    fn is_news(&self, turn: &Turn<'_>) -> bool {
        self.consent.is_news(turn.jar, turn.now)
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
