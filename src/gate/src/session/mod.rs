//! One page view in the browser, as a state machine. The shell reads the device ([`Jar`]) anew
//! before every call, hands in the time, and carries out the [`Plan`] it gets back.
//!
//! Invariant: an act that sends or calls TikTok is only made from a [`Grant`] decided in that very
//! call. The one exception is the withdrawal message.

mod answer;
mod banner;
mod click;
mod ending;
mod host;
mod known_consent;
mod looking;
mod looks;
mod past;
mod reporting;
mod sending;
#[cfg(test)]
mod tests;
mod tiktok_script;
mod turn;
mod yes;

pub use self::answer::EndpointAnswer;
pub use self::host::Host;
use self::known_consent::KnownConsent;
use self::looks::Looks;
use self::reporting::Reporting;
pub use self::tiktok_script::Cleanable;
pub use self::turn::Turn;
use crate::beacon::Client;
use crate::consent::records::Published;
use crate::consent::{Decision, Grant, Rule, Shopify};
use crate::device;
use crate::event::Event;
use crate::jar::Jar;
use crate::page;
use crate::plan::{Act, Plan};
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
    looks: Looks,
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
            looks: Looks::new(),
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

    /// How many events the shell has heard on this page so far. What it hears while a question waits
    /// for its turn can be older than a no that has come by then.
    pub fn has_heard(&mut self, events: i64) {
        self.reporting.past.heard = events;
    }

    /// An event was heard before this session was there: it waits for the page to begin, unless
    /// somebody has said no by then.
    pub fn recall(&mut self, event: Event, turn: &mut Turn<'_>) {
        if !self.is_elsewhere && self.reporting.wants(&event.kind) {
            let kind = event.kind.clone();
            if !self.reporting.past.takes(&event, i64::MAX, turn.now) {
                self.reporting.hold(event, turn);
            }
            self.forget_if_denied(kind.as_str(), turn);
        }
    }

    /// What was heeded last was heard before this session was there. It ends nothing before the page
    /// begins; but what a no forgets is forgotten.
    pub fn recall_signal(&mut self, turn: &mut Turn<'_>) {
        self.forget_if_denied("consent", turn);
    }

    fn forget_if_denied(&mut self, event: &str, turn: &mut Turn<'_>) {
        let decision = self.decide(turn);
        turn.tell(event, "recalled", None);
        match decision {
            Decision::Denied(_) => {
                self.reporting.forget_heard(turn.now);
                self.consent.recall_no(turn.jar, turn.now);
            }
            // A record in storage has not been looked for yet, nor perhaps have the cookies.
            Decision::Granted(_) | Decision::Unknown(Rule::CmpMissing | Rule::CmpUnreadable) => {}
            Decision::Unknown(_) => self.consent.yes.in_vain_at = turn.now,
        }
    }

    /// The page begins: what was recalled is carried out, what earlier pages could not send is sent,
    /// or it is noticed that their grant has ended.
    pub fn begin(&mut self, turn: &mut Turn<'_>) {
        if self.is_elsewhere {
            turn.say("start", "nothing: Shopify says this is another shop");
            return;
        }
        let decision = self.look(turn);
        turn.tell("start", "the page began", None);
        match decision {
            Decision::Granted(grant) => self.granted(&grant, None, turn),
            Decision::Denied(_) if self.is_news(turn) => self.denied(turn),
            Decision::Denied(_) => self.check_traces(turn),
            Decision::Unknown(rule) => {
                self.check_traces(turn);
                self.waits(rule, turn);
            }
        }
        self.consent.carried_out(turn.jar);
        self.reporting.flush_withdrawals(&self.host, turn);
    }

    /// Shopify told of an event, the shell's `number`-th.
    pub fn heard(&mut self, event: Event, number: i64, turn: &mut Turn<'_>) {
        if self.is_elsewhere || !self.reporting.wants(&event.kind) {
            return;
        }
        let decision = self.look(turn);
        let is_past = self.reporting.past.takes(&event, number, turn.now);
        match decision {
            Decision::Granted(grant) if !is_past => self.granted(&grant, Some(event), turn),
            Decision::Unknown(rule) if !is_past => {
                turn.tell(event.kind.as_str(), "held in memory until somebody decides", None);
                self.reporting.hold(event, turn);
                if rule.waits_for_record() {
                    self.looks.begin(turn);
                }
            }
            decision @ (Decision::Granted(_) | Decision::Denied(_) | Decision::Unknown(_)) => {
                turn.tell(event.kind.as_str(), "forgotten", None);
                self.carry_out(decision, turn);
            }
        }
    }

    /// An event that could not be read: nothing is done, and the debug console hears why.
    pub fn refused(&self, malformed: Malformed, turn: &mut Turn<'_>) {
        turn.say("refused", malformed.reason());
    }

    /// The shopper's decision has just come (`visitorConsentCollected`), and the device has not
    /// been looked at yet. From now on everything is decided by it, events that are already on
    /// their way included.
    pub fn heed(&mut self, shopify: Shopify, now: Timestamp) {
        if self.consent.heed(shopify, now) {
            self.reporting.forget_heard(now);
        }
    }

    /// The bridge has just published on this page: as [`Session::heed`].
    pub fn heed_bridge(&mut self, published: Published, now: Timestamp) {
        if self.consent.heed_bridge(published) {
            self.reporting.forget_heard(now);
        }
    }

    /// Carries out the decision that was heeded.
    pub fn signalled(&mut self, turn: &mut Turn<'_>) {
        if self.is_elsewhere {
            return;
        }
        self.compare_marker(turn);
        self.consent.reopen();
        let decision = self.look(turn);
        turn.tell("consent", "the shopper decided", None);
        if self.reporting.holds() {
            self.looks.restart(); // the record may follow
        }
        self.carry_out(decision, turn);
        self.consent.carried_out(turn.jar);
    }

    /// How much of the frame's address an [`crate::plan::Act::Clean`] could change.
    pub fn cleaned(&mut self, cleanable: Cleanable, turn: &mut Turn<'_>) {
        self.reporting.cleaned(cleanable);
        let decision = self.look(turn);
        self.go_on(decision, turn);
    }

    /// The endpoint answered a [`crate::plan::Act::Send`], or did not.
    pub fn answered(&mut self, key: &str, answer: EndpointAnswer, turn: &mut Turn<'_>) {
        let mut decision = self.look(turn);
        if answer == EndpointAnswer::RefusedAsWithdrawn
            && self.reporting.told_of(key, self.consent.visitor())
        {
            // A no is on record that this device does not know of. Its next grant is another's.
            self.consent.end();
            self.reporting.erase(turn);
            decision = self.decide(turn);
        }
        if let Some(status) = self.reporting.answered(key, answer, turn.now) {
            let event = ["HTTP ", &decimal(status.into())].concat();
            turn.say(&event, "refused by the endpoint, and not sent again");
        }
        self.go_on(decision, turn);
    }

    /// The time an [`crate::plan::Act::Wake`] asked for has come.
    pub fn woken(&mut self, turn: &mut Turn<'_>) {
        self.reporting.awake();
        let decision = self.look(turn);
        self.go_on(decision, turn);
    }

    /// Carries out the decision, makes up for a check that an unreadable device has put off, and
    /// sends the withdrawals that wait, which need no grant.
    fn go_on(&mut self, decision: Decision, turn: &mut Turn<'_>) {
        self.carry_out(decision, turn);
        if self.consent.is_unchecked() {
            self.check_traces(turn);
        }
        self.reporting.flush_withdrawals(&self.host, turn);
        self.reporting.store_withdrawals(turn);
    }

    fn carry_out(&mut self, decision: Decision, turn: &mut Turn<'_>) {
        match decision {
            Decision::Granted(grant) => self.granted(&grant, None, turn),
            Decision::Denied(_) => self.denied(turn),
            Decision::Unknown(rule) => {
                if self.consent.is_ended(turn.jar) {
                    self.withdraw(turn); // somebody said no, and something else before that was done
                }
                self.waits(rule, turn);
            }
        }
    }

    /// Looks on, where the device may show later what is waited for.
    fn waits(&mut self, rule: Rule, turn: &mut Turn<'_>) {
        let something = || self.reporting.holds() || self.consent.is_granted();
        if self.consent.is_unchecked() || (rule.waits_for_record() && something()) {
            self.looks.go_on(turn);
        }
    }

    /// One call of the shell: what is done within it makes the plan.
    pub fn turn(
        &mut self,
        jar: &Jar,
        now: Timestamp,
        act: impl FnOnce(&mut Self, &mut Turn<'_>),
    ) -> Plan {
        let mut turn = Turn::new(jar, now, self.is_debugged);
        act(self, &mut turn);
        turn.finished()
    }

    /// Takes in what the device shows now, and decides by it.
    fn look(&mut self, turn: &mut Turn<'_>) -> Decision {
        self.compare_marker(turn);
        let has_room = self.reporting.read(turn.jar, turn.now);
        if !has_room && !self.consent.is_granted() {
            self.consent.end(); // the end of another grant could not be kept until it is told
        }
        let decision = self.decide(turn);
        match decision {
            Decision::Granted(_) => {}
            // One look that failed does not undo the yes that a page acts upon.
            Decision::Unknown(Rule::CmpUnreadable) if self.consent.is_granted() => {}
            Decision::Denied(_) => self.consent.yes.in_vain_at = turn.now,
            Decision::Unknown(_) => {
                self.consent.yes.in_vain_at = turn.now;
                self.consent.banner.keep(turn);
            }
        }
        self.looks.is_needed = false; // or it is asked for again
        self.looks.seen_no &= matches!(decision, Decision::Denied(_));
        decision
    }

    fn decide(&self, turn: &mut Turn<'_>) -> Decision {
        let signals = self.consent.signals(turn.jar);
        turn.note(&signals);
        let decision = self.consent.decide(signals, turn.now);
        turn.decided(&decision);
        decision
    }

    fn compare_marker(&mut self, turn: &mut Turn<'_>) {
        if self.consent.notices_end_elsewhere(turn.jar) {
            self.reporting.end(turn);
        }
    }

    /// What was held is reported, and what has just come.
    fn granted(&mut self, grant: &Grant, event: Option<Event>, turn: &mut Turn<'_>) {
        let mut events = self.reporting.take_held();
        self.reporting.past.yes_at = self.consent.yes.since(grant.evidence(), turn.now);
        if let Some(event) = event {
            events.push(event);
        }
        let is_ended = self.consent.is_ended(turn.jar);
        if is_ended || self.consent.has_just_withdrawn(turn.now) {
            // The shopper said no and then yes: the new grant needs a device without the old one, and
            // a second of its own, for the endpoint knows no smaller time.
            self.reporting.put_back(events);
            if is_ended {
                self.withdraw(turn);
            }
            return self.looks.soon(turn);
        }
        if let Some(clean) = self.reporting.asks_to_clean(&events) {
            self.reporting.put_back(events);
            return turn.act(clean);
        }
        let is_first = !self.consent.is_granted();
        let mut device = Vec::new();
        let visitor = self.consent.act_upon_grant(&mut self.host, turn.jar, &mut device);
        let has_purchase =
            self.reporting.report(grant, &events, visitor.as_ref(), device, &mut self.host, turn);
        self.consent.keep_published(turn);
        self.consent.banner.keep(turn);
        if has_purchase {
            self.looks.begin(turn);
        }
        let looks_at_once = has_purchase && self.looks.is_to_come;
        if is_first && !self.consent.is_read_back() && !looks_at_once {
            // Until this page has seen its marker, another tab's withdrawal would look like a cookie
            // that cannot be written.
            self.looks.soon(turn);
        }
        if is_first {
            turn.act(Act::Keep);
        }
    }
}
