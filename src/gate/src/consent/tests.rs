mod ground;

use serde_json::{Value, json};

use super::*;
use crate::hex::Digest;
use crate::time::{DAY, HOUR, Timestamp};

const NOW: Timestamp = Timestamp(1_763_800_000);
const MONTHS_14: i64 = 14 * 31 * DAY;

fn record(source: &str, verdict: Verdict) -> Record {
    Record {
        source: source.parse().unwrap(),
        key: "key".into(),
        verdict,
        deciding: true,
        opt_out: false,
        held: false,
        decided_at: Some(NOW.plus(-DAY)),
        expires_at: None,
        id: None,
        value: Digest::of(b"raw"),
        version: None,
    }
}

/// Every kind of record that the rules tell apart, of the named CMP, of another, and of signals
/// that may only deny.
fn records() -> Vec<Record> {
    let mut all = Vec::new();
    for source in ["onetrust", "cookiebot"] {
        let plain = |verdict| record(source, verdict);
        all.extend(
            [Verdict::Granted, Verdict::Denied, Verdict::Undecided, Verdict::Unreadable].map(plain),
        );
        all.push(Record { decided_at: Some(NOW.plus(-MONTHS_14)), ..plain(Verdict::Granted) });
        all.push(Record { decided_at: Some(NOW.plus(25 * HOUR)), ..plain(Verdict::Granted) });
        all.push(Record { decided_at: Some(NOW.plus(-MONTHS_14)), ..plain(Verdict::Denied) });
        all.push(Record { decided_at: None, ..plain(Verdict::Granted) });
        all.push(Record { opt_out: true, ..plain(Verdict::Granted) });
        all.push(Record { held: true, ..plain(Verdict::Undecided) });
    }
    let signal = |source, verdict| Record { deciding: false, ..record(source, verdict) };
    all.push(signal("usp", Verdict::Undecided));
    all.push(signal("usp", Verdict::Granted));
    all.push(Record { opt_out: true, ..signal("usp", Verdict::Denied) });
    all.push(signal("gpp", Verdict::Denied));
    all.push(signal("gpc", Verdict::Denied));
    all.push(signal("gpc", Verdict::Undecided));
    all.push(signal("shopify", Verdict::Granted));
    all.push(signal("shopify", Verdict::Denied));
    all.push(Record { opt_out: true, ..signal("shopify", Verdict::Denied) });
    all.push(Record { expires_at: Some(NOW), ..record("onetrust", Verdict::Granted) });
    all
}

const BOOLEANS: [Option<bool>; 3] = [None, Some(false), Some(true)];

fn policies() -> Vec<Policy> {
    let cmps = [
        Cmp::Shopify,
        Cmp::Auto,
        Cmp::Named(Source::BRIDGE),
        Cmp::Named("onetrust".parse().unwrap()),
    ];
    let settings = [Meanwhile::Hold, Meanwhile::Shopify];
    let pairs = move || settings.into_iter().flat_map(move |a| settings.map(|b| (a, b)));
    let all = |cmp| pairs().map(move |(undecided, missing)| Policy { cmp, undecided, missing });
    cmps.into_iter().flat_map(all).collect()
}

fn every_signal(mut see: impl FnMut(&Signals)) {
    let kinds = records();
    let none = [Vec::new()];
    let one = kinds.iter().map(|a| vec![a.clone()]);
    let two = kinds.iter().flat_map(|a| kinds.iter().map(|b| vec![a.clone(), b.clone()]));
    for records in none.into_iter().chain(one).chain(two) {
        for (marketing, sale_of_data) in
            BOOLEANS.iter().flat_map(|a| BOOLEANS.iter().map(|b| (*a, *b)))
        {
            for gpc in BOOLEANS {
                for flags in 0..16_u8 {
                    let shopify = Shopify {
                        marketing,
                        sale_of_data,
                        analytics: None,
                        preferences: Some(true),
                        answered: flags & 1 > 0,
                    };
                    see(&Signals {
                        shopify,
                        gpc,
                        records: records.clone(),
                        within_reach: flags & 2 > 0,
                        ended_elsewhere: flags & 4 > 0,
                        unreadable: flags & 8 > 0,
                        said_yes_at: None,
                    });
                }
            }
        }
    }
}

