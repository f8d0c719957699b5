//! Rows go when their life is over. In small steps, a shop in each, so that the browser's beacons
//! need not wait, and one shop's damage is no other's.

use std::collections::BTreeMap;

use assent_gate::settings::ShopDomain;
use assent_gate::time::{DAY, HOUR, Timestamp};

use super::believed_time;
use super::error::Result;
use super::rows::event::{self, BareEvent};
use super::rows::money::Money;
use super::rows::order::{self, Known, OldOrder};
use super::rows::tally::{self, Counted, Sum};
use super::rows::tx::Tx;
use super::rows::{
    address_share, context, demand, endpoint, event_queries, module, payload_count, pixel, receipt,
    refusal, shop as shops, webhook, withdrawal,
};
use super::step;
use crate::rules::debt::{End, Stage, State};
use crate::rules::mode::Mode;
use crate::rules::order::Marks;
use crate::rules::sentences;
use crate::zone::Zones;

/// The lives of rows that no setting changes, in seconds.
const CONTEXT: i64 = 48 * HOUR;
const BARE_ROW: i64 = 7 * DAY;
const PIXEL: i64 = 7 * DAY;
pub(super) const ORDER_LIFE: i64 = 7 * DAY;
/// Shopify tries for 4 hours.
const WEBHOOK: i64 = 7 * DAY;
/// Of the last 24 hours it is asked.
const ADDRESS_SHARE: i64 = 25 * HOUR;
const REFUSAL: i64 = 90 * DAY;
const PAYLOAD_COUNT: i64 = 7 * DAY;
/// A no of what no beacon has named: longer than a device keeps a beacon, and than orders come late.
const STRANGERS_NO: i64 = 8 * DAY;
const MONTH: i64 = 30 * DAY + 12 * HOUR;
/// As long as code that is pasted in a shop is served (docs/contract.md#http).
const MODULE: i64 = 24 * MONTH;
/// Rows per step.
const STEP: i64 = 500;

/// How long receipts (and withdrawals, and the records of demands that are done) are kept, and on
/// which day a row counts that goes.
#[derive(Debug, Clone)]
pub struct Lives {
    pub receipts_months: u32,
    pub zones: Zones,
}

/// How many rows a step touched; all zero when there is nothing left to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub expired: usize,
    pub contexts: usize,
    pub bare_rows: usize,
    pub orders: usize,
    pub webhooks: usize,
    pub receipts: usize,
}

/// What is no shop's; and of which shops there may be something to sweep, by a time that is
/// believed: what is kept for years does not end by a clock that has just jumped ahead. None where another
/// endpoint sweeps.
pub(super) fn begin(tx: Tx<'_>, now: Timestamp) -> Result<(Vec<ShopDomain>, Timestamp)> {
    if !endpoint::is_first(tx)? {
        return Ok((Vec::new(), now));
    }
    let believed = believed_time::believed(tx, now)?;
    module::sweep(tx, believed.plus(-MODULE))?;
    Ok((shops::all(tx)?, believed))
}

/// One step of one shop.
pub(super) fn of_shop(
    tx: Tx<'_>,
    shop: &ShopDomain,
    lives: &Lives,
    believed: Timestamp,
    now: Timestamp,
) -> Result<Swept> {
    Sweep { tx, shop, lives, now, believed }.run()
}

struct Sweep<'a> {
    tx: Tx<'a>,
    shop: &'a ShopDomain,
    lives: &'a Lives,
    now: Timestamp,
    believed: Timestamp,
}

