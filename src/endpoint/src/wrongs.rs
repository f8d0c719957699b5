//! What is wrong now as far as the store alone shows it, in a sentence each: `assent status`, the report,
//! `/readyz` and Home all say it, or none of them may say that all is well.

use std::collections::BTreeMap;

use assent_gate::time::{DAY, Timestamp};

use crate::calendar::{Day, Days, moment};
use crate::rules::refused::Door;
use crate::store::StoreError;
use crate::store::read::Reader;
use crate::store_place::StorePlace;

/// Of refused webhooks: what is older may be mended.
const RECENT: i64 = DAY;

/// By shop whose webhooks are refused and none accepted since. (Beacons are refused on every day.)
pub(crate) fn refused_webhooks(
    store: &Reader,
    now: Timestamp,
) -> Result<BTreeMap<String, String>, StoreError> {
    let today = now.0.div_euclid(DAY);
    let days = Days::between(Day::of_number(today - 1), None);
    let mut said = BTreeMap::new();
    for day in store.refusals(days)? {
        let is_now = !day.is_over && now.0 - day.last_at < RECENT;
        if day.is_of(Door::Webhooks) && is_now {
            let advice = day.refused().map_or("", |refused| refused.advice());
            let words = format!("{}: {advice} ({})", day.beginning(), day.last());
            said.insert(day.shop, words);
        }
    }
    Ok(said)
}

/// Where no server has the store open.
pub(crate) fn of_server(place: &StorePlace) -> Option<&'static str> {
    (!Reader::is_served(place)).then_some(
        "no server runs on this store: start `assent serve`. Until then nothing is accepted and nothing is sent; \
         Shopify tells of an order again for some hours, a browser does not",
    )
}

/// Where the machine's clock is not believed.
pub(crate) fn of_clock(store: &Reader, now: Timestamp) -> Result<Option<String>, StoreError> {
    let look = store.clock(now)?;
    Ok(look.is_doubted.then(|| {
        format!(
            "this machine's clock says {}, and the store goes by {}: if the clock is wrong, beacons are refused and orders are taken for too old. \
             Let a time server keep it (docs/backup.md)",
            moment(now.0),
            moment(look.believed.0)
        )
    }))
}
