//! Beacons and withdrawals through the endpoint's own router. Whatever is taken must be a grant to a
//! second reading of docs/contract.md, which shares no code with the gate.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::house::{Answer, House, PLANTED, SHOPS};

/// Every refusal of the contract, but `busy` and `rate_limited`: nothing here is either.
const REASONS: [&str; 11] = [
    "unreadable",
    "unknown_version",
    "unknown_shop",
    "too_large",
    "no_grant",
    "gpc_header",
    "withdrawn",
    "id_mismatch",
    "bad_event",
    "too_old",
    "in_the_future",
];
/// What an answer may be longer than the question.
const ANSWER: usize = 4096;

/// What came of one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Refused,
    Granted,
    Withdrawn,
}

/// Any body at the browser's door.
pub fn beacon(house: &House, bytes: &[u8]) -> Taken {
    let answer = house.post("/v1/events", &[("content-type", "text/plain")], bytes);
    let said: Value = serde_json::from_slice(&answer.body).expect("an answer is JSON");
    assert!(
        answer.body.len() <= 2 * bytes.len() + ANSWER,
        "{} for {}",
        answer.body.len(),
        bytes.len()
    );
    let text = String::from_utf8_lossy(&answer.body);
    assert!(!PLANTED.iter().any(|planted| text.contains(planted)), "what was sent is repeated");
    if answer.status != 202 {
        refused(&answer, &said);
        return Taken::Refused;
    }
    let body = read(bytes);
    if !body["withdraw"].is_null() {
        assert_eq!(said, serde_json::json!({"withdrawn": true}));
        assert!(body["withdraw"]["at"].is_i64(), "a withdrawal without a time");
        return Taken::Withdrawn;
    }
    let listed = said["refused"].as_array().expect("a list");
    listed.iter().for_each(|event| assert!(is_reason(&event["reason"]), "{said}"));
    let count =
        |name: &str| usize::try_from(said[name].as_u64().expect("a number")).expect("not so many");
    if let Err(why) = is_grant(&body) {
        panic!("taken, though {why}: {}", String::from_utf8_lossy(bytes));
    }
    let events = body["events"].as_array().expect("a list");
    let good = events.iter().filter(|event| is_named_rightly(event, &body)).count();
    let (new, known) = (count("accepted"), count("duplicate"));
    assert!(new + known <= good, "{new} and {known} events taken of {good}: {said}");
    assert_eq!(new + known + listed.len(), events.len(), "each event has its answer: {said}");
    Taken::Granted
}

/// What is taken is JSON, but for numbers that no computer holds (`1e999`) and halves of an emoji
/// where nobody looks at them: these count as nothing.
fn read(bytes: &[u8]) -> Value {
    if let Ok(body) = serde_json::from_slice(bytes) {
        return body;
    }
    let text = std::str::from_utf8(bytes).expect("nothing is taken that is no text");
    let (mut held, mut word, mut in_string) = (String::new(), String::new(), false);
    for sign in text.chars().chain([' ']) {
        let is_number = !in_string && (sign.is_ascii_alphanumeric() || "+-.".contains(sign));
        if is_number {
            word.push(sign);
            continue;
        }
        let is_huge = word.parse::<f64>().is_ok_and(f64::is_infinite);
        held.push_str(if is_huge { "null" } else { &word });
        word.clear();
        if sign == '"' {
            let escapes = held.chars().rev().take_while(|sign| *sign == '\\').count();
            in_string ^= escapes % 2 == 0;
        }
        held.push(sign);
    }
    serde_json::from_str(&without_surrogates(&held)).expect("nothing is taken that is no JSON")
}

fn without_surrogates(text: &str) -> String {
    let mut parts = text.split("\\u");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_half = part.get(..4).is_some_and(|hex| {
            u16::from_str_radix(hex, 16).is_ok_and(|unit| (0xD800..0xE000).contains(&unit))
        });
        whole += "\\u";
        whole += if is_half { "fffd" } else { "" };
        whole += if is_half { &part[4..] } else { part };
    }
    whole
}

fn refused(answer: &Answer, said: &Value) {
    let status = u64::from(answer.status);
    assert!([400, 403, 404, 413, 422].contains(&status), "{said}");
    assert_eq!(said["status"], status, "{said}");
    assert!(is_reason(&said["reason"]), "{said}");
}

fn is_reason(word: &Value) -> bool {
    word.as_str().is_some_and(|word| REASONS.contains(&word))
}

/// What docs/contract.md and docs/consent.md ask of a grant, read a second time: necessary, and not
/// always enough.
fn is_grant(body: &Value) -> Result<(), &'static str> {
    let consent = &body["consent"];
    let is = |holds: bool, why: &'static str| if holds { Ok(()) } else { Err(why) };
    is(body["v"] == 1, "its version is another")?;
    is(body["sent_at"].is_i64(), "nobody knows when it was sent")?;
    let shop = body["shop"].as_str().unwrap_or_default().to_lowercase();
    let known = SHOPS.iter().find(|(own, _)| shop == *own);
    let cmp = known.ok_or("its shop is not here")?.1;
    is(consent["decision"] == "granted", "it does not say granted")?;
    is(consent["gpc"] != true, "GPC says no")?;
    let shopify = &consent["shopify"];
    is(shopify["marketing"] == true, "Shopify does not permit marketing")?;
    is(shopify["sale_of_data"] == true, "Shopify does not permit the sale of data")?;
    let none = Vec::new();
    let records = consent["records"].as_array().unwrap_or(&none);
    is(!records.iter().any(|own| own["decision"] == "denied"), "a record says no")?;
    is(!records.iter().any(|own| own["opt_out"] == true), "a record is an opt-out")?;
    is(!records.iter().any(|own| own["held"] == true), "a record holds")?;
    if cmp == "shopify" {
        return Ok(());
    }
    let deciding = |own: &&Value| {
        let signals = ["shopify", "gpc", "gpp", "usp", "google-ac"];
        let is_signal = signals.iter().any(|signal| own["source"] == *signal);
        own["deciding"] == true && !is_signal && (cmp == "auto" || own["source"] == cmp)
    };
    let asked: Vec<&Value> = records.iter().filter(deciding).collect();
    is(!asked.is_empty(), "nobody was asked")?;
    is(asked.iter().all(|own| own["decision"] == "granted"), "a record does not say yes")?;
    let at = consent["evaluated_at"].as_i64().ok_or("nobody knows when it was decided")?;
    let is_fresh = |own: &&Value| {
        let decided = own["decided_at"].as_i64();
        decided.is_none_or(|decided| (-86_400..=396 * 86_400).contains(&at.saturating_sub(decided)))
    };
    is(asked.iter().all(is_fresh), "a yes is stale")
}

/// docs/contract.md#ids, computed apart from the gate.
fn is_named_rightly(event: &Value, body: &Value) -> bool {
    let anchor = event["checkout"].as_str().or_else(|| event["shopify_event_id"].as_str());
    let (Some(name), Some(shop)) = (event["name"].as_str(), body["shop"].as_str()) else {
        return false;
    };
    match anchor.filter(|anchor| !anchor.is_empty()) {
        Some(anchor) => {
            let parts = ["assent/1", &shop.to_lowercase(), name, anchor];
            event["event_id"] == id(&parts)[..32]
        }
        None => name != "Purchase",
    }
}

fn id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u32::try_from(part.len()).expect("a short part").to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
