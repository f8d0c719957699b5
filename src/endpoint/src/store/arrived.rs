//! A beacon as it arrived, and what became of it.

use std::sync::Arc;

use assent_gate::beacon::{WireEvent, WirePage};
use assent_gate::consent::Evidence;
use assent_gate::hex::{Anchor, Digest};
use assent_gate::tiktok::User;
use assent_gate::time::Timestamp;

use crate::config::Shop;
use crate::pixel::ShopPixel;
use crate::rules::no::in_servers_time;
use crate::secret::ClientIp;

/// A beacon the gate admitted, with the events it accepted.
#[derive(Debug)]
pub struct Arrived {
    pub shop: Arc<Shop>,
    /// Which of the shop's pixels sent it, where it says so in a known word.
    pub pixel: Option<ShopPixel>,
    pub evidence: Evidence,
    pub checkout: Option<Anchor>,
    pub cart: Option<Anchor>,
    /// Every anchor and visitor the beacon names: a withdrawal of any of them refuses it.
    pub anchors: Vec<Anchor>,
    pub visitors: Vec<Digest>,
    pub events: Vec<WireEvent>,
    /// What a receipt alone carries in place of an event.
    pub user: Option<User>,
    pub page: Option<WirePage>,
    pub ip: Option<ClientIp>,
    pub sent_at: Timestamp,
    pub received_at: Timestamp,
}

impl Arrived {
    /// When its grant was read, in the server's time.
    pub(super) fn granted_at(&self) -> Timestamp {
        in_servers_time(self.evidence.evaluated_at, self.sent_at, self.received_at)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Stored {
        accepted: usize,
        duplicate: usize,
    },
    /// A withdrawal on record covers it. Nothing was stored.
    Withdrawn,
}
