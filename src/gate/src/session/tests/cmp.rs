//! A shop that collects consent with a CMP: its record is read anew at each look, and what it says
//! counts at once.

use serde_json::{Value, json};

use super::world::{
    Device, NO, START, Tab, World, YES, cart, checkout, nothing, sends, sent, tracked, words,
};
use crate::hex::Digest;
use crate::plan::Plan;
use crate::session::EndpointAnswer;
use crate::time::DAY;

/// What OneTrust's banner leaves on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum OneTrust {
    Absent,
    /// The region's default stands there, and nobody has closed the banner.
    Undecided,
    Yes,
    No,
    /// It will ask again: the earlier yes has lapsed.
    AwaitingReconsent,
    Garbage,
}

/// The shopper's number at OneTrust.
pub(super) const RAW_ID: &str = "11111111-2222-4333-8444-555555555555";

impl OneTrust {
    pub(super) fn on(self, device: &mut Device) {
        for name in ["OptanonConsent", "OptanonAlertBoxClosed"] {
            device.cookies.remove(name);
        }
        if let Some(value) = self.value() {
            device.put_cookie("OptanonConsent", &value);
            if self != Self::Undecided {
                device.put_cookie("OptanonAlertBoxClosed", "2025-11-20T09:00:01.000Z");
            }
        }
    }

    /// As a real one looks (tests/vectors/consent-records.json).
    fn value(self) -> Option<String> {
        let (advertising, again) = match self {
            Self::Absent => return None,
            Self::Garbage => return Some("%FF%FE".to_owned()),
            Self::Undecided | Self::Yes => (1, false),
            Self::No => (0, false),
            Self::AwaitingReconsent => (1, true),
        };
        Some(format!(
            "isGpcEnabled=0&datestamp=Thu+Nov+20+2025+10%3A00%3A00+GMT%2B0100&version=202501.2.0&browserGpcFlag=0&\
             consentId={RAW_ID}&interactionCount=1&groups=C0001%3A1%2CC0004%3A{advertising}&AwaitingReconsent={again}"
        ))
    }
}

fn shop(cmp: &str) -> World {
    let mut world = World::new();
    world.settings["cmp"] = json!(cmp);
    world
}

/// A page of a shop with OneTrust, whose banner has been answered with yes.
fn granted() -> (World, Tab) {
    let mut world = shop("onetrust");
    OneTrust::Yes.on(&mut world.device);
    let (tab, _) = world.begun(YES);
    (world, tab)
}

fn rule(plan: &Plan) -> String {
    let line = plan.said.iter().find(|line| line.rule.is_some()).expect("a decision is told");
    line.rule.map(|rule| rule.as_str().to_owned()).expect("just found")
}

fn withdrawal(plan: &Plan) -> Option<Value> {
    sends(plan).into_iter().find_map(|(_, body)| body.get("withdraw").cloned())
}

#[test]
fn events_are_held_until_the_record_says_yes_and_then_leave_in_order() {
    for cmp in ["onetrust", "auto"] {
        for (record, why) in [
            (OneTrust::Absent, "cmp_missing"),
            (OneTrust::Undecided, "cmp_undecided"),
            (OneTrust::AwaitingReconsent, "cmp_undecided"),
            (OneTrust::Garbage, "cmp_unreadable"),
        ] {
            let mut world = shop(cmp);
            record.on(&mut world.device);
            let (mut tab, plan) = world.begun(YES);
            nothing(&plan);
            for id in ["sh-a", "sh-b"] {
                let plan = world.heard(&mut tab, &cart(id));
                nothing(&plan);
                assert_eq!(rule(&plan), why, "{record:?}");
            }
            OneTrust::Yes.on(&mut world.device);
            let plan = world.heard(&mut tab, &cart("sh-c"));
            let events = sent(&plan);
            let shopify: Vec<&Value> =
                events.iter().map(|event| &event["shopify_event_id"]).collect();
            assert_eq!(shopify, ["sh-a", "sh-b", "sh-c"], "{cmp}: {record:?}");
            assert_eq!(tracked(&plan).len(), 3);
        }
    }
}

#[test]
fn a_record_that_says_yes_does_not_stand_in_for_the_permission_of_shopify() {
    let mut world = shop("onetrust");
    OneTrust::Yes.on(&mut world.device);
    let (mut tab, _) = world.begun(NO);
    let plan = world.heard(&mut tab, &cart("sh-1"));
    nothing(&plan);
    assert_eq!(rule(&plan), "shopify_silent");
    assert_eq!(sent(&world.signalled(&mut tab, YES)).len(), 1);
}

