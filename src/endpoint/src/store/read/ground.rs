//! On what an event rests, in short: its receipt's number and the heart of its evidence. The whole of
//! it is `assent receipts export`.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;

use crate::store::rows::event::ERASED;
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
pub(super) fn of(store: &Connection, shop: &str, receipt: i64) -> rusqlite::Result<Option<Ground>> {
    if receipt == ERASED {
        return Ok(None);
    }
    let sql = "SELECT evidence, evaluated_at FROM receipt WHERE shop = ?1 AND id = ?2";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?));
    let found = store.prepare_cached(sql)?.query_row(params![shop, receipt], read).optional()?;
    Ok(found.and_then(|(evidence, evaluated_at)| {
        let proof: StoredEvidence = serde_json::from_str(&evidence).ok()?;
        let granting = proof.records.into_iter().filter(|record| record.decision == "granted");
        let records = granting
            .map(|record| Granting { source: record.source, decided_at: record.decided_at })
            .collect();
        Some(Ground { receipt, basis: proof.basis, rule: proof.rule, records, evaluated_at })
    }))
}
