//! A grant ends in ways that nobody announces: seen from the endpoint.

use serde_json::{Value, json};

use super::world::{
    ACCEPTED, NO, Tab, World, YES, cart, looks, nothing, sends, sent, wakes, words,
};
use crate::plan::Plan;
use crate::session::EndpointAnswer;

fn withdrawals(plan: &Plan) -> Vec<Value> {
    sends(plan).into_iter().filter_map(|(_, body)| body.get("withdraw").cloned()).collect()
}

// The cookies are deleted, and then somebody says no.

/// A page without a cart whose event the endpoint has taken: only the visitor leads to it.
fn without_a_cart() -> (World, Tab, Value) {
    let mut world = World::new();
    world.cart = None;
    let (mut tab, _) = world.begun(YES);
    let (_, beacon) = sends(&world.heard(&mut tab, &cart("sh-1"))).remove(0);
    assert_eq!((&beacon["cart"], &beacon["checkout"]), (&Value::Null, &Value::Null));
    world.answered(&mut tab, ACCEPTED);
    world.device.cookies.clear();
    world.device.storage.clear();
    world.now = world.now.plus(1);
    let visitor = beacon["events"][0]["user"]["external_id"].clone();
    assert!(visitor.is_string());
    (world, tab, visitor)
}

#[test]
fn a_no_just_after_the_cookies_were_deleted_still_names_the_visitor() {
    let (mut world, mut tab, visitor) = without_a_cart();
    let messages = withdrawals(&world.signalled(&mut tab, NO));
    assert_eq!(
        messages,
        [json!({"at": world.now.0, "checkouts": [], "carts": [], "external_id": visitor})]
    );
    world.answered(&mut tab, ACCEPTED);
    assert!(withdrawals(&world.signalled(&mut tab, NO)).is_empty(), "once");
}

#[test]
fn an_event_that_notices_the_deletion_first_does_not_swallow_the_no() {
    let (mut world, mut tab, visitor) = without_a_cart();
    world.heed(&mut tab, NO);
    let messages = withdrawals(&world.heard(&mut tab, &cart("sh-2")));
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["external_id"], visitor);
    nothing(&world.carry_out(&mut tab));
}

#[test]
fn a_denial_read_from_the_device_ends_a_grant_whose_cookie_was_deleted_too() {
    let (mut world, mut tab, visitor) = without_a_cart();
    world.device.put_cookie("usprivacy", "1YYN");
    let messages = withdrawals(&world.heard(&mut tab, &cart("sh-2")));
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["external_id"], visitor);
}

#[test]
fn a_no_names_the_visitor_of_before_the_deletion_and_the_one_of_after_it() {
    let (mut world, mut tab, first) = without_a_cart();
    world.signalled(&mut tab, YES);
    let second = sent(&world.heard(&mut tab, &cart("sh-2")))[0]["user"]["external_id"].clone();
    assert_ne!(first, second, "who deletes cookies is somebody else from then on");
    world.now = world.now.plus(1);
    let visitors: Vec<Value> = withdrawals(&world.signalled(&mut tab, NO))
        .iter()
        .map(|message| message["external_id"].clone())
        .collect();
    assert_eq!(visitors, [second, first]);
    assert_eq!(
        world.device.storage["assent.withdrawn"].lines().count(),
        2,
        "each until it is acknowledged"
    );
}

/// Both read an empty device, each makes a visitor of its own, and the second cookie is the one
/// that stays.
#[test]
fn of_two_that_were_granted_at_once_a_no_names_the_visitor_who_lost_too() {
    let mut world = World::new();
    world.cart = None;
    let empty = world.device.clone();
    let granted = |world: &mut World, id: &str| {
        world.device = empty.clone();
        let (mut tab, _) = world.begun(None);
        world.heard(&mut tab, &cart(id));
        let events = sent(&world.signalled(&mut tab, YES));
        (tab, events[0]["user"]["external_id"].clone())
    };
    let (mut tab, lost) = granted(&mut world, "sh-1");
    let (_, kept) = granted(&mut world, "sh-2");
    assert_ne!(lost, kept);
    let third = sent(&world.heard(&mut tab, &cart("sh-3")));
    assert_eq!(third[0]["user"]["external_id"], kept, "one visitor from now on");
    world.now = world.now.plus(1);
    let mut named: Vec<Value> = withdrawals(&world.signalled(&mut tab, NO))
        .iter()
        .map(|message| message["external_id"].clone())
        .collect();
    named.sort_by_key(Value::to_string);
    let mut both = vec![lost, kept];
    both.sort_by_key(Value::to_string);
    assert_eq!(named, both);
}

// A page that has written the marker must see it, to notice that it is gone.

/// A tab that was granted on a fresh device, and hears of nothing else at first.
fn idle() -> (World, Tab) {
    let mut world = World::new();
    world.settings["events"] = json!({"Pageview": []});
    let (tab, plan) = world.begun(YES);
    assert_eq!(words(&plan), ["cookie", "look", "keep"]);
    assert_eq!(looks(&plan), [1]);
    world.now = world.now.plus(1);
    (world, tab)
}

