//! The endpoint as the contract has it: a withdrawal covers its visitor for ever, whatever any clock
//! says; for anchors both are put into the server's time as they arrive.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::shopper::{Kind, Shopper};
use crate::hex::Digest;
use crate::session::EndpointAnswer;

#[derive(Debug, Clone, Default, Hash)]
pub(super) struct Endpoint {
    /// The server's clock: nobody sets it.
    pub(super) now: i64,
    /// Hashed visitors.
    pub(super) withdrawn: BTreeSet<String>,
    /// When an anchor was last withdrawn.
    anchors: BTreeMap<String, i64>,
}

fn texts<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<String> {
    values.into_iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

impl Shopper {
    pub(super) fn receives(&mut self, body: &Value) -> EndpointAnswer {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let second = |value: &Value| value.as_i64().expect("a time");
        let (endpoint, sent_at) = (&mut self.endpoint, second(&body["sent_at"]));
        let received = |at: i64| endpoint.now - (sent_at - at).max(0);
        if let Some(no) = body.get("withdraw") {
            let at = received(second(&no["at"]));
            for anchor in texts(&[list(&no["checkouts"]), list(&no["carts"])].concat()) {
                let known = endpoint.anchors.entry(anchor).or_insert(at);
                *known = at.max(*known);
            }
            endpoint.withdrawn.extend(no["external_id"].as_str().map(str::to_owned));
            endpoint.now += 1; // what comes after it comes in a later second
            return EndpointAnswer::Withdrawn;
        }
        let evaluated_at = second(&body["consent"]["evaluated_at"]);
        assert!(evaluated_at <= sent_at + 60, "dated ahead, and refused: {:?}", self.trail);
        let events = list(&body["events"]);
        let visitors = texts(events.iter().map(|event| &event["user"]["external_id"]));
        let anchors = texts([&body["checkout"], &body["cart"]]);
        if visitors.iter().any(|visitor| endpoint.withdrawn.contains(visitor))
            || anchors.iter().any(|anchor| {
                endpoint.anchors.get(anchor).is_some_and(|at| *at >= received(evaluated_at))
            })
        {
            return EndpointAnswer::RefusedAsWithdrawn;
        }
        let own = self.marker().map(|marker| Digest::of(marker.split_at(32).0.as_bytes()));
        for kind in [Kind::View, Kind::Cart, Kind::Purchase] {
            let is_in = events.iter().any(|event| event["name"] == kind.name());
            // What was sent before a withdrawal is no part of the grant after it: that has another
            // visitor.
            let is_of_now =
                visitors.iter().all(|one| own.as_ref().is_some_and(|own| own.as_str() == one));
            if is_in && is_of_now && self.owed.remove(&kind) {
                self.arrived.insert(kind);
            }
        }
        EndpointAnswer::Accepted
    }
}