#[test]
fn a_record_that_turns_to_no_ends_the_grant_in_both_legs_at_the_next_event() {
    for cmp in ["onetrust", "auto", "shopify"] {
        let mut world = shop(cmp);
        OneTrust::Yes.on(&mut world.device);
        let (mut tab, _) = world.begun(YES);
        let visitor = sent(&world.heard(&mut tab, &cart("sh-1")))[0]["user"]["external_id"].clone();
        world.now = world.now.plus(1);
        OneTrust::No.on(&mut world.device);
        let plan = world.heard(&mut tab, &cart("sh-2"));
        assert!(sent(&plan).is_empty() && tracked(&plan).is_empty(), "{cmp}");
        assert_eq!(withdrawal(&plan).expect("a withdrawal")["external_id"], visitor, "{cmp}");
        assert!(words(&plan).contains(&"revoke".to_owned()), "{cmp}");
        assert_eq!(rule(&plan), "cmp_denied");
        let kept: Vec<&str> = world.device.storage.keys().copied().collect();
        assert_eq!(kept, ["assent.withdrawn"], "{cmp}: until it is acknowledged");
        assert!(!world.device.cookies.contains_key("_assent"));
        nothing(&world.heard(&mut tab, &checkout()));
        world.now = world.now.plus(1);
        OneTrust::Yes.on(&mut world.device);
        let plan = world.heard(&mut tab, &cart("sh-3"));
        assert_eq!(
            sent(&plan).len(),
            1,
            "a later yes counts again, and brings nothing of the no back"
        );
        assert!(tracked(&plan).is_empty(), "TikTok's script was told to stop on this page");
    }
}

#[test]
fn a_no_that_an_answer_or_a_wake_notices_first_ends_the_grant_and_is_told() {
    for by_answer in [true, false] {
        let (mut world, mut tab) = granted();
        let visitor = sent(&world.heard(&mut tab, &cart("sh-1")))[0]["user"]["external_id"].clone();
        world.now = world.now.plus(1);
        OneTrust::No.on(&mut world.device);
        let plan = if by_answer {
            world.answered(&mut tab, EndpointAnswer::Lost)
        } else {
            world.woken(&mut tab)
        };
        assert_eq!(
            withdrawal(&plan).expect("a withdrawal")["external_id"],
            visitor,
            "by answer: {by_answer}"
        );
        assert!(words(&plan).contains(&"revoke".to_owned()));
        assert!(!world.device.cookies.contains_key("_assent"));
    }
}

#[test]
fn a_record_that_vanishes_or_asks_again_holds_and_withdraws_nothing() {
    for record in [OneTrust::Absent, OneTrust::AwaitingReconsent, OneTrust::Undecided] {
        let (mut world, mut tab) = granted();
        record.on(&mut world.device);
        nothing(&world.heard(&mut tab, &cart("sh-1")));
        assert!(world.device.cookies.contains_key("_assent"), "{record:?}");
        OneTrust::Yes.on(&mut world.device);
        assert_eq!(sent(&world.heard(&mut tab, &cart("sh-2"))).len(), 2, "{record:?}");
    }
}

#[test]
fn a_beacon_that_waits_does_not_leave_while_the_record_no_longer_says_yes() {
    for (record, leaves_later) in [(OneTrust::Absent, 1), (OneTrust::No, 0)] {
        let (mut world, mut tab) = granted();
        world.heard(&mut tab, &cart("sh-1"));
        world.answered(&mut tab, EndpointAnswer::Lost);
        record.on(&mut world.device);
        world.now = world.now.plus(60);
        assert!(sent(&world.woken(&mut tab)).is_empty(), "{record:?}");
        OneTrust::Yes.on(&mut world.device);
        world.now = world.now.plus(60);
        assert_eq!(sent(&world.woken(&mut tab)).len(), leaves_later, "{record:?}: a no forgets it");
    }
}

#[test]
fn an_undecided_record_leaves_it_to_shopify_where_the_shop_says_so() {
    let mut world = shop("onetrust");
    world.settings["undecided"] = json!("shopify");
    OneTrust::Undecided.on(&mut world.device);
    let (mut tab, _) = world.begun(YES);
    let plan = world.heard(&mut tab, &cart("sh-1"));
    assert_eq!((sent(&plan).len(), rule(&plan).as_str()), (1, "undecided_shopify"));
    OneTrust::Absent.on(&mut world.device);
    nothing(&world.heard(&mut tab, &cart("sh-2")));
}

