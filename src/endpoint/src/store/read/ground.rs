//! On what an event rests, in short: its receipt's number and the heart of its evidence. The whole of
//! it is `assent receipts export`.

use crate::store::engine::{self, Connection, OptionalExtension as _, params};
use serde::Serialize;

use crate::store::links::{Kind, Link};
use crate::store::rows::event::ERASED;
use crate::store::rows::link;
use crate::store::stored_evidence::StoredEvidence;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ground {
    pub receipt: i64,
    /// `consent` or `permission`.
    pub basis: String,
    pub rule: String,
    /// The records that granted.
    pub records: Vec<Granting>,
    /// When the module last read it, by the device's clock.
    pub evaluated_at: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Granting {
    pub source: String,
    /// When the shopper decided, where the record says so.
    pub decided_at: Option<i64>,
}

/// `None`: an erasure cut it, its time is over, or it cannot be read.
pub(super) fn of(store: &Connection, shop: &str, receipt: i64) -> engine::Result<Option<Ground>> {
    if receipt == ERASED {
        return Ok(None);
    }
    let sql = "SELECT evidence, evaluated_at FROM receipt WHERE shop = ?1 AND id = ?2";
    let read = |row: &engine::Row<'_>| Ok((row.get::<String>(0)?, row.get(1)?));
    let found = store.prepare_cached(sql)?.query_row(params![shop, receipt], read).optional()?;
    Ok(found.and_then(|(evidence, evaluated_at)| read_evidence(receipt, &evidence, evaluated_at)))
}

/// The latest under a checkout, or else under a cart: for an order of which nothing more is here.
pub(super) fn of_anchors(
    store: &Connection,
    shop: &str,
    anchors: [Option<Link>; 2],
) -> engine::Result<Option<Ground>> {
    let sql = format!(
        "SELECT id, evidence, evaluated_at FROM receipt WHERE {} ORDER BY granted_at DESC LIMIT 1",
        link::hanging(Kind::Receipt)
    );
    let mut find = store.prepare_cached(&sql)?;
    let read =
        |row: &engine::Row<'_>| Ok(read_evidence(row.get(0)?, &row.get::<String>(1)?, row.get(2)?));
    for anchor in anchors.into_iter().flatten() {
        if let Some(found) = find.query_row(params![shop, anchor], read).optional()? {
            return Ok(found);
        }
    }
    Ok(None)
}

fn read_evidence(receipt: i64, evidence: &str, evaluated_at: i64) -> Option<Ground> {
    let proof: StoredEvidence = serde_json::from_str(evidence).ok()?;
    let granting = proof.records.into_iter().filter(|record| record.decision == "granted");
    let records = granting
        .map(|record| Granting { source: record.source, decided_at: record.decided_at })
        .collect();
    Some(Ground { receipt, basis: proof.basis, rule: proof.rule, records, evaluated_at })
}
