//! Whether a shop's events have the addresses of its shoppers.

use crate::store::engine::{self, Connection, params};
use assent_gate::time::{HOUR, Timestamp};
use serde::Serialize;

use crate::rules::addresses::{Counted, Doubt, Share};

/// A shop most of whose events of the last 24 hours have no shopper's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddressDoubt {
    #[serde(skip)]
    pub shop: String,
    #[serde(serialize_with = "by_name")]
    pub cause: Doubt,
    pub events: i64,
    /// So many of them.
    pub of_them: i64,
}

fn by_name<S: serde::Serializer>(doubt: &Doubt, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(doubt.name())
}

impl AddressDoubt {
    pub fn sentence(&self) -> String {
        self.cause.sentence(self.events, self.of_them)
    }
}

/// By shop.
pub(in crate::store) fn doubts(
    store: &Connection,
    now: Timestamp,
) -> engine::Result<Vec<AddressDoubt>> {
    // This hour and the 23 before it.
    let sql = "SELECT shop, share, CAST(sum(n) AS BIGINT) FROM address_share WHERE hour > ?1 AND hour <= ?2
         GROUP BY shop, share ORDER BY shop";
    let hour = now.0.div_euclid(HOUR); // a clock that was ahead has left later ones
    let mut counts = store.prepare_cached(sql)?;
    let mut rows = counts.query(params![hour - 24, hour])?;
    let mut shops: Vec<(String, Counted)> = Vec::new();
    while let Some(row) = rows.next()? {
        let shop: String = row.get(0)?;
        let Some(share) = Share::of_number(row.get(1)?) else { continue };
        if shops.last().is_none_or(|(last, _)| *last != shop) {
            shops.push((shop, Counted::default()));
        }
        if let Some((_, counted)) = shops.last_mut() {
            *counted = counted.with(share, row.get(2)?);
        }
    }
    let doubt = |(shop, counted): (String, Counted)| {
        let (cause, of_them) = counted.doubt()?;
        Some(AddressDoubt { shop, cause, events: counted.events, of_them })
    };
    Ok(shops.into_iter().filter_map(doubt).collect())
}
