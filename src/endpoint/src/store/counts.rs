//! What a transaction counts of events. It is written at its end, once for each counter, however many events there were:
//! a row that changed for each of them would be the dearest of all.

use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::EventName;
use assent_gate::time::Timestamp;

use crate::rules::addresses::Share;
use crate::rules::payloads::Carried;

#[derive(Debug, Clone)]
pub(super) enum Count {
    Address { shop: ShopDomain, share: Share, n: usize, at: Timestamp },
    Payload { shop: ShopDomain, name: EventName, carried: Carried, at: Timestamp },
}
