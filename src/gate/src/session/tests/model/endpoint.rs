//! The endpoint as the contract has it: it takes no evidence that is not newer than a withdrawal.

use std::collections::BTreeMap;

use serde_json::Value;

use super::shopper::{Kind, Shopper};
use crate::session::EndpointAnswer;

#[derive(Debug, Clone, Default, Hash)]
pub(super) struct Endpoint {
    /// Hashed visitors and anchors, and when they were last withdrawn.
    pub(super) withdrawn: BTreeMap<String, i64>,
}

fn texts<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<String> {
    values.into_iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

impl Shopper {
    pub(super) fn receives(&mut self, body: &Value) -> EndpointAnswer {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        if let Some(no) = body.get("withdraw") {
            let named =
                [list(&no["checkouts"]), list(&no["carts"]), vec![no["external_id"].clone()]]
                    .concat();
            for who in texts(&named) {
                let at = self.endpoint.withdrawn.entry(who).or_default();
                *at = no["at"].as_i64().expect("a time").max(*at);
            }
            return EndpointAnswer::Status(202, None);
        }
        let events = list(&body["events"]);
        let visitors = events.iter().map(|event| &event["user"]["external_id"]);
        let whos = texts([&body["checkout"], &body["cart"]].into_iter().chain(visitors));
        let evaluated_at = body["consent"]["evaluated_at"].as_i64().expect("a time");
        if whos
            .iter()
            .any(|who| self.endpoint.withdrawn.get(who).is_some_and(|at| *at >= evaluated_at))
        {
            return EndpointAnswer::Status(403, None);
        }
        for kind in [Kind::View, Kind::Cart, Kind::Purchase] {
            let is_in = events.iter().any(|event| event["name"] == kind.name());
            // What was sent before a withdrawal is no part of the grant after it.
            if is_in && evaluated_at > self.withdrawn_at && self.owed.remove(&kind) {
                self.arrived.insert(kind);
            }
        }
        EndpointAnswer::Status(202, None)
    }
}
