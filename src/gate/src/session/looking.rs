//! What a page does when it looks at the device by itself, is hidden, or is seen again.

use super::Session;
use super::host::Host;
use super::turn::Turn;
use crate::consent::Decision;
use crate::jar::Jar;
use crate::plan::Plan;
use crate::time::Timestamp;

impl<H: Host> Session<H> {
    /// The time of an [`Act::Look`] has come.
    pub fn looked(&mut self, jar: &Jar, now: Timestamp) -> Plan {
        let mut turn = self.turn(jar, now);
        self.looks.come();
        let decision = self.look(&mut turn);
        let goes_on = match decision {
            Decision::Denied(_) if self.doubts(&turn) => {
                self.reporting.forget_heard(now);
                true
            }
            decision @ (Decision::Granted(_) | Decision::Denied(_) | Decision::Unknown(_)) => {
                let is_granted = matches!(decision, Decision::Granted(_));
                self.go_on(decision, &mut turn);
                is_granted
            }
        };
        if goes_on {
            self.looks.go_on(&mut turn);
            if self.looks.seen_no && !self.looks.is_to_come {
                self.looks.soon(&mut turn);
            }
        }
        self.looks.done();
        turn.finished()
    }

    /// Whether a no that a look has seen is not told yet: a tool that writes its record anew may
    /// have been seen while it did so. Where the page has not read its own marker, it never is by a
    /// look.
    fn doubts(&mut self, turn: &Turn<'_>) -> bool {
        if !self.consent.is_read_back() {
            return true;
        }
        let is_sure = self.looks.seen_no || self.looks.is_hidden || self.consent.is_unchecked();
        self.looks.seen_no = self.consent.has_grant(turn.jar) && self.is_news(turn);
        self.looks.seen_no && !is_sure
    }

    /// The page is hidden, and may end. `jar` is the device as it was last seen.
    pub fn hidden(&mut self, jar: &Jar, now: Timestamp) -> Plan {
        let mut turn = self.turn(jar, now);
        self.looks.is_hidden = true;
        if self.looks.seen_no {
            self.denied(&mut turn);
        }
        if self.consent.is_read_back() {
            self.looks.end(&mut turn);
        }
        turn.finished()
    }

    /// The page is seen again: an answer may have been given elsewhere.
    pub fn visible(&mut self, jar: &Jar, now: Timestamp) -> Plan {
        let mut turn = self.turn(jar, now);
        self.looks.is_hidden = false;
        if self.looks.is_needed || self.consent.is_granted() {
            self.looks.begin(&mut turn);
        }
        turn.finished()
    }
}
