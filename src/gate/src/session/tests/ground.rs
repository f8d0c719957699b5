//! On what ground a grant stands where Shopify alone is asked: its banner was answered yes, on this page
//! or an earlier one, or it only permits.

use serde_json::{Value, json};

use super::cmp::OneTrust;
use super::recall::recalled_signal;
use super::world::{NO, START, Tab, World, YES, cart, checkout, sends};
use crate::consent::{Cmp, Evidence, Meanwhile, Policy};
use crate::plan::Plan;
use crate::shopify;
use crate::time::{DAY, Timestamp};

const SHOPIFY: Policy =
    Policy { cmp: Cmp::Shopify, undecided: Meanwhile::Hold, missing: Meanwhile::Hold };
/// `printf 1763800000 | sha256sum`
const STARTS_HASH: &str = "f231867b5dd160ef8a66fb51ec52f03a49ebd3ca690fe275d90790fd8ae978f1";

/// The `consent` of the one beacon in a plan.
fn consent(plan: &Plan) -> Value {
    let [(_, body)] = sends(plan).try_into().expect("one beacon");
    body["consent"].clone()
}

/// On what ground the tab reports now, and when the banner was answered.
fn ground(world: &mut World, tab: &mut Tab) -> (String, Option<Timestamp>) {
    let id = format!("sh-{}-{}", world.now.0, tab.heard);
    let consent = consent(&world.heard(tab, &cart(&id)));
    tab.under_way.clear();
    world.device.storage.remove("assent.outbox");
    let records = consent["records"].as_array().expect("a list");
    let yes = records.iter().find(|record| record["source"] == "shopify");
    let at = yes.and_then(|yes| yes["decided_at"].as_i64()).map(Timestamp);
    (consent["basis"].as_str().unwrap().to_owned(), at)
}

fn permission() -> (String, Option<Timestamp>) {
    ("permission".to_owned(), None)
}

fn since(at: Timestamp) -> (String, Option<Timestamp>) {
    ("consent".to_owned(), Some(at))
}

fn marker(world: &World) -> String {
    world.device.cookies["_assent"].0.clone()
}

/// A page on which the banner was answered yes at [`START`], and what its cookie said before the time.
fn answered() -> (World, Tab, String) {
    let mut world = World::new();
    let (mut tab, _) = world.begun(NO);
    world.signalled(&mut tab, YES);
    world.now = START.plus(1);
    world.glanced(&mut tab);
    let who = marker(&world).strip_suffix("1763800000").expect("the time, last").to_owned();
    assert_eq!(who.len(), 48);
    (world, tab, who)
}

#[test]
fn a_yes_to_shopifys_banner_travels_with_the_grant_and_stays_for_later_pages() {
    let (mut world, mut tab, _) = answered();
    let told = json!([{"source": "shopify", "key": "visitorConsentCollected", "decision": "granted",
        "deciding": false, "opt_out": false, "decided_at": START.0, "id": null, "value": STARTS_HASH,
        "version": null}]);
    let told_by = |consent: Value| {
        assert_eq!(
            (&consent["rule"], &consent["basis"]),
            (&json!("shopify_only"), &json!("consent"))
        );
        consent["records"].clone()
    };
    assert_eq!(told_by(consent(&world.heard(&mut tab, &cart("sh-1")))), told);
    world.device.storage.clear();
    world.now = START.plus(30 * DAY);
    let (mut later, _) = world.begun(YES);
    assert_eq!(told_by(consent(&world.heard(&mut later, &checkout()))), told);
}

#[test]
fn where_shopify_only_permits_the_ground_is_its_permission() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    assert_eq!(consent(&world.heard(&mut tab, &cart("sh-1")))["records"], json!([]));
    world.device.storage.clear();
    assert_eq!(ground(&mut world, &mut tab), permission());
    assert_eq!(marker(&world).len(), 48);
}

