//! What a plan asks for, as a test looks at it.

use serde_json::Value;

use crate::plan::{Act, Plan};
use crate::session::EndpointAnswer;

/// Seconds until the tab wants to be woken.
pub(super) fn wakes(plan: &Plan) -> Vec<i64> {
    let after = |act: &Act| if let Act::Wake { after } = act { Some(*after) } else { None };
    plan.acts.iter().filter_map(after).collect()
}

/// Seconds until it wants to look at the device; 0: not any more.
pub(super) fn looks(plan: &Plan) -> Vec<i64> {
    let after = |act: &Act| if let Act::Look { after } = act { Some(*after) } else { None };
    plan.acts.iter().filter_map(after).collect()
}

pub(super) fn sends(plan: &Plan) -> Vec<(String, Value)> {
    let send = |act: &Act| match act {
        Act::Send { key, body } => {
            assert!(body.len() <= 32 * 1024, "a beacon is at most 32 KiB, not {}", body.len());
            Some((key.as_str().into(), serde_json::from_str(body).expect("a body is JSON")))
        }
        Act::Cookie { .. }
        | Act::Store { .. }
        | Act::Clean { .. }
        | Act::Load { .. }
        | Act::Identify { .. }
        | Act::Page
        | Act::Track { .. }
        | Act::Revoke
        | Act::Keep
        | Act::Wake { .. }
        | Act::Look { .. } => None,
    };
    plan.acts.iter().filter_map(send).collect()
}

/// The acts by their words, as the shell sees them.
pub(super) fn words(plan: &Plan) -> Vec<String> {
    let acts = serde_json::to_value(&plan.acts).unwrap();
    acts.as_array().unwrap().iter().map(|act| act["do"].as_str().unwrap().to_owned()).collect()
}

/// Ids handed to TikTok's pixel.
pub(super) fn tracked(plan: &Plan) -> Vec<String> {
    let calls = plan.acts.iter().filter(|act| matches!(act, Act::Track { .. }));
    let acts = calls.map(|act| serde_json::to_value(act).unwrap());
    acts.map(|act| act["call"]["options"]["event_id"].as_str().unwrap().to_owned()).collect()
}

/// The events of the beacons in a plan.
pub(super) fn sent(plan: &Plan) -> Vec<Value> {
    sends(plan)
        .into_iter()
        .flat_map(|(_, body)| body["events"].as_array().cloned().unwrap_or_default())
        .collect()
}

pub(super) fn ids(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event_id"].as_str().unwrap()).collect()
}

pub(super) const ACCEPTED: EndpointAnswer = EndpointAnswer::Accepted;

/// Nothing but that the hosted form may keep its module: what it keeps names nobody. And a look later.
pub(super) fn nothing(plan: &Plan) {
    assert!(words(plan).iter().all(|word| word == "keep" || word == "look"), "{:?}", words(plan));
}

pub(super) fn nothing_but_waking(plan: &Plan) {
    let is_little = |word: &String| ["wake", "look", "store"].contains(&word.as_str());
    assert!(words(plan).iter().all(is_little), "{:?}", words(plan));
}