/// A TC string whose site measures ads on legitimate interest (a real accept-all, field report):
/// nobody refused, nobody consented.
#[test]
fn what_is_neither_a_yes_nor_a_refusal_holds_whatever_the_shop_leaves_to_shopify() {
    for cmp in ["onetrust", "auto", "shopify"] {
        let mut world = shop(cmp);
        if cmp != "shopify" {
            world.settings["undecided"] = json!("shopify");
        }
        OneTrust::Yes.on(&mut world.device);
        let (mut tab, _) = world.begun(YES);
        assert_eq!(sent(&world.heard(&mut tab, &cart("sh-1"))).len(), 1, "{cmp}");
        let tc = "CQcuwYAQcuwYAAHABBENCJFgALFAAELAAAKIF5wAQF5gXnABAXmAAAAA.digACFgAAAAA";
        world.device.put_cookie("euconsent-v2", tc);
        let plan = world.heard(&mut tab, &cart("sh-2"));
        nothing(&plan);
        assert_eq!(rule(&plan), "cmp_undecided", "{cmp}");
        assert!(world.device.cookies.contains_key("_assent"), "{cmp}: it withdraws nothing");
        world.device.cookies.remove("euconsent-v2");
        assert_eq!(sent(&world.heard(&mut tab, &cart("sh-3"))).len(), 2, "{cmp}");
    }
}

#[test]
fn on_another_host_a_missing_record_is_out_of_reach_unless_shopify_alone_decides() {
    for (cmp, why, leaves) in [
        ("onetrust", "out_of_reach", 0),
        ("auto", "out_of_reach", 0),
        ("shopify", "shopify_only", 1),
    ] {
        let mut world = shop(cmp);
        world.page.0 = "https://pay.elsewhere.example/checkouts/cn/x?assent_debug=1".to_owned();
        let (mut tab, _) = world.begun(YES);
        let plan = world.heard(&mut tab, &checkout());
        assert_eq!((sent(&plan).len(), rule(&plan).as_str()), (leaves, why), "{cmp}");
    }
}

#[test]
fn a_yes_of_more_than_thirteen_months_ago_is_asked_for_again_and_an_old_no_stays_one() {
    for (record, why) in [(OneTrust::Yes, "stale"), (OneTrust::No, "cmp_denied")] {
        let mut world = shop("onetrust");
        record.on(&mut world.device);
        world.now = START.plus(395 * DAY);
        let (mut tab, _) = world.begun(YES);
        let plan = world.heard(&mut tab, &cart("sh-1"));
        nothing(&plan);
        assert_eq!(rule(&plan), why);
    }
}

#[test]
fn the_evidence_carries_the_records_and_no_act_a_raw_id_of_theirs() {
    let (mut world, mut tab) = granted();
    let plan = world.heard(&mut tab, &checkout());
    let (_, beacon) = sends(&plan).remove(0);
    assert_eq!(
        (&beacon["consent"]["rule"], &beacon["consent"]["basis"]),
        (&json!("all_yes"), &json!("consent"))
    );
    let hash = |text: &str| json!(Digest::of(text.as_bytes()).as_str());
    let expected = json!([{"source": "onetrust", "key": "OptanonConsent", "decision": "granted", "deciding": true,
        "opt_out": false, "decided_at": 1_763_629_201, "id": hash(RAW_ID),
        "value": hash(&OneTrust::Yes.value().unwrap()), "version": "202501.2.0"}]);
    assert_eq!(beacon["consent"]["records"], expected);
    let plans = [plan, world.signalled(&mut tab, NO)];
    for plan in &plans {
        let acts = serde_json::to_string(plan).unwrap();
        assert!(!acts.contains(RAW_ID) && !acts.contains("groups="), "{acts}");
    }
}

#[test]
fn the_debug_console_hears_of_records_and_conflicts() {
    let mut world = shop("onetrust");
    OneTrust::Yes.on(&mut world.device);
    let (mut tab, _) = world.begun(NO);
    let plan = world.heard(&mut tab, &cart("sh-1"));
    let line = serde_json::to_value(&plan.said[0]).unwrap();
    assert_eq!(
        line["records"],
        json!([{"source": "onetrust", "key": "OptanonConsent", "decision": "granted"}])
    );
    assert_eq!(line["conflicts"], json!([{"yes": "onetrust", "no": "shopify"}]));
    world.signalled(&mut tab, YES);
    let plan = world.heard(&mut tab, &cart("sh-2"));
    let line = serde_json::to_value(&plan.said[0]).unwrap();
    assert_eq!(
        (&line["records"][0]["source"], &line["conflicts"]),
        (&json!("onetrust"), &Value::Null)
    );
    OneTrust::No.on(&mut world.device);
    let plan = world.heard(&mut tab, &cart("sh-3"));
    assert_eq!(plan.said[0].conflicts.len(), 1, "Shopify says yes, OneTrust says no");
    world.page.0 = super::world::PAGE.to_owned();
    let (mut tab, _) = world.begun(YES);
    assert!(
        world.heard(&mut tab, &cart("sh-4")).said.is_empty(),
        "only where the page asks for it"
    );
}
