//! How a grant ends on this page: somebody says no, or what an earlier page left shows that one did.

use super::Session;
use super::host::Host;
use super::turn::Turn;

impl<H: Host> Session<H> {
    /// Somebody said no: what is held is forgotten, and what was granted ends.
    pub(super) fn denied(&mut self, turn: &mut Turn<'_>) {
        self.reporting.forget_heard(turn.now);
        self.consent.banner.forget();
        if !self.is_news(turn) {
            return;
        }
        self.consent.carried_out(turn.jar);
        if self.consent.has_grant(turn.jar) {
            self.withdraw(turn);
        } else if turn.jar.cookie.is_none() {
            self.consent.put_off(turn);
            self.looks.go_on(turn);
        }
    }

    pub(super) fn is_news(&self, turn: &Turn<'_>) -> bool {
        self.consent.is_news(turn.jar, turn.now)
    }

    /// Traces of a grant where none stands are a withdrawal.
    pub(super) fn check_traces(&mut self, turn: &mut Turn<'_>) {
        let (jar, now) = (turn.jar, turn.now);
        if self.consent.shows_traces(jar, now)
            && self.consent.has_grant(jar)
            && !self.consent.stands(jar, now)
        {
            self.withdraw(turn);
        }
    }

    pub(super) fn withdraw(&mut self, turn: &mut Turn<'_>) {
        self.looks.seen_no = false;
        let visitors = self.consent.withdraw(turn.jar, turn.now);
        self.reporting.withdraw(visitors, &self.host, turn);
    }
}