/// In a country without a law that asks first; then the shopper opens the shop's settings and says yes.
#[test]
fn a_yes_under_a_grant_that_stands_is_kept_with_it_and_a_later_one_in_its_place() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.glanced(&mut tab);
    let who = marker(&world);
    for at in [START.plus(5), START.plus(9 * DAY)] {
        world.now = at;
        world.signalled(&mut tab, YES);
        assert_eq!(marker(&world), format!("{who}{}", at.0));
        assert_eq!(ground(&mut world, &mut tab), since(at));
        assert_eq!(ground(&mut world, &mut tab), since(at), "and asks the device from now on");
    }
    let (mut other, _) = world.begun(YES);
    assert_eq!(ground(&mut world, &mut other), since(START.plus(9 * DAY)));
}

#[test]
fn a_no_takes_it_away_and_only_a_yes_brings_it_back() {
    let (mut world, mut tab, _) = answered();
    ground(&mut world, &mut tab);
    world.signalled(&mut tab, NO);
    assert!(world.device.cookies.is_empty());
    world.now = world.now.plus(60);
    let (mut next, _) = world.begun(YES);
    assert_eq!(ground(&mut world, &mut next), permission());
    world.signalled(&mut tab, YES);
    assert_eq!(ground(&mut world, &mut tab), since(START.plus(61)));
}

#[test]
fn so_does_a_no_that_a_yes_follows_before_it_is_carried_out() {
    let (mut world, mut tab, _) = answered();
    ground(&mut world, &mut tab);
    world.now = START.plus(10);
    world.heed(&mut tab, NO);
    world.now = START.plus(11);
    world.heed(&mut tab, YES);
    world.carry_out(&mut tab);
    world.now = START.plus(12);
    world.glanced(&mut tab);
    tab.under_way.clear(); // the withdrawal
    assert_eq!(ground(&mut world, &mut tab), since(START.plus(11)));
    assert!(marker(&world).ends_with(&START.plus(11).0.to_string()));
}

/// The shopper was asked again, and the answer is not both of what a grant needs; or nothing at all.
#[test]
fn a_signal_without_both_takes_it_away_from_every_page() {
    let signals = [
        json!({}),
        json!({"customerPrivacy": null}),
        json!({"customerPrivacy": {"marketingAllowed": true}}),
        json!({"customerPrivacy": {"marketingAllowed": true, "saleOfDataAllowed": "true"}}),
        json!({"customerPrivacy": {"marketingAllowed": null, "saleOfDataAllowed": true}}),
    ];
    for signal in signals {
        let (mut world, mut first, who) = answered();
        ground(&mut world, &mut first);
        let (mut tab, _) = world.begun(YES);
        world.now = START.plus(10);
        tab.session.heed(shopify::privacy(&signal, true), world.now);
        world.carry_out(&mut tab);
        assert_eq!(marker(&world), who, "{signal}: the grant is another matter");
        assert_eq!(ground(&mut world, &mut first), permission(), "{signal}");
        assert_eq!(marker(&world), who, "{signal}: nor does that page bring it back");
        let (mut next, _) = world.begun(YES);
        assert_eq!(ground(&mut world, &mut next), permission(), "{signal}");
    }
}

#[test]
fn it_is_dropped_also_where_the_device_could_not_be_read_when_it_was_heard() {
    let (mut world, _, who) = answered();
    let (mut tab, _) = world.begun(YES);
    world.device.cookies_unreadable = true;
    tab.session.heed(shopify::privacy(&json!({}), true), world.now);
    world.carry_out(&mut tab);
    world.device.cookies_unreadable = false;
    world.heard(&mut tab, &cart("sh-1"));
    assert_eq!(marker(&world), who);
}

