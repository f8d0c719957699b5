//! What stands now, what has changed since it was last told, and in which words.

use std::collections::BTreeMap;

use assent_gate::time::Timestamp;
use serde_json::{Value, json};

use crate::calendar::moment;
use crate::monitor::readiness::NotReady;
use crate::monitor::snapshot::{Look, Seen};
use crate::monitor::tightness::NEAR;

/// Something that a person should see to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Condition {
    StoreNotWritable,
    ShopStopped(String),
    /// By the demand's number.
    DemandNear(i64),
    DemandOverdue(i64),
}

/// What is told of it, as fields of the message. Nobody is named.
pub(super) type Detail = Value;

pub(super) fn standing(
    look: &Look,
    ready: &Result<(), NotReady>,
    told: &BTreeMap<Condition, Detail>,
    now: Timestamp,
) -> BTreeMap<Condition, Detail> {
    let mut standing = match look {
        Ok(seen) => of_shops(seen, now),
        // What cannot be looked at has not gone.
        Err(_) => told.clone(),
    };
    standing.remove(&Condition::StoreNotWritable);
    match ready {
        // A stop is no accident.
        Ok(()) | Err(NotReady::Stopping) => {}
        Err(no @ (NotReady::WriterIsDead | NotReady::CannotCommit(_))) => {
            standing.insert(Condition::StoreNotWritable, json!({ "why": no.to_string() }));
        }
    }
    standing
}

fn of_shops(seen: &Seen, now: Timestamp) -> BTreeMap<Condition, Detail> {
    let stopped = seen.paused.iter().map(|(shop, why)| {
        let queue = seen.queues.get(shop).copied().unwrap_or_default();
        let first_lost_at = queue.first_lost.map(|at| moment(at.0));
        let detail = json!({
            "shop": shop, "why": why, "waiting": queue.due, "first_lost_at": first_lost_at,
        });
        (Condition::ShopStopped(shop.clone()), detail)
    });
    let near = seen.demands.iter().filter(|demand| demand.due_at - now.0 < NEAR);
    let near = near.map(|demand| {
        let is_late = demand.due_at < now.0;
        let condition = if is_late { Condition::DemandOverdue } else { Condition::DemandNear };
        let detail = json!({
            "shop": demand.shop, "topic": demand.topic, "due_at": moment(demand.due_at),
        });
        (condition(demand.id), detail)
    });
    stopped.chain(near).collect()
}

/// A message for each thing that began or went, in JSON.
pub(super) fn letters(
    told: &BTreeMap<Condition, Detail>,
    standing: &BTreeMap<Condition, Detail>,
    now: Timestamp,
) -> Vec<Vec<u8>> {
    let ended = told.iter().filter(|(condition, _)| !standing.contains_key(condition));
    let ended = ended.filter_map(|(condition, detail)| end(condition, detail));
    let began = standing.iter().filter(|(condition, _)| !told.contains_key(condition));
    let began = began.map(|(condition, detail)| beginning(condition, detail));
    ended.chain(began).map(|(alert, fields, text)| letter(alert, fields, &text, now)).collect()
}

fn letter(alert: &str, fields: Value, text: &str, now: Timestamp) -> Vec<u8> {
    let mut letter = fields;
    letter["alert"] = alert.into();
    letter["at"] = moment(now.0).into();
    letter["text"] = text.into();
    letter.to_string().into_bytes()
}

fn beginning(condition: &Condition, detail: &Detail) -> (&'static str, Value, String) {
    let word = |key: &str| detail[key].as_str().unwrap_or("?");
    let (alert, text) = match condition {
        Condition::StoreNotWritable => {
            ("store_not_writable", format!("Assent cannot store events: {}", word("why")))
        }
        Condition::ShopStopped(shop) => {
            let lost = detail["first_lost_at"].as_str();
            let lost = lost.map(|at| format!(", and the first is lost at {at}"));
            let text = format!(
                "Assent: {shop}: {}. {} events wait{}. Until then everything is kept; `assent \
                 report` says what to do",
                word("why"),
                detail["waiting"],
                lost.unwrap_or_default()
            );
            ("shop_stopped", text)
        }
        Condition::DemandNear(_) => (
            "demand_near",
            format!(
                "Assent: {}: Shopify's {} is not done yet; it is due at {}. The log says why",
                word("shop"),
                word("topic"),
                word("due_at")
            ),
        ),
        Condition::DemandOverdue(_) => (
            "demand_overdue",
            format!(
                "Assent: {}: Shopify's {} is not done; it was due at {}. The log says why",
                word("shop"),
                word("topic"),
                word("due_at")
            ),
        ),
    };
    (alert, detail.clone(), text)
}

/// That a demand is done is no alarm.
fn end(condition: &Condition, detail: &Detail) -> Option<(&'static str, Value, String)> {
    match condition {
        Condition::StoreNotWritable => {
            Some(("store_writable", json!({}), "Assent can store events again".to_owned()))
        }
        Condition::ShopStopped(shop) => Some((
            "shop_goes_on",
            json!({ "shop": detail["shop"] }),
            format!("Assent: {shop}: this shop's events are sent again"),
        )),
        Condition::DemandNear(_) | Condition::DemandOverdue(_) => None,
    }
}