/// The closed list of docs/consent.md#the-rules, line by line: each rule with its own condition;
/// the first that holds is the answer.
fn oracle(s: &Signals, p: Policy) -> (&'static str, &'static str) {
    let Shopify { marketing, sale_of_data: sale, answered, .. } = s.shopify;
    let old = |r: &Record| {
        r.decided_at.is_some_and(|at| at < NOW.plus(-396 * DAY) || at > NOW.plus(24 * HOUR))
            || r.expires_at.is_some_and(|end| end <= NOW)
    };
    let is = |r: &Record, name: &str| r.source.as_str() == name;
    // What the `cmp` table asks for: auto, every deciding record; a name, that one; shopify, none.
    let asked: Vec<&Record> = (s.records.iter())
        .filter(|r| r.deciding)
        .filter(|r| match p.cmp {
            Cmp::Shopify => false,
            Cmp::Auto => true,
            Cmp::Named(name) => is(r, name.as_str()),
        })
        .collect();
    let asks = p.cmp != Cmp::Shopify;
    // By `missing` a merchant states that one tool tells Shopify what shoppers choose: it takes a
    // tool of a name, and goes with `undecided`.
    let leaves_missing_to_shopify = p.cmp == Cmp::Named("onetrust".parse().unwrap())
        && (p.undecided, p.missing) == (Meanwhile::Shopify, Meanwhile::Shopify);
    let some = |verdict: Verdict| asked.iter().any(|r| r.verdict == verdict);
    let list = [
        (
            "gpc",
            s.gpc == Some(true)
                || s.records.iter().any(|r| is(r, "gpc") && r.verdict == Verdict::Denied),
        ),
        (
            "sale_opt_out",
            (sale == Some(false) && marketing == Some(true))
                || s.records.iter().any(|r| is(r, "shopify") && r.opt_out),
        ),
        ("us_opt_out", s.records.iter().any(|r| r.opt_out)),
        (
            "shopify_denied",
            (answered && (marketing == Some(false) || sale == Some(false)))
                || s.records.iter().any(|r| is(r, "shopify") && r.verdict == Verdict::Denied),
        ),
        ("cmp_denied", s.records.iter().any(|r| r.verdict == Verdict::Denied)),
        ("shopify_silent", marketing != Some(true) || sale != Some(true)),
        ("cmp_unreadable", s.unreadable), // no cookies at all: whether a record is missing cannot be known
        ("cmp_missing", asks && asked.is_empty() && s.within_reach && !leaves_missing_to_shopify),
        ("out_of_reach", asks && asked.is_empty() && !s.within_reach),
        (
            "cmp_undecided",
            // Measuring on legitimate interest holds whoever is asked, and is nobody's to decide.
            (p.undecided == Meanwhile::Hold && some(Verdict::Undecided))
                || s.records.iter().any(|r| r.held),
        ),
        ("cmp_unreadable", some(Verdict::Unreadable)),
        ("stale", asked.iter().any(|r| r.verdict == Verdict::Granted && old(r))),
        ("grant_ended_elsewhere", s.ended_elsewhere),
        (
            "all_yes",
            asks && !asked.is_empty() && asked.iter().all(|r| r.verdict == Verdict::Granted),
        ),
        ("shopify_only", !asks),
        ("undecided_shopify", !asked.is_empty()),
        ("missing_shopify", true),
    ];
    let at = list.iter().position(|(_, applies)| *applies).unwrap();
    let word = match at {
        0..=4 => "denied",
        5..=12 => "unknown",
        _ => "granted",
    };
    (list[at].0, word)
}

#[test]
fn every_combination_is_decided_as_the_closed_list_says() {
    let (mut combinations, mut granted) = (0_u64, 0_u64);
    every_signal(|signals| {
        for policy in policies() {
            combinations += 1;
            let decision = decide(signals.clone(), policy, NOW);
            let found = (decision.rule().as_str(), decision.word());
            assert_eq!(found, oracle(signals, policy), "{signals:?} {policy:?}");

            let Shopify { marketing, sale_of_data, .. } = signals.shopify;
            let no = |r: &Record| r.opt_out || r.verdict == Verdict::Denied;
            match decision {
                Decision::Granted(grant) => {
                    granted += 1;
                    assert!(
                        marketing == Some(true) && sale_of_data == Some(true),
                        "a grant needs Shopify's yes"
                    );
                    assert_ne!(signals.gpc, Some(true));
                    assert_eq!(grant.evidence().evaluated_at, NOW);
                    let consented = grant.evidence().basis == Basis::Consent;
                    assert_eq!(
                        consented,
                        grant.evidence().rule == Rule::AllYes,
                        "only a record is consent"
                    );
                }
                Decision::Unknown(_) => {
                    assert!(!signals.records.iter().any(no), "a no is never unknown");
                }
                Decision::Denied(_) => {}
            }
        }
    });
    println!("{combinations} combinations, {granted} of them granted");
    assert!(combinations > 500_000 && granted > 1000);
}

/// Whatever the report calls it: GPC, GPP and US Privacy are signals that can only deny.
fn of_a_kind(record: Record) -> Record {
    let signal = ["gpc", "gpp", "usp", "google-ac", "shopify"].contains(&record.source.as_str());
    Record { deciding: record.deciding && !signal, ..record }
}

