//! What a page does when it looks at the device by itself, is hidden, or is seen again.

use super::Session;
use super::host::Host;
use super::turn::Turn;
use crate::consent::Decision;

impl<H: Host> Session<H> {
    /// The time of an [`Act::Look`] has come.
    pub fn looked(&mut self, turn: &mut Turn<'_>) {
        self.looks.come();
        let decision = self.look(turn);
        let goes_on = match decision {
            Decision::Denied(_) if self.doubts(turn) => {
                self.reporting.forget_heard(turn.now);
                true
            }
            decision @ (Decision::Granted(_) | Decision::Denied(_) | Decision::Unknown(_)) => {
                let is_granted = matches!(decision, Decision::Granted(_));
                self.go_on(decision, turn);
                is_granted
            }
        };
        if goes_on {
            self.looks.go_on(turn);
            if self.looks.seen_no && !self.looks.is_to_come {
                self.looks.soon(turn);
            }
        }
        self.looks.done();
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

    /// The page is hidden, and may end. The jar is the device as it was last seen.
    pub fn hidden(&mut self, turn: &mut Turn<'_>) {
        self.looks.is_hidden = true;
        if self.looks.seen_no {
            self.denied(turn);
        }
        if self.consent.is_read_back() {
            self.looks.end(turn);
        }
    }

    /// The page is seen again: an answer may have been given elsewhere.
    pub fn visible(&mut self, turn: &mut Turn<'_>) {
        self.looks.is_hidden = false;
        if self.looks.is_needed || self.consent.is_granted() {
            self.looks.begin(turn);
        }
    }
}
