//! One line of what happens now, for `assent tail` and the dashboard. Nothing in it is of a person.

use crate::store::engine::{self, Connection, Row};
use assent_gate::order::Figures;
use serde::Serialize;

use super::RefusalDay;
use super::ground::{self, Ground};
use crate::rules::debt::Stage;
use crate::rules::order::{Mark, Marks};
use crate::rules::refused::Refused;
use crate::rules::way::{Fate, Standing, Way};
use crate::store::rows::columns;
use crate::store::rows::history::lines;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    Event,
    /// An order that no Purchase was reported for, so far.
    Order,
    /// Messages that a door refused.
    Refusal,
    /// A shop whose queue stands still, or moves again.
    Shop,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LiveLine {
    /// Unix seconds: when it came, or when it ended.
    pub at: i64,
    pub shop: String,
    pub about: About,
    /// TikTok's name of the event.
    pub event: Option<String>,
    pub event_id: Option<String>,
    /// What the merchant calls the order, else its id.
    pub order: Option<String>,
    pub value: Option<f64>,
    pub currency: Option<String>,
    /// `held`, `due` or an end; `refused`; `paused` or `running`.
    pub state: String,
    pub fate: Option<Fate>,
    /// What became of it: both copies in one.
    pub said: String,
    /// What else is worth a word.
    pub notes: Vec<&'static str>,
    pub ground: Option<Ground>,
    pub test: bool,
}

/// What [`Happened::of_event`] reads, in this order.
pub(super) const EVENT: &str = "SELECT event.id, event.shop, event.name, event.event_id,
         event.state, event.reason, event.received_at, event.at, event.ended, event.test,
         event.marks, event.fired, event.value, event.currency, event.attempts, event.receipt,
         coalesce(shop.stopped, shop.paused, shop.waits), event.sending,
         (SELECT coalesce(order_fact.name, order_fact.order_id) FROM order_fact
          WHERE order_fact.shop = event.shop AND order_fact.event_id = event.event_id)
     FROM event LEFT JOIN shop ON shop.domain = event.shop";

/// What [`Happened::of_order`] reads, in this order.
pub(super) const ORDER: &str = "SELECT order_fact.id, order_fact.shop, order_fact.order_id,
         order_fact.name, order_fact.event_id, order_fact.state, order_fact.reason,
         order_fact.received_at, order_fact.history, order_fact.figures
     FROM order_fact LEFT JOIN event
         ON event.shop = order_fact.shop AND event.event_id = order_fact.event_id
     WHERE event.id IS NULL AND (order_fact.figures IS NOT NULL OR order_fact.reason <> '')
         AND order_fact.order_id NOT LIKE 'erased %'";

/// A line whose ground is not yet looked up.
pub(super) struct Happened {
    /// The row's number.
    pub(super) id: i64,
    receipt: Option<i64>,
    line: LiveLine,
}

impl Happened {
    pub(super) fn of_event(row: &Row<'_>) -> engine::Result<Self> {
        let (state, reason): (String, String) = (row.get(4)?, row.get(5)?);
        let (has_ended, test, fired) = (row.get(8)?, row.get(9)?, row.get(11)?);
        let paused: Option<String> = row.get(16)?;
        let is_under_way = row.get::<i64>(17)? != 0;
        let stage = Stage::of_name(&state);
        let way = Way::of(Standing {
            stage,
            reason: &reason,
            paused: paused.as_deref().filter(|_| !is_under_way),
            is_test: test,
            attempts: row.get(14)?,
        });
        let at = if has_ended { row.get(7)? } else { row.get(6)? };
        let line = LiveLine {
            at,
            shop: row.get(1)?,
            about: About::Event,
            event: Some(row.get(2)?),
            event_id: columns::event_id_or_null(row, 3)?,
            order: row.get(18)?,
            value: row.get(12)?,
            currency: row.get(13)?,
            state: shown(stage, state),
            fate: Some(way.fate()),
            said: way.of_both_copies(fired),
            notes: notes(Marks(row.get(10)?)),
            ground: None,
            test,
        };
        Ok(Self { id: row.get(0)?, receipt: Some(row.get(15)?), line })
    }