/// What a server sees of the signals behind this evidence.
fn reported(evidence: &Evidence) -> Signals {
    let ShopifySignal { marketing, sale_of_data, analytics, preferences } = evidence.shopify;
    Signals {
        shopify: Shopify { marketing, sale_of_data, analytics, preferences, answered: false },
        gpc: evidence.gpc,
        records: evidence.records.iter().cloned().map(of_a_kind).collect(),
        within_reach: true,
        ..Signals::default()
    }
}

use super::evidence::ShopifySignal;

#[test]
fn evidence_read_back_grants_where_the_policy_grants_and_nowhere_else() {
    let mut readings = 0_u64;
    every_signal(|signals| {
        for policy in policies() {
            let Decision::Granted(grant) = decide(signals.clone(), policy, NOW) else { continue };
            let text = serde_json::to_string(grant.evidence()).unwrap();
            let read: Evidence = serde_json::from_str(&text).unwrap();
            assert_eq!(
                read.reconsider(policy).map(|grant| grant.evidence().rule),
                Some(grant.evidence().rule)
            );
            for other in policies() {
                readings += 1;
                let (_, word) = oracle(&reported(&read), other);
                assert_eq!(read.reconsider(other).is_some(), word == "granted", "{text} {other:?}");
            }
        }
    });
    println!("{readings} readings of evidence");
}

/// Each boolean and each decision of a granting report, changed by a stranger.
#[test]
fn a_changed_report_is_decided_by_what_it_says_now() {
    let mut changed = 0_u64;
    every_signal(|signals| {
        let shared = signals.within_reach && signals.gpc.is_some() && !signals.shopify.answered;
        if !shared {
            return;
        }
        for policy in policies() {
            let Decision::Granted(grant) = decide(signals.clone(), policy, NOW) else { continue };
            let honest = serde_json::to_value(grant.evidence()).unwrap();
            for forged in forgeries(&honest) {
                changed += 1;
                let Ok(read) = serde_json::from_value::<Evidence>(forged.clone()) else { continue };
                let (_, word) = oracle(&reported(&read), policy);
                assert_eq!(read.reconsider(policy).is_some(), word == "granted", "{forged}");
            }
        }
    });
    println!("{changed} changed reports");
    assert!(changed > 1000);
}

fn forgeries(honest: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    let mut with = |pointer: String, values: &[Value]| {
        for value in values {
            let mut forged = honest.clone();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            forged.pointer_mut(parent).unwrap()[name] = value.clone();
            all.push(forged);
        }
    };
    let booleans = [json!(true), json!(false), Value::Null];
    for name in ["marketing", "sale_of_data", "analytics", "preferences"] {
        with(format!("/shopify/{name}"), &booleans);
    }
    with("/gpc".to_owned(), &booleans);
    with("/decision".to_owned(), &[json!("denied"), json!("unknown"), json!(true)]);
    for at in 0..honest["records"].as_array().unwrap().len() {
        with(
            format!("/records/{at}/decision"),
            &["granted", "denied", "unknown"].map(|word| json!(word)),
        );
        with(format!("/records/{at}/deciding"), &booleans[..2]);
        with(format!("/records/{at}/opt_out"), &booleans[..2]);
        with(format!("/records/{at}/held"), &booleans[..2]);
        with(format!("/records/{at}/decided_at"), &[json!(0), json!(NOW.0 + 3 * DAY), Value::Null]);
        with(
            format!("/records/{at}/source"),
            &["gpc", "cookiebot", "onetrust", "unheard-of"].map(|word| json!(word)),
        );
    }
    all
}

#[test]
fn evidence_of_anything_but_a_grant_does_not_parse() {
    let signals = Signals {
        shopify: Shopify { marketing: Some(true), sale_of_data: Some(true), ..Shopify::default() },
        ..Signals::default()
    };
    let policy = Policy { cmp: Cmp::Shopify, undecided: Meanwhile::Hold, missing: Meanwhile::Hold };
    let Decision::Granted(grant) = decide(signals, policy, NOW) else {
        panic!("Shopify's yes is enough here")
    };
    let honest = serde_json::to_value(grant.evidence()).unwrap();
    // The `consent` of docs/contract.md#the-beacon.
    let expected = json!({"decision": "granted", "rule": "shopify_only", "basis": "permission", "evaluated_at": NOW.0,
        "gpc": null, "records": [],
        "shopify": {"marketing": true, "sale_of_data": true, "analytics": null, "preferences": null}});
    assert_eq!(honest, expected);
    for word in ["denied", "unknown", "Granted", ""] {
        let mut forged = honest.clone();
        forged["decision"] = json!(word);
        assert!(serde_json::from_value::<Evidence>(forged).is_err(), "{word}");
    }
}
