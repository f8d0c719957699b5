//! `assent map`, the dry run: what it says beside its answer, and what an order becomes.

use std::process::Output;

use serde_json::{Value, json};

use crate::support::beacon::hash;
use crate::support::orders::order;
use crate::support::server::World;

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("text")
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("text")
}

/// The field case: Liquid writes prices as text.
#[test]
fn map_says_what_it_could_not_pass_on() {
    let world = World::with(
        "custom_events.joined = { event = \"Subscribe\", to = [\"browser\", \"server\"] }",
    );
    let file = world.dir.path().join("event.json");
    let mapped = |value: Value| {
        let event = json!({"id": "sh-1", "name": "joined", "type": "custom", "timestamp": "2026-11-20T10:00:00.000Z",
            "customData": {"value": value, "currency": "EUR"}});
        std::fs::write(&file, event.to_string()).expect("a file");
        let output = world.run(&["map", "--event", file.to_str().expect("a path"), "--json"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let answer: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        assert_eq!(answer["browser"]["params"], answer["server"]["properties"]);
        (answer["server"]["properties"].clone(), stderr(&output).to_owned())
    };
    let (properties, said) = mapped(json!("49.90"));
    assert_eq!((properties, said.as_str()), (json!({"currency": "EUR", "value": 49.9}), ""));
    let (properties, said) = mapped(json!("1.299"));
    assert_eq!(properties, json!({}));
    assert!(said.contains("no value: no amount"), "{said}");
}

/// What an order would bring about: nobody is asked, nothing is sent.
#[test]
fn map_shows_what_an_order_becomes_and_why_it_becomes_nothing() {
    let purchase = |settings: &str| {
        format!("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]\n[shops.purchase]\n{settings}")
    };
    let world = World::with(&purchase(""));
    let file = world.dir.path().join("order.json");
    let mapped = |world: &World, order: &Value, more: &[&str]| {
        std::fs::write(&file, order.to_string()).expect("a file");
        let mut arguments = vec!["map", "--order", file.to_str().expect("a path"), "--json"];
        arguments.extend(more);
        let output = world.run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let answer: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        let keys: Vec<_> = answer.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["browser", "event_id", "server"]);
        assert_eq!(answer["browser"], json!(null), "an order calls no pixel");
        (answer, stderr(&output).to_owned())
    };
    // docs/contract.md#ids.
    let usual = order(450_789_471, "3f9a1c0b7d2e4f60a1b2c3d4e5f60718");
    let (answer, said) = mapped(&world, &usual, &[]);
    assert_eq!(said, "");
    assert_eq!(answer["event_id"], "1163b6cc081573da020c41e1cba14d48");
    let server = &answer["server"];
    assert_eq!((&server["event"], &server["event_id"]), (&json!("Purchase"), &answer["event_id"]));
    assert_eq!(
        server["properties"],
        json!({"currency": "EUR", "value": 70.1, "content_type": "product", "num_items": 3,
        "order_id": "450789471", "contents": [
            {"content_id": "43729076", "content_name": "Ribbon", "quantity": 2, "price": 30.0},
            {"content_id": "43729077", "content_name": "Box", "quantity": 1, "price": 5.0}]})
    );
    assert_eq!(server["user"]["email"], hash("jane@example.com"));
    assert!(!answer.to_string().contains("Jane") && !answer.to_string().contains("3f9a1c0b"));
    // The Admin API has it under a name.
    assert_eq!(mapped(&world, &json!({ "order": usual }), &["--topic", "orders/paid"]).0, answer);
    let with = |key: &str, value: Value| {
        let mut order = usual.clone();
        order[key] = value;
        order
    };
    for (order, topic, words) in [
        (with("test", json!(true)), "orders/create", "a test order"),
        (with("source_name", json!("pos")), "orders/create", "a point of sale"),
        (with("source_name", json!("shopify_draft_order")), "orders/create", "a draft order"),
        (
            with("source_name", json!("subscription_contract")),
            "orders/paid",
            "a subscription's renewal",
        ),
        (with("checkout_token", json!(null)), "orders/create", "no checkout made this order"),
        (usual.clone(), "orders/cancelled", "cancelled"),
        (json!({"id": 1, "order_id": 2}), "refunds/create", "a refund"),
    ] {
        let (answer, said) = mapped(&world, &order, &["--topic", topic]);
        assert_eq!(answer["server"], json!(null), "{words}");
        assert!(said.contains("nothing is sent") && said.contains(words), "{words}: {said}");
    }
    let (answer, said) = mapped(&world, &with("note", json!(null)), &[]);
    assert!(answer["server"].is_object() && said.is_empty(), "{said}");
    let (_, said) = mapped(
        &world,
        &with("line_items", json!([{"title": "Tip", "quantity": 1, "price": "2.00"}])),
        &[],
    );
    assert!(said.contains("1 of 1 lines left out"), "{said}");
    let (_, said) = mapped(&world, &with("email", json!(7)), &[]);
    assert!(said.contains("could not be read") && said.contains("email"), "{said}");

    let paid = World::with(&purchase(
        "confirm_on = \"paid\"\nvalue = \"subtotal\"\nreport = { test = true }",
    ));
    let (answer, said) = mapped(&paid, &usual, &[]);
    assert!(answer["server"].is_null() && said.contains("until it is paid"), "{said}");
    let mut order = with("test", json!(true));
    order["subtotal_price"] = json!("65.00");
    let (answer, said) = mapped(&paid, &order, &["--topic", "orders/paid"]);
    assert_eq!((&answer["server"]["properties"]["value"], said.as_str()), (&json!(65.0), ""));

    for arguments in [
        &["map"][..],
        &["map", "--order", "a", "--event", "b"],
        &["map", "--event", "a", "--topic", "orders/paid"],
        &["map", "--order", "a", "--topic", "orders/updated"],
    ] {
        assert_eq!(world.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    std::fs::write(&file, "{\"id\":7,").expect("a file");
    let broken = world.run(&["map", "--order", file.to_str().expect("a path"), "--json"]);
    assert_eq!((broken.status.code(), stdout(&broken)), (Some(1), ""));
    assert_eq!(world.tiktok.received().len(), 0);
}
