//! Which click an event reports: seen from the endpoint and the device.

use serde_json::{Value, json};

use super::world::{NO, Tab, World, YES, cart, sent};
use crate::device;
use crate::time::DAY;

const SHOP: &str = "https://shop.acme.example/";

fn landing(click: &str) -> String {
    format!("{SHOP}?ttclid={click}")
}

/// The click that an event on this address reports.
fn reported(world: &mut World, tab: &mut Tab, address: &str) -> Value {
    world.now = world.now.plus(1);
    let mut event = cart(&format!("sh-{}", world.now.0));
    event["context"]["document"]["location"]["href"] = json!(address);
    let events = sent(&world.heard(tab, &event)); // other tabs' unanswered ones go with it
    events.iter().find(|sent| sent["shopify_event_id"] == event["id"]).unwrap()["user"]["ttclid"]
        .clone()
}

/// Opens a page and reports an event there.
fn opened(world: &mut World, address: &str, referrer: &str) -> (Tab, Value) {
    world.page = (address.to_owned(), referrer.to_owned());
    let (mut tab, _) = world.begun(YES);
    let click = reported(world, &mut tab, address);
    (tab, click)
}

fn kept(world: &World) -> Option<String> {
    device::click(&world.jar()).map(Into::into)
}

#[test]
fn the_newest_click_wins_and_is_never_re_cased() {
    let mut world = World::new();
    assert_eq!(opened(&mut world, SHOP, "").1, Value::Null);
    assert_eq!(opened(&mut world, &landing("E.C.P.AbC_-9"), "").1, "E.C.P.AbC_-9");
    assert_eq!(opened(&mut world, SHOP, "").1, "E.C.P.AbC_-9", "from the cookie");
    assert_eq!(opened(&mut world, &landing("E.C.P.neW"), "").1, "E.C.P.neW");
    world.now = world.now.plus(30 * DAY + 1);
    assert_eq!(opened(&mut world, SHOP, "").1, Value::Null, "thirty days");
}

/// TikTok's template, opened from elsewhere than TikTok.
#[test]
fn a_macro_is_no_click_and_replaces_none() {
    let macros = ["__CLICKID__", "%5F%5FCLICKID%5F%5F", "{{click_id}}", "%25%25CLICK_ID%25%25"];
    for text in macros {
        let mut world = World::new();
        assert_eq!(opened(&mut world, &landing(text), "").1, Value::Null, "{text}");
        assert_eq!(kept(&world), None, "{text}");
        opened(&mut world, &landing("E.C.P.real"), "");
        let (mut tab, click) = opened(&mut world, &landing(text), "");
        assert_eq!(click, "E.C.P.real", "{text}");
        let both = landing(&format!("{text}&ttclid=E.C.P.newer"));
        assert_eq!(reported(&mut world, &mut tab, &both), "E.C.P.newer", "{text}");
        assert_eq!(reported(&mut world, &mut tab, &landing(text)), "E.C.P.newer", "{text}");
        assert_eq!(kept(&world).as_deref(), Some("E.C.P.newer"), "{text}");
        let mut world = World::new();
        assert_eq!(opened(&mut world, SHOP, &landing(text)).1, Value::Null, "referred: {text}");
    }
}

/// An earlier release wrote it there.
#[test]
fn a_macro_that_the_device_keeps_is_none_either() {
    let mut world = World::new();
    opened(&mut world, SHOP, "");
    world.device.put_cookie("_assent_c", "X19DTElDS0lEX18"); // printf __CLICKID__ | base64
    assert_eq!(opened(&mut world, SHOP, "").1, Value::Null);
    assert_eq!(opened(&mut world, &landing("E.C.P.real"), "").1, "E.C.P.real");
    assert_eq!(kept(&world).as_deref(), Some("E.C.P.real"));
}

#[test]
fn at_the_grant_a_referrer_of_the_shop_tells_the_click_and_a_foreign_one_does_not() {
    for (referrer, expected) in [
        (landing("E.C.P.own"), json!("E.C.P.own")),
        ("https://elsewhere.example/?ttclid=x".to_owned(), Value::Null),
    ] {
        let mut world = World::new();
        world.page = (SHOP.to_owned(), referrer);
        let (mut tab, _) = world.begun(NO);
        world.signalled(&mut tab, YES);
        assert_eq!(reported(&mut world, &mut tab, SHOP), expected);
        assert_eq!(kept(&world).as_deref(), expected.as_str());
    }
}

#[test]
fn a_click_in_another_tab_is_the_newest_for_a_page_that_landed_on_an_older_one() {
    let mut world = World::new();
    let (mut first, click) = opened(&mut world, &landing("older"), "");
    assert_eq!(click, "older");
    let (mut second, click) = opened(&mut world, &landing("newer"), "");
    assert_eq!(click, "newer");
    for address in [landing("older"), SHOP.to_owned(), landing("older")] {
        assert_eq!(reported(&mut world, &mut first, &address), "newer", "{address}");
        assert_eq!(kept(&world).as_deref(), Some("newer"));
    }
    assert_eq!(reported(&mut world, &mut first, &landing("newest")), "newest");
    assert_eq!(reported(&mut world, &mut second, SHOP), "newest");
}

#[test]
fn a_page_reached_from_an_older_landing_does_not_bring_its_click_back() {
    let mut world = World::new();
    opened(&mut world, &landing("older"), "");
    opened(&mut world, &landing("newer"), "");
    assert_eq!(opened(&mut world, SHOP, &landing("older")).1, "newer");
    assert_eq!(kept(&world).as_deref(), Some("newer"));
}

#[test]
fn a_click_on_a_later_address_of_the_same_page_stays_the_newest() {
    let mut world = World::new();
    world.page.0 = landing("first");
    let (mut tab, _) = world.begun(YES);
    assert_eq!(reported(&mut world, &mut tab, &landing("second")), "second");
    assert_eq!(
        reported(&mut world, &mut tab, SHOP),
        "second",
        "the address of the page's start is older"
    );
}

#[test]
fn where_cookies_cannot_be_written_the_memory_of_the_page_keeps_the_click() {
    let mut world = World::new();
    world.device.cookies_forbidden = true;
    let (mut tab, _) = opened(&mut world, &landing("first"), "");
    assert_eq!(reported(&mut world, &mut tab, SHOP), "first");
}

#[test]
fn a_grant_after_a_withdrawal_takes_the_click_in_the_address_again_unless_a_newer_one_is_kept() {
    for elsewhere in [false, true] {
        let mut world = World::new();
        let (mut tab, _) = opened(&mut world, &landing("older"), "");
        if elsewhere {
            let (mut other, _) = opened(&mut world, SHOP, "");
            world.signalled(&mut other, NO);
        } else {
            world.signalled(&mut tab, NO);
        }
        assert_eq!(kept(&world), None);
        world.now = world.now.plus(1);
        world.signalled(&mut tab, YES);
        assert_eq!(
            reported(&mut world, &mut tab, &landing("older")),
            "older",
            "elsewhere: {elsewhere}"
        );
        assert_eq!(kept(&world).as_deref(), Some("older"));
        world.signalled(&mut tab, NO);
        opened(&mut world, &landing("newer"), "");
        world.now = world.now.plus(1);
        world.signalled(&mut tab, YES);
        assert_eq!(reported(&mut world, &mut tab, &landing("older")), "newer");
    }
}
