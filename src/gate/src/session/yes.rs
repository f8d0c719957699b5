//! When the shopper said yes, for a shop that reports nothing of before.

use crate::consent::{Cmp, Evidence, Rule, Shopify};
use crate::settings::{Held, Settings};
use crate::time::{DAY, Timestamp};

const EVER: Timestamp = Timestamp(i64::MIN);

#[derive(Debug)]
#[cfg_attr(test, derive(Clone, Hash))]
pub(super) struct Yes {
    held: Held,
    cmp: Cmp,
    /// When Shopify began to permit on this page; before everything, where it did from the start.
    permitted_at: Timestamp,
    /// When this page last saw no yes. What was held then is older than one that it sees later.
    pub(super) in_vain_at: Timestamp,
}

impl Yes {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { held: settings.held, cmp: settings.cmp, permitted_at: EVER, in_vain_at: EVER }
    }

    /// Shopify says something on this page: whether that is the yes which ends what was before, as a
    /// no does. (Where a record is asked for, its own date does.)
    pub(super) fn hears(&mut self, before: Shopify, said: Shopify, now: Timestamp) -> bool {
        let begins = said.permits() && !before.permits();
        if begins {
            self.permitted_at = now;
        }
        begins && self.held == Held::Forget && self.cmp == Cmp::Shopify
    }

    /// From when on events are reported: the records' own date, where all that are asked for have
    /// one (and a clock that is not ahead); else since the page first saw the yes.
    pub(super) fn since(&self, evidence: &Evidence, now: Timestamp) -> Timestamp {
        if self.held == Held::Release {
            return EVER;
        }
        // Of a clock that was set back since, a date says nothing.
        let known = |at: Timestamp| if at > now { EVER } else { at };
        if evidence.rule != Rule::AllYes {
            return known(self.permitted_at);
        }
        let (mut said_at, mut is_dated) = (EVER, true);
        for record in &evidence.records {
            let is_other = matches!(self.cmp, Cmp::Named(source) if source != record.source);
            if record.deciding && !is_other {
                // A TC string tells the day only: the yes was at its end at the latest, and on that day itself it is
                // as good as undated.
                let at = record.decided_at.unwrap_or(EVER);
                said_at = said_at.max(if at.0 % DAY == 0 { at.plus(DAY) } else { at });
                is_dated &= record.decided_at.is_some();
            }
        }
        if is_dated && said_at <= now { said_at } else { known(self.in_vain_at).plus(1) }
    }
}
