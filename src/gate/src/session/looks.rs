//! When a page looks at the device by itself. Most consent tools write their record a little after
//! Shopify's signal, or without one, and nobody tells the page: what is held would wait for the next
//! event, and a no would stop nothing.

use super::turn::Turn;
use crate::limits;
use crate::plan::Act;

#[derive(Debug)]
#[cfg_attr(test, derive(Clone, Hash))]
pub(super) struct Looks {
    /// The page is in the background: nobody can answer a banner there.
    pub(super) is_hidden: bool,
    /// Looks of the present row that were asked for; all of them where none is under way.
    asked: u32,
    /// One is still to come.
    pub(super) is_to_come: bool,
    /// This call is a look: what asks for another one goes on with the row.
    is_look: bool,
    /// By what was seen last, a record could release what is held.
    pub(super) is_needed: bool,
    /// The last look has seen a no that nothing else has seen yet.
    pub(super) seen_no: bool,
}

impl Looks {
    pub(super) fn new() -> Self {
        Self {
            is_hidden: false,
            asked: limits::LOOKS,
            is_to_come: false,
            is_look: false,
            is_needed: false,
            seen_no: false,
        }
    }

    /// The time of one has come.
    pub(super) fn come(&mut self) {
        (self.is_to_come, self.is_look) = (false, true);
    }

    pub(super) fn done(&mut self) {
        self.is_look = false;
    }

    /// Begins a new row: something has happened that a record may follow.
    pub(super) fn begin(&mut self, turn: &mut Turn<'_>) {
        self.is_needed = true;
        self.asked = 0;
        self.next(turn);
    }

    /// What asks for a look next begins a new row.
    pub(super) fn restart(&mut self) {
        self.is_to_come = false;
    }

    /// Goes on looking, or begins where nothing is looked for.
    pub(super) fn go_on(&mut self, turn: &mut Turn<'_>) {
        self.is_needed = true;
        if self.is_to_come {
            return;
        }
        if !self.is_look {
            self.asked = 0;
        }
        self.next(turn);
    }

    fn next(&mut self, turn: &mut Turn<'_>) {
        if !self.is_hidden && self.asked < limits::LOOKS {
            self.ask(1 << self.asked.min(6), turn);
            self.asked += 1;
        }
    }

    /// One look soon, hidden or not, whatever else is looked for.
    pub(super) fn soon(&mut self, turn: &mut Turn<'_>) {
        self.is_needed = true;
        self.ask(1, turn);
    }

    fn ask(&mut self, after: i64, turn: &mut Turn<'_>) {
        self.is_to_come = after > 0;
        turn.act(Act::Look { after: after.min(60) });
    }

    /// The page is hidden: no look any more.
    pub(super) fn end(&mut self, turn: &mut Turn<'_>) {
        self.ask(0, turn);
    }
}
