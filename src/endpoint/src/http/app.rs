//! What every door shares.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use assent_gate::settings::ShopDomain;
use axum::extract::Request;
use tokio::sync::Notify;

use super::client_ip::client_ip;
use super::crowd::{Crowd, Network, Visitor};
use super::refusals::Refusals;
use crate::clock::Clock;
use crate::config::Config;
use crate::data_centres;
use crate::delivery::bell::Bell;
use crate::monitor::Monitor;
use crate::store::Store;

/// What a request can reach.
#[derive(Debug, Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub store: Store,
    pub clock: Clock,
    /// A courier's bell for each shop.
    pub bells: Arc<HashMap<ShopDomain, Arc<Bell>>>,
    pub refusals: Arc<Refusals>,
    pub monitor: Monitor,
    /// The clerk's bell ([`crate::compliance`]).
    pub clerk_bell: Arc<Notify>,
    pub crowd: Arc<Crowd>,
}

/// The connection's other end, put into each request as it comes in: by [`super::listen`], or by a
/// test that has no connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

impl App {
    /// From a public address, or from nowhere that could be told from others.
    pub(super) fn visitor(&self, request: &Request) -> Visitor {
        let Config { client_ip_header, trusted_proxies, .. } = &*self.config;
        let peer = request.extensions().get::<Peer>();
        let ip = peer.and_then(|Peer(peer)| {
            client_ip(*peer, request.headers(), client_ip_header, trusted_proxies)
        });
        let (from, is_data_centre) = (ip.map(Network::from), ip.is_some_and(data_centres::contain));
        Visitor { from, is_data_centre, passed: self.clock.passed(), now: self.clock.now() }
    }

    /// As [`Self::visitor`]'s; from this machine or its own network that of the connection.
    pub(super) fn network(&self, request: &Request) -> Network {
        let peer = request.extensions().get::<Peer>().map(|Peer(peer)| peer.ip());
        let nowhere = || peer.unwrap_or(Ipv4Addr::UNSPECIFIED.into()).into();
        self.visitor(request).from.unwrap_or_else(nowhere)
    }
}
