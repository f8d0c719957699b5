//! On what ground a grant stands: `basis` in the receipt. It never says whether there is a grant.

use serde_json::json;

use super::*;

const HEARD: &str = "visitorConsentCollected";
/// 396 days: docs/consent.md#the-rules, `stale`.
const OLDEST: i64 = 396 * DAY;

/// Times at which a banner can have been answered, and ones at which it cannot.
fn times() -> [(Timestamp, bool); 7] {
    [
        (NOW, true),
        (NOW.plus(-OLDEST), true),
        (NOW.plus(24 * HOUR), true),
        (NOW.plus(-OLDEST - 1), false),
        (NOW.plus(24 * HOUR + 1), false),
        (Timestamp(i64::MAX), false),
        (Timestamp(i64::MIN), false),
    ]
}

/// A yes to Shopify's banner says on what ground there is a grant, and only where Shopify's word is
/// all that the shop asks for; it grants nothing, denies nothing and holds nothing.
#[test]
fn a_yes_to_shopifys_banner_changes_the_ground_of_a_grant_and_nothing_else() {
    let (mut asked, mut consents) = (0_u64, 0_u64);
    every_signal(|signals| {
        if signals.records.len() > 1 {
            return;
        }
        for policy in policies() {
            let silent = decide(signals.clone(), policy, NOW);
            for (at, can_be) in times() {
                asked += 1;
                let heard = Signals { said_yes_at: Some(at.text().into()), ..signals.clone() };
                let found = decide(heard, policy, NOW);
                assert_eq!(
                    (found.word(), found.rule()),
                    (silent.word(), silent.rule()),
                    "{signals:?} {policy:?}"
                );
                let (Decision::Granted(found), Decision::Granted(silent)) = (&found, &silent)
                else {
                    continue;
                };
                let mut bare = found.evidence().clone();
                let is_told = can_be && policy.cmp == Cmp::Shopify;
                if is_told {
                    let yes = bare.records.pop().expect("the yes");
                    assert_eq!((yes.source.as_str(), &*yes.key), ("shopify", HEARD));
                    assert_eq!((yes.verdict, yes.deciding), (Verdict::Granted, false));
                    assert_eq!((yes.decided_at, yes.id, yes.version), (Some(at), None, None));
                    assert_eq!(bare.basis, Basis::Consent);
                    bare.basis = silent.evidence().basis;
                    consents += 1;
                }
                assert_eq!(bare, *silent.evidence(), "{signals:?} {policy:?} {at:?}");
            }
        }
    });
    println!("{asked} asked, {consents} with consent");
    assert!(asked > 100_000 && consents > 100);
}

/// What the browser found, the endpoint finds in what it is told, whatever `basis` stands there.
#[test]
fn the_ground_is_derived_from_the_records_and_a_bare_word_is_not_believed() {
    let of = |policy: Policy, at: Option<Timestamp>| {
        let signals = Signals {
            shopify: Shopify {
                marketing: Some(true),
                sale_of_data: Some(true),
                ..Shopify::default()
            },
            said_yes_at: at.map(|at| at.text().into()),
            within_reach: true,
            ..Signals::default()
        };
        let Decision::Granted(grant) = decide(signals, policy, NOW) else { panic!("a yes") };
        serde_json::to_value(grant.evidence()).unwrap()
    };
    let policy = |cmp| Policy { cmp, undecided: Meanwhile::Shopify, missing: Meanwhile::Shopify };
    let shopify = policy(Cmp::Shopify);
    let basis = |report: &Value, policy: Policy| {
        let read: Evidence = serde_json::from_value(report.clone()).unwrap();
        read.reconsider(policy).expect("it grants").evidence().basis
    };
    let with = |report: &Value, at: &str, value: Value| {
        let mut report = report.clone();
        let (parent, name) = at.rsplit_once('/').unwrap();
        report.pointer_mut(parent).unwrap()[name] = value;
        report
    };

    let (consent, permission) = (of(shopify, Some(NOW.plus(-DAY))), of(shopify, None));
    assert_eq!(
        (&consent["basis"], &permission["basis"]),
        (&json!("consent"), &json!("permission"))
    );
    for word in ["consent", "permission"] {
        let said = |report| with(report, "/basis", json!(word));
        assert_eq!(basis(&said(&consent), shopify), Basis::Consent);
        assert_eq!(basis(&said(&permission), shopify), Basis::Permission);
    }
    // Told for a shop that asks a tool: of whom Shopify's banner asked nothing is known there.
    let onetrust = policy(Cmp::Named("onetrust".parse().unwrap()));
    assert_eq!(basis(&consent, onetrust), Basis::Permission);

    for (what, value, ground) in [
        ("decided_at", json!(NOW.0 - OLDEST), Basis::Consent),
        ("decided_at", json!(NOW.0 - OLDEST - 1), Basis::Permission),
        ("decided_at", json!(NOW.0 + 24 * HOUR + 1), Basis::Permission),
        ("decided_at", Value::Null, Basis::Permission),
        ("decision", json!("unknown"), Basis::Permission),
        ("key", json!("_tracking_consent"), Basis::Permission),
        ("source", json!("onetrust"), Basis::Permission),
        // It cannot grant, whatever the report calls it; and it need not.
        ("deciding", json!(true), Basis::Consent),
    ] {
        let changed = with(&consent, &format!("/records/0/{what}"), value);
        assert_eq!(basis(&changed, shopify), ground, "{changed}");
    }
    for (what, value) in
        [("decision", json!("denied")), ("opt_out", json!(true)), ("held", json!(true))]
    {
        let changed = with(&consent, &format!("/records/0/{what}"), value);
        let read: Evidence = serde_json::from_value(changed).unwrap();
        assert_eq!(read.reconsider(shopify), None, "{what}");
    }
    for cmp in [Cmp::Auto, Cmp::Named(Source::BRIDGE)] {
        let strict = Policy { undecided: Meanwhile::Hold, missing: Meanwhile::Hold, ..policy(cmp) };
        let read: Evidence = serde_json::from_value(consent.clone()).unwrap();
        assert_eq!(read.reconsider(strict), None, "it grants nothing");
    }
}
