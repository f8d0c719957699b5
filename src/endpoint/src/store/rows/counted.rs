//! Writes what a transaction has counted of events.

use std::collections::BTreeMap;

use assent_gate::time::{HOUR, Timestamp};

use super::payload_count::Sum;
use super::tx::Tx;
use super::{address_share, payload_count};
use crate::store::counts::Count;
use crate::store::error::Result;

/// One more, as soon as the transaction ends.
pub(in crate::store) fn add(tx: Tx<'_>, count: Count) -> Result<()> {
    match tx.ledger() {
        Some(ledger) => ledger.count(count),
        None => write(tx, &[count])?,
    }
    Ok(())
}

/// Since 1970-01-01, UTC.
fn hour(at: Timestamp) -> i64 {
    at.0.div_euclid(HOUR)
}

/// Each counter once.
pub(in crate::store) fn write(tx: Tx<'_>, counts: &[Count]) -> Result<()> {
    let mut addresses: BTreeMap<_, i64> = BTreeMap::new();
    let mut payloads: BTreeMap<_, Sum> = BTreeMap::new();
    for count in counts {
        match count {
            Count::Address { shop, share, n, at } => {
                *addresses.entry((shop.as_str(), hour(*at), share.number())).or_default() +=
                    i64::try_from(*n).unwrap_or(0);
            }
            Count::Payload { shop, name, carried, at } => {
                let of = (shop.as_str(), hour(*at), name.as_str());
                payloads.entry(of).or_default().add(*carried, *at);
            }
        }
    }
    for ((shop, hour, share), n) in addresses {
        address_share::add(tx, shop, hour, share, n)?;
    }
    for ((shop, hour, name), sum) in payloads {
        payload_count::add(tx, shop, hour, name, &sum)?;
    }
    Ok(())
}
