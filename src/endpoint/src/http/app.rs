//! What every door shares.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use assent_gate::settings::ShopDomain;
use tokio::sync::Notify;

use super::refusals::Refusals;
use crate::clock::Clock;
use crate::config::Config;
use crate::monitor::Monitor;
use crate::store::Store;

/// What a request can reach.
#[derive(Debug, Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub store: Store,
    pub clock: Clock,
    /// A courier's bell for each shop.
    pub bells: Arc<HashMap<ShopDomain, Arc<Notify>>>,
    pub refusals: Arc<Refusals>,
    pub monitor: Monitor,
    /// The clerk's bell ([`crate::compliance`]).
    pub clerk_bell: Arc<Notify>,
}

/// The connection's other end, put into each request as it comes in: by [`super::listen`], or by a
/// test that has no connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);
