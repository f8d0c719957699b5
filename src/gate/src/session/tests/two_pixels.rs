//! The custom pixel and the app pixel on one page: they share the device, and each speaks for itself.

use serde_json::Value;

use super::world::{ACCEPTED, World, YES, checkout, sends, sent, tracked};
use crate::session::EndpointAnswer;

/// The app pixel on the same device; it has no browser leg.
fn with_the_app_pixel(mut world: World) -> World {
    world.kind = "app";
    world
}

#[test]
fn two_pixels_of_one_page_each_tell_of_an_event_in_their_own_name() {
    for late in [false, true] {
        let mut world = World::new();
        let (mut custom, _) = world.begun(YES);
        let mut world = with_the_app_pixel(world);
        let early = (!late).then(|| world.begun(YES).0);
        let told = sends(&world.heard(&mut custom, &checkout()));
        assert_eq!(told[0].1["client"]["kind"], "custom");
        // The endpoint has not answered yet, so the device still keeps the first one's.
        let mut app = early.unwrap_or_else(|| world.begun(YES).0);
        let told = sends(&world.heard(&mut app, &checkout()));
        let own = |(_, body): &&(String, Value)| body["client"]["kind"] == "app";
        let own: Vec<_> = told.iter().filter(own).collect();
        assert_eq!(own.len(), 1, "late: {late}");
        assert_eq!(own[0].1["events"][0]["browser"], "fired", "late: {late}");
        for tab in [&mut custom, &mut app] {
            while !tab.under_way.is_empty() {
                world.answered(tab, ACCEPTED);
            }
        }
        assert!(!world.device.storage.contains_key("assent.outbox"), "late: {late}");
    }
}

#[test]
fn that_the_browser_fired_is_told_though_the_other_pixel_has_told_of_the_event_before() {
    let mut world = World::new();
    let (mut custom, _) = world.begun(YES);
    let mut world = with_the_app_pixel(world);
    let (mut app, _) = world.begun(YES);
    let legs = |events: Vec<Value>| events.into_iter().map(|event| event["browser"].clone());
    assert!(legs(sent(&world.heard(&mut app, &checkout()))).eq(["skipped"]));
    let plan = world.heard(&mut custom, &checkout());
    assert_eq!(tracked(&plan).len(), 1);
    assert!(legs(sent(&plan)).any(|leg| leg == "fired"));
    // Nobody answers, whoever of the two writes last: a later page still knows.
    for tab in [&mut custom, &mut app] {
        while !tab.under_way.is_empty() {
            world.answered(tab, EndpointAnswer::Lost);
        }
    }
    assert!(legs(sent(&world.begun(YES).1)).any(|leg| leg == "fired"));
}