/// A no of anybody's ends the grant, and a yes of before it is no ground of the next one.
#[test]
fn a_yes_of_before_anybodys_no_is_no_ground_of_a_later_grant() {
    let onetrust = |world: &mut World, tab: &mut Tab| {
        OneTrust::No.on(&mut world.device);
        world.heard(tab, &cart("sh-no"));
        OneTrust::Absent.on(&mut world.device);
    };
    let bridge = |world: &mut World, tab: &mut Tab| {
        world.published(tab, NO);
        world.published(tab, None);
    };
    let bridge_at_once = |world: &mut World, tab: &mut Tab| {
        world.heed_bridge(tab, NO);
        world.heed_bridge(tab, YES);
        world.carry_out(tab);
    };
    let nos: [fn(&mut World, &mut Tab); 3] = [onetrust, bridge, bridge_at_once];
    for (number, says_no) in nos.into_iter().enumerate() {
        for is_kept in [false, true] {
            let mut world = World::new();
            let (mut tab, _) = world.begun(NO);
            world.signalled(&mut tab, YES);
            if is_kept {
                world.now = world.now.plus(1);
                world.glanced(&mut tab);
                ground(&mut world, &mut tab);
            }
            world.now = world.now.plus(10);
            says_no(&mut world, &mut tab);
            world.now = world.now.plus(10);
            world.glanced(&mut tab);
            tab.under_way.clear();
            world.device.storage.clear();
            assert_eq!(ground(&mut world, &mut tab), permission(), "{number} {is_kept}");
            assert_eq!(marker(&world).len(), 48, "{number} {is_kept}");
        }
    }
}

#[test]
fn what_the_waiting_room_heard_has_its_own_time_and_the_last_word_counts() {
    for (said, ground_of) in [
        (vec![YES], since(START)),
        (vec![None, YES], since(START.plus(1))),
        (vec![NO, YES], since(START.plus(1))),
        (vec![YES, YES], since(START.plus(1))),
        (vec![YES, NO, YES], since(START.plus(2))),
    ] {
        let mut world = World::new();
        let mut tab = world.open(NO);
        for allowed in &said {
            recalled_signal(&mut world, &mut tab, *allowed);
        }
        world.now = START.plus(60);
        world.begin(&mut tab);
        assert_eq!(ground(&mut world, &mut tab), ground_of, "{said:?}");
    }
}

#[test]
fn another_tab_reports_on_the_ground_that_this_one_has_kept() {
    let mut world = World::new();
    let (mut other, _) = world.begun(YES);
    world.glanced(&mut other);
    assert_eq!(ground(&mut world, &mut other), permission());
    let (mut tab, _) = world.begun(YES);
    world.now = START.plus(5);
    world.signalled(&mut tab, YES);
    assert_eq!(ground(&mut world, &mut other), since(START.plus(5)));
    assert_eq!(
        ground(&mut world, &mut tab),
        since(START.plus(5)),
        "nor does it take that for an end"
    );
}

/// Two pixels of one page hear the same answer, the second a second later.
#[test]
fn two_pixels_that_heard_it_do_not_write_against_each_other() {
    let mut world = World::new();
    let (mut one, _) = world.begun(NO);
    let (mut two, _) = world.begun(NO);
    world.signalled(&mut one, YES);
    world.now = START.plus(1);
    world.glanced(&mut one);
    world.signalled(&mut two, YES);
    for _ in 0..3 {
        for tab in [&mut one, &mut two] {
            ground(&mut world, tab);
            world.now = world.now.plus(1);
        }
        assert!(marker(&world).ends_with(&START.plus(1).0.to_string()));
    }
}