    pub(super) fn of_order(row: &Row<'_>) -> engine::Result<Self> {
        let (state, reason): (String, String) = (row.get(5)?, row.get(6)?);
        let (came, history): (i64, String) = (row.get(7)?, row.get(8)?);
        let figures: Option<String> = row.get(9)?;
        let figures = figures.and_then(|json| serde_json::from_str::<Figures>(&json).ok());
        let properties = figures.map(|figures| figures.properties);
        let stage = Stage::of_name(&state);
        let (is_test, attempts, paused) = (false, 0, None);
        let way = Way::of(Standing { stage, reason: &reason, paused, is_test, attempts });
        let name: Option<String> = row.get(3)?;
        let line = LiveLine {
            at: lines(&history).last().map_or(came, |last| last.at),
            shop: row.get(1)?,
            about: About::Order,
            event: None,
            event_id: columns::event_id_or_null(row, 4)?,
            order: Some(name.map_or_else(|| row.get(2), Ok)?),
            value: properties.as_ref().and_then(|properties| properties.value),
            currency: properties.and_then(|properties| properties.currency).map(String::from),
            state: shown(stage, state),
            fate: Some(way.fate()),
            said: way.of_order(),
            notes: Vec::new(),
            ground: None,
            test: false,
        };
        Ok(Self { id: row.get(0)?, receipt: None, line })
    }

    /// What is no row of its own.
    pub(super) fn other(line: LiveLine) -> Self {
        Self { id: 0, receipt: None, line }
    }

    pub(super) fn line(&self) -> &LiveLine {
        &self.line
    }

    pub(super) fn finished(self, store: &Connection) -> engine::Result<LiveLine> {
        let Self { receipt, line, .. } = self;
        let ground = receipt.map(|receipt| ground::of(store, &line.shop, receipt)).transpose()?;
        Ok(LiveLine { ground: ground.flatten(), ..line })
    }
}

impl LiveLine {
    /// `n` messages were refused since the last look.
    pub(super) fn of_refusal(day: &RefusalDay, n: i64) -> Self {
        let one = day.door.trim_end_matches('s');
        let said = match n {
            1 => format!("refused a {one}: {}", day.reason),
            n => format!("refused {n} {}: {}", day.door, day.reason),
        };
        let notes = day.refused().map(Refused::advice).into_iter().collect();
        Self { notes, ..Self::of_shop(day.last_at, &day.shop, About::Refusal, "refused", said) }
    }

    pub(super) fn of_shop(at: i64, shop: &str, about: About, state: &str, said: String) -> Self {
        Self {
            at,
            shop: shop.to_owned(),
            about,
            event: None,
            event_id: None,
            order: None,
            value: None,
            currency: None,
            state: state.to_owned(),
            fate: None,
            said,
            notes: Vec::new(),
            ground: None,
            test: false,
        }
    }
}

/// Parked is a word of ours: the contract calls both held.
fn shown(stage: Option<Stage>, state: String) -> String {
    if stage == Some(Stage::Parked) { Stage::Held.name().to_owned() } else { state }
}

pub(super) fn notes(marks: Marks) -> Vec<&'static str> {
    let unless = |mark, other| marks.has(mark) && !marks.has(other);
    let all = [
        (marks.has(Mark::Recovered), "recovered from its order"),
        (unless(Mark::Confirmed, Mark::Recovered), "confirmed by its order"),
        (marks.has(Mark::ConfirmedLate), "its order came late"),
        (unless(Mark::SentUnconfirmed, Mark::ConfirmedLate), "sent without an order"),
        (marks.has(Mark::ValueDiffers), "value differs"),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, note)| note).collect()
}