impl Sweep<'_> {
    fn run(&self) -> Result<Swept> {
        let Self { tx, shop, lives, now, believed } = *self;
        let before = |life: i64| now.plus(-life);
        let oldest = believed.plus(-MONTH * i64::from(lives.receipts_months));
        let swept = Swept {
            expired: self.expire()?,
            contexts: context::sweep(tx, shop, before(CONTEXT), STEP)?,
            bare_rows: self.bare_rows(before(BARE_ROW))?,
            orders: self.orders(before(ORDER_LIFE))?,
            webhooks: webhook::sweep(tx, shop, before(WEBHOOK), STEP)?,
            // A waiting event needs its receipt. It waits 7 days at most, and receipts live a month
            // at least.
            receipts: receipt::sweep(tx, shop, oldest, STEP)?,
        };
        pixel::sweep(tx, shop, before(PIXEL))?;
        address_share::sweep(tx, shop, before(ADDRESS_SHARE), STEP)?;
        refusal::sweep(tx, shop, before(REFUSAL))?;
        payload_count::sweep(tx, shop, before(PAYLOAD_COUNT), STEP)?;
        withdrawal::sweep(tx, shop, oldest, before(STRANGERS_NO), STEP)?;
        demand::sweep(tx, shop, oldest)?;
        tx.give_back_pages()?;
        Ok(swept)
    }

    /// Ends what waited past its horizon: the queue of a paused shop, a parked Purchase, a shop that
    /// is no longer configured.
    fn expire(&self) -> Result<usize> {
        let Self { tx, shop, now, .. } = *self;
        let late = event_queries::of(tx, shop, now).past_horizon(STEP)?;
        for open in &late {
            let reason = match open.debt.state {
                State::Parked => sentences::UNCONFIRMED,
                State::Held { .. } | State::Due { .. } | State::Ended(_) => sentences::EXPIRED,
            };
            step::stop_at(tx, shop, open.id, open.debt.at(now), reason, now)?;
        }
        Ok(late.len())
    }

    /// Rows that ended long ago become a count.
    fn bare_rows(&self, then: Timestamp) -> Result<usize> {
        let (old, damaged) = event::ended_before(self.tx, self.shop, then, STEP)?;
        let gone = old.len() + damaged.len();
        for id in damaged {
            event_queries::say_unreadable(id);
            event::delete(self.tx, self.shop, id)?;
        }
        let mut counts = BTreeMap::new();
        for bare in old {
            let BareEvent { id, name, mode, received_at, state, marks, money } = bare;
            event::delete(self.tx, self.shop, id)?;
            self.count(&mut counts, received_at, (Some((name, mode)), state, marks), &money);
        }
        self.add(&counts)?;
        Ok(gone)
    }

    /// Orders whose week is over become a count, each as it stands. Rows that hold only a refund
    /// are no orders and go uncounted. After its week, an order that waits to be sent counts as
    /// expired, and one that waits for its payment as unconfirmed.
    fn orders(&self, then: Timestamp) -> Result<usize> {
        let (old, damaged) = order::received_before(self.tx, self.shop, then, STEP)?;
        let gone = old.len() + damaged.len();
        damaged.into_iter().try_for_each(|id| order::delete(self.tx, self.shop, id))?;
        let mut counts = BTreeMap::new();
        for OldOrder { id, known, created_at, state, marks, money } in old {
            order::delete(self.tx, self.shop, id)?;
            let state = match (known, Stage::of_name(&state)) {
                (Known::Refund, _) => continue,
                (Known::Number, _) => order::UNREAD.to_owned(),
                (Known::Figures, Some(Stage::Held | Stage::Parked)) => {
                    End::Unconfirmed.name().to_owned()
                }
                (Known::Figures, Some(Stage::Due)) => End::Expired.name().to_owned(),
                (Known::Figures, Some(Stage::Ended(_)) | None) => state,
            };
            self.count(&mut counts, created_at, (None, state, marks), &money);
        }
        self.add(&counts)?;
        Ok(gone)
    }

    /// On the shop's day. A time that no calendar has is no day's.
    fn count(
        &self,
        counts: &mut BTreeMap<Counted, Sum>,
        at: Timestamp,
        (event, state, marks): (Option<(String, Mode)>, String, Marks),
        money: &Money,
    ) {
        let Some(day) = self.lives.zones.of_shop(self.shop.as_str()).day(at.0) else { return };
        let currency = money.currency.clone().unwrap_or_default();
        let counted = Counted { day, event, state, marks, currency };
        counts.entry(counted).or_default().add(money);
    }

    fn add(&self, counts: &BTreeMap<Counted, Sum>) -> Result<()> {
        counts.iter().try_for_each(|(counted, sum)| tally::add(self.tx, self.shop, counted, *sum))
    }
}

impl Swept {
    pub(super) fn add(&mut self, more: Self) {
        let Self { expired, contexts, bare_rows, orders, webhooks, receipts } = more;
        self.expired += expired;
        self.contexts += contexts;
        self.bare_rows += bare_rows;
        self.orders += orders;
        self.webhooks += webhooks;
        self.receipts += receipts;
    }
}