#[test]
fn a_page_that_only_marked_the_device_notices_the_withdrawal_of_another_tab() {
    let (mut world, mut tab) = idle();
    nothing(&world.glanced(&mut tab));
    world.now = world.now.plus(60);
    let (_, plan) = world.begun(NO);
    assert_eq!(withdrawals(&plan).len(), 1);
    nothing(&world.heard(&mut tab, &cart("sh-1")));
    let (_, plan) = world.begun(YES);
    assert_eq!(looks(&plan), [1], "a later grant is another marker");
    nothing(&world.heard(&mut tab, &cart("sh-2")));
    assert_eq!(sent(&world.signalled(&mut tab, YES)).len(), 2, "until a fresh signal");
}

#[test]
fn a_look_at_the_device_is_not_taken_for_the_time_to_send_again() {
    let (mut world, mut tab) = idle();
    world.heard(&mut tab, &cart("sh-1"));
    assert_eq!(wakes(&world.answered(&mut tab, EndpointAnswer::Lost)), [15]);
    nothing(&world.glanced(&mut tab));
    world.now = world.now.plus(15);
    assert_eq!(sent(&world.woken(&mut tab)).len(), 1);
    assert_eq!(wakes(&world.answered(&mut tab, EndpointAnswer::Lost)), [30], "one timer at a time");
}

#[test]
fn the_module_is_kept_once_a_page_with_the_first_grant_and_removed_by_a_withdrawal() {
    let mut world = World::new();
    let (mut tab, plan) = world.begun(NO);
    let keeps = |plan: &Plan| words(plan).iter().filter(|word| *word == "keep").count();
    assert_eq!(keeps(&plan), 0);
    assert_eq!(keeps(&world.signalled(&mut tab, YES)), 1);
    assert_eq!(keeps(&world.heard(&mut tab, &cart("sh-1"))), 0);
    assert!(world.device.storage.contains_key("assent.module"));
    assert!(!tab.session.storage_keys().contains("assent.module"), "never read for an event");
    world.signalled(&mut tab, NO);
    assert!(!world.device.storage.contains_key("assent.module"));
    world.now = world.now.plus(1);
    assert_eq!(keeps(&world.signalled(&mut tab, YES)), 1, "and again by the next grant");
}

/// It is written after a grant, but names nobody: by itself it is no trace.
#[test]
fn the_module_alone_is_nothing_to_withdraw() {
    let mut world = World::new();
    world.device.storage.insert("assent.module", "sha256-… …".to_owned());
    nothing(&world.begun(NO).1);
}

// What stands in `assent.withdrawn` leaves without a grant.

#[test]
fn nothing_leaves_as_a_withdrawal_but_hashes_whatever_stands_on_the_device() {
    let hash = crate::hex::Digest::of(b"visitor");
    let mut world = World::new();
    let lines = [
        r#"a 1 1 {"v":1,"shop":"acme.myshopify.com","email":"jane@example.com"}"#.to_owned(),
        r#"b 1 1 {"v":1,"withdraw":{"at":1,"external_id":"jane@example.com"}}"#.to_owned(),
        r#"c 1 1 1763800000   "jane@example.com""#.to_owned(),
        format!(r#"d 1 1 1763800000   "{}""#, hash.as_str()),
    ];
    world.device.storage.insert("assent.withdrawn", lines.join("\n"));
    let (mut tab, plan) = world.begun(NO);
    let bodies: Vec<Value> = sends(&plan).into_iter().map(|(_, body)| body).collect();
    let withdraw =
        json!({"at": 1_763_800_000, "checkouts": [], "carts": [], "external_id": hash.as_str()});
    let client = json!({"version": "1", "kind": "custom", "settings": null});
    let message = json!({"v": 1, "shop": "acme.myshopify.com", "sent_at": world.now.0, "client": client, "withdraw": withdraw});
    assert_eq!(bodies, [message]);
    world.answered(&mut tab, ACCEPTED);
    assert!(world.device.storage.is_empty(), "what cannot be read is dropped");
}

/// Pages know a beacon by its key. What a page drops of a grant that ended must not be another
/// page's of a later grant.
#[test]
fn a_page_whose_grant_ended_drops_nothing_that_another_page_reports_under_a_later_one() {
    let mut world = World::new();
    let (mut old, _) = world.begun(YES);
    assert_eq!(sent(&world.heard(&mut old, &cart("sh-1"))).len(), 1);
    world.now = world.now.plus(1);
    let (_, plan) = world.begun(NO);
    assert_eq!(withdrawals(&plan).len(), 1);
    world.now = world.now.plus(1);
    let (mut later, _) = world.begun(YES);
    assert_eq!(sent(&world.heard(&mut later, &cart("sh-1"))).len(), 1, "the same conversion");
    world.signalled(&mut old, YES); // which notices only now
    let (_, plan) = world.begun(YES);
    assert_eq!(sent(&plan).len(), 1, "without an answer it is still to be sent");
}