#[test]
fn the_two_parts_of_before_and_a_damaged_third_are_a_grant_of_shopifys_permission() {
    let stale = (START.0 - 397 * DAY).to_string();
    let ahead = (START.0 + 2 * DAY).to_string();
    for third in ["", "x", "17638", "1763800000x", "-1763800000", &stale, &ahead] {
        let mut world = World::new();
        let who = "07".repeat(24);
        world.device.put_cookie("_assent", &[&who, third].concat());
        let (mut tab, _) = world.begun(YES);
        assert_eq!(ground(&mut world, &mut tab), permission(), "{third}");
        world.now = START.plus(1);
        world.signalled(&mut tab, YES);
        assert_eq!(ground(&mut world, &mut tab), since(START.plus(1)), "{third}");
        let (_, plan) = {
            world.signalled(&mut tab, NO);
            world.begun(NO)
        };
        let visitor = crate::hex::Digest::of("07".repeat(16).as_bytes());
        let (_, withdrawal) = &sends(&plan)[0];
        assert_eq!(
            withdrawal["withdraw"]["external_id"],
            visitor.as_str(),
            "{third}: the same visitor"
        );
    }
}

#[test]
fn a_device_that_cannot_be_written_shows_it_to_nobody_and_what_was_held_leaves_with_it() {
    let mut world = World::new();
    world.device.cookies_forbidden = true;
    let (mut tab, _) = world.begun(NO);
    world.heard(&mut tab, &cart("sh-1"));
    assert_eq!(consent(&world.signalled(&mut tab, YES))["basis"], "consent");
    world.device.storage.clear();
    tab.under_way.clear();
    world.now = START.plus(1);
    world.glanced(&mut tab);
    for mut tab in [tab, world.begun(YES).0] {
        assert_eq!(ground(&mut world, &mut tab), permission());
    }
}

/// Where a tool is asked, its record is the ground, and nothing more is kept on the device.
#[test]
fn where_a_tool_is_asked_nothing_of_shopifys_banner_is_kept() {
    for cmp in ["onetrust", "auto"] {
        let mut world = World::new();
        world.settings["cmp"] = json!(cmp);
        OneTrust::Yes.on(&mut world.device);
        let (mut tab, _) = world.begun(NO);
        world.signalled(&mut tab, YES);
        let records = consent(&world.heard(&mut tab, &cart("sh-1")))["records"].clone();
        assert_eq!(records.as_array().expect("a list").len(), 1, "{cmp}: {records}");
        assert_eq!(marker(&world).len(), 48, "{cmp}");
    }
}

/// Here and, by what is told, at the endpoint. js/test/banner.test.mjs has them for the module.
#[test]
fn the_vectors_are_reported_on_the_ground_that_they_name() {
    let file: Value =
        serde_json::from_str(include_str!("../../../../../tests/vectors/banner.json")).unwrap();
    let time = |value: &Value| Timestamp(value.as_i64().expect("a time"));
    let now = time(&file["now"]);
    for row in file["rows"].as_array().expect("rows") {
        let mut world = World::new();
        let kept = row["cookie"].as_str().expect("a text");
        if !kept.is_empty() {
            world.device.put_cookie("_assent", kept);
        }
        world.now = now.plus(-30);
        let said = |privacy: &Value| json!({"customerPrivacy": privacy});
        let mut tab = world.open_told("acme.myshopify.com", &said(&row["start"]));
        world.begin(&mut tab);
        for heard in row["heard"].as_array().expect("signals") {
            world.now = time(&heard["at"]);
            tab.session.heed(shopify::privacy(&said(&heard["customerPrivacy"]), true), world.now);
            world.carry_out(&mut tab);
        }
        if row["reopens"] == true {
            world.now = now.plus(-1);
            tab = world.begun(YES).0;
        }
        world.now = now;
        world.device.storage.clear();
        tab.under_way.clear();
        let consent = consent(&world.heard(&mut tab, &cart("sh-1")));
        assert_eq!(consent["basis"], row["basis"], "{row}");
        assert_eq!(&marker(&world)[48..], row["keeps"], "{row}");
        let read: Evidence = serde_json::from_value(consent).unwrap();
        assert_eq!(read.records.first().and_then(|yes| yes.decided_at), {
            row["decided_at"].as_i64().map(Timestamp)
        });
        let again = read.reconsider(SHOPIFY).expect("it grants");
        assert_eq!(again.evidence(), &read, "{row}");
    }
}
