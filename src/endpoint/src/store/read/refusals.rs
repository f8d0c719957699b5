//! What the doors refused of each shop.

use crate::store::engine::{self, Connection, Rows, params};
use assent_gate::settings::ShopDomain;
use serde::Serialize;

use crate::calendar::{Day, Days, moment};
use crate::rules::refused::{Door, Refused};

/// One day's refusals of a shop for one reason. `door` is `webhooks` or `beacons`.
#[derive(Debug, Clone, Serialize)]
pub struct RefusalDay {
    pub day: Day,
    pub shop: String,
    pub door: String,
    pub reason: String,
    pub n: i64,
    pub last_at: i64,
    /// Webhooks of this shop have been accepted since.
    #[serde(skip)]
    pub is_over: bool,
}

impl RefusalDay {
    /// `None`: a reason that this release does not know.
    pub fn refused(&self) -> Option<Refused> {
        Refused::of(&self.door, &self.reason)
    }

    /// As a sentence begins: `webhooks of this shop are refused`. Some beacons are on every day.
    pub fn beginning(&self) -> String {
        let are = if self.is_over || self.is_of(Door::Beacons) { "were" } else { "are" };
        format!("{} of this shop {are} refused", self.door)
    }

    /// When it was, as a sentence ends.
    pub fn last(&self) -> String {
        let over = if self.is_over { "; others have been accepted since" } else { "" };
        format!("the last at {}{over}", moment(self.last_at))
    }

    pub fn is_of(&self, door: Door) -> bool {
        self.door == door.name()
    }
}

/// One shop's from a day on, by the day's number.
pub(super) fn of_shop_since(
    store: &Connection,
    shop: &ShopDomain,
    day: i64,
) -> engine::Result<Vec<RefusalDay>> {
    let sql = "SELECT day, shop, door, reason, n, last_at, 0 FROM refusal
               WHERE shop = ?1 AND day >= ?2";
    let mut find = store.prepare_cached(sql)?;
    all(find.query(params![shop.as_str(), day])?)
}

/// By day and shop, the most frequent first.
pub(in crate::store) fn days(store: &Connection, days: Days) -> engine::Result<Vec<RefusalDay>> {
    let sql = "SELECT day, shop, door, reason, n, last_at,
             CASE WHEN door = ?3 AND EXISTS (SELECT 1 FROM webhook
                 WHERE webhook.shop = refusal.shop AND webhook.received_at > refusal.last_at)
             THEN 1 ELSE 0 END
         FROM refusal WHERE day BETWEEN ?1 AND ?2
         ORDER BY day, shop, door, n DESC, reason";
    let mut find = store.prepare_cached(sql)?;
    let keys = params![days.first().number(), days.last().number(), Door::Webhooks.name()];
    all(find.query(keys)?)
}

fn all(mut rows: Rows<'_>) -> engine::Result<Vec<RefusalDay>> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(day) = Day::of_number(row.get(0)?) else { continue };
        found.push(RefusalDay {
            day,
            shop: row.get(1)?,
            door: row.get(2)?,
            reason: row.get(3)?,
            n: row.get(4)?,
            last_at: row.get(5)?,
            is_over: row.get(6)?,
        });
    }
    Ok(found)
}
