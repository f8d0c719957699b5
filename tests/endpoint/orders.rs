//! Orders and Purchases meet: what arrives at TikTok, and what is told of each order.

use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, id, now, purchase, withdrawal};
use crate::support::orders::order;
use crate::support::server::{Server, World};
use crate::support::until;

fn world(purchase: &str) -> World {
    World::with(&format!(
        "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]\n[shops.purchase]\n{purchase}"
    ))
}

fn post(server: &Server, event: &Value) -> String {
    let checkout = event["checkout"].as_str();
    assert_eq!(server.post(&beacon(checkout, std::slice::from_ref(event)).to_string()).status, 202);
    event["event_id"].as_str().expect("an id").to_owned()
}

/// A receipt alone, as the browser leaves it in a checkout: consent, and what only the browser
/// knows.
fn receipt(server: &Server, checkout: Option<&str>, cart: Option<&str>) {
    let mut alone = beacon(checkout, &[]);
    alone["cart"] = json!(cart);
    alone["user"] = json!({"external_id": hash("visitor"), "ttclid": "E.C.P.click", "ttp": "tp-1", "user_agent": "Mozilla/5.0 (test)"});
    alone["page"] = json!({"url": "https://shop.acme.example/checkouts/cn/payment"});
    assert_eq!(server.post(&alone.to_string()).status, 202);
}

/// The elements of `data[]` that reached TikTok, in order.
fn arrived(world: &World) -> Vec<Value> {
    let bodies = world.tiktok.received().into_iter().map(|request| request.body);
    bodies
        .map(|body| serde_json::from_str::<Value>(&body).expect("JSON")["data"][0].clone())
        .collect()
}

fn state(world: &World, order: u64) -> String {
    world.why(&order.to_string()).expect("the order is known")["state"]
        .as_str()
        .expect("a state")
        .to_owned()
}

fn ordered(world: &World) -> Value {
    world.report()["orders"][0].clone()
}

#[test]
fn a_purchase_that_waits_goes_at_once_when_its_order_comes_at_the_figures_of_shopify() {
    let world = world("unconfirmed = \"drop\"");
    let server = world.serve();
    let id = post(&server, &purchase("t1"));
    assert_eq!(world.why(&id).expect("known")["state"], "held");
    assert_eq!(server.webhook("orders/create", "w1", &order(450_789_470, "t1")), "confirmed");
    let story = world.end(&id);
    assert_eq!(story["state"], "delivered", "{story:#}");
    let [event] = arrived(&world).try_into().expect("one copy");
    assert_eq!((&event["event_id"], &event["properties"]["value"]), (&json!(id), &json!(70.1)));
    assert_eq!(event["properties"]["order_id"], "450789470");
    assert_eq!(event["properties"]["num_items"], 3);
    // The device is the browser's word, not Shopify's.
    assert_eq!(event["user"]["ttclid"], "E.C.P.click");
    assert_eq!(event["user"]["user_agent"], "Mozilla/5.0 (test)");
    // The order's contacts: by hand, +1 for the US and its ten digits; the first five of the zip
    // code.
    assert_eq!(event["user"]["email"], hash("jane@example.com"));
    assert_eq!(event["user"]["phone"], hash("+12133734253"));
    assert_eq!(event["user"]["zip_code"], hash("94105"));
    assert_eq!(event["user"]["state"], "ca");
    assert_eq!(server.webhook("orders/paid", "w2", &order(450_789_470, "t1")), "noted");
    assert_eq!(ordered(&world)["confirmed"], 1);
    assert_eq!(world.tiktok.received().len(), 1);
}

#[test]
fn a_purchase_that_the_browser_never_told_of_is_recovered() {
    let world = world("");
    let server = world.serve();
    receipt(&server, Some(&anchor("t1")), None);
    assert_eq!(server.webhook("orders/create", "w1", &order(7, "t1")), "recovered");
    let id = id("Purchase", &anchor("t1"));
    assert_eq!(world.end(&id)["state"], "delivered");
    let [event] = arrived(&world).try_into().expect("one copy");
    assert_eq!((&event["event_id"], &event["event"]), (&json!(id), &json!("Purchase")));
    assert_eq!(
        (&event["user"]["ttclid"], &event["user"]["ttp"]),
        (&json!("E.C.P.click"), &json!("tp-1"))
    );
    assert_eq!(event["user"]["ip"], json!(null), "the test's address is nobody's in public");
    assert_eq!(event["user"]["external_id"], hash("visitor"));
    assert_eq!(event["page"]["url"], "https://shop.acme.example/checkouts/cn/payment");
    assert_eq!(event["properties"]["value"], 70.1);
    assert_eq!(ordered(&world)["recovered"], 1);
    // The browser comes late after all: then it is not its order alone that told of it.
    let mut late = purchase("t1");
    late["browser"] = json!("fired");
    post(&server, &late);
    let today = ordered(&world);
    let counts =
        ["delivered", "recovered", "confirmed", "value_differs"].map(|count| today[count].as_i64());
    assert_eq!(counts, [Some(1), Some(0), Some(1), Some(1)], "{today:#}");
    assert_eq!(world.tiktok.received().len(), 1);
    let story = world.why("7").expect("the order is known");
    assert!(story["history"].to_string().contains("recovered"), "{story:#}");
}

#[test]
fn the_cart_leads_to_consent_where_a_wallet_made_a_checkout_of_its_own() {
    let world = world("");
    let server = world.serve();
    receipt(&server, None, Some(&cart("gid://shopify/Cart/c4rt?key=1")));
    let mut wallet = order(7, "wallets-own");
    wallet["cart_token"] = json!("c4rt");
    assert_eq!(server.webhook("orders/paid", "w1", &wallet), "recovered");
    assert_eq!(world.end(&id("Purchase", &anchor("wallets-own")))["state"], "delivered");
}

#[test]
fn without_consent_on_record_nothing_is_sent_and_no_contact_is_kept() {
    for setting in ["unconfirmed = \"send\"", "unconfirmed = \"drop\"", "confirm = \"beacon\""] {
        let world = world(setting);
        let server = world.serve();
        assert_eq!(server.webhook("orders/create", "w1", &order(7, "t1")), "no_consent_on_record");
        let story = world.why("7").expect("the order is known");
        assert_eq!(
            (&story["state"], &story["event"]),
            (&json!("no_consent_on_record"), &json!("Purchase"))
        );
        assert_eq!(story["event_id"], id("Purchase", &anchor("t1")));
        let reason = story["reason"].as_str().expect("a reason");
        assert!(reason.contains("nobody can know"), "{reason}");
        assert_eq!(ordered(&world)["ended"]["no_consent_on_record"], 1);
        assert_eq!(world.tiktok.received().len(), 0);
        let log = server.log();
        assert_eq!(server.stop(), Some(0));
        let stored = world.store_bytes();
        let contacts = [
            "jane",
            "Jane",
            "373-4253",
            "+12133734253",
            "94105",
            "San Francisco",
            "sanfrancisco",
            "E.C.P.landing",
            "198.51.100.9",
            "t1\"",
        ];
        let hashes = ["jane@example.com", "+12133734253", "jane", "doe", "94105"].map(hash);
        for secret in contacts.into_iter().map(str::to_owned).chain(hashes) {
            let within =
                |text: &[u8]| text.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!within(&stored), "{secret} in the store");
            assert!(!within(log.as_bytes()), "{secret} in the log");
        }
    }
}

#[test]
fn a_beacon_that_comes_after_its_order_is_confirmed_and_priced_by_it() {
    let world = world("unconfirmed = \"drop\"");
    let server = world.serve();
    assert_eq!(server.webhook("orders/create", "w1", &order(7, "t1")), "no_consent_on_record");
    let id = post(&server, &purchase("t1"));
    assert_eq!(world.end(&id)["state"], "delivered");
    let [event] = arrived(&world).try_into().expect("one copy");
    assert_eq!(
        (&event["properties"]["value"], &event["properties"]["order_id"]),
        (&json!(70.1), &json!("7"))
    );
    let today = ordered(&world);
    assert_eq!(
        (&today["delivered"], &today["confirmed"], &today["ended"]),
        (&json!(1), &json!(1), &json!({}))
    );
}

#[test]
fn a_no_wins_over_the_receipt_and_a_later_yes_over_the_no() {
    let world = world("");
    let server = world.serve();
    let checkout = anchor("t1");
    receipt(&server, Some(&checkout), None);
    assert_eq!(server.post(&withdrawal(now(), &[&checkout], None).to_string()).status, 202);
    assert_eq!(server.webhook("orders/create", "w1", &order(7, "t1")), "no_consent_on_record");
    assert!(
        world.why("7").expect("known")["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("withdrawn"))
    );
    // A yes of a later second counts again, at the next webhook of the order.
    let no = now();
    until("a later second", || (now() > no).then_some(()));
    receipt(&server, Some(&checkout), None);
    assert_eq!(server.webhook("orders/paid", "w2", &order(7, "t1")), "recovered");
    assert_eq!(world.end(&id("Purchase", &checkout))["state"], "delivered");
}

#[test]
fn forged_and_altered_purchases_never_reach_tiktok_under_drop() {
    let world = world("hold_seconds = 0\nunconfirmed = \"drop\"");
    let server = world.serve();
    // Forged: no order will ever come.
    let forged = post(&server, &purchase("made-up"));
    until("it is parked", || world.why(&forged).filter(|story| story["reason"] == "unconfirmed"));
    // Altered: a real checkout at a dreamt-up price.
    let mut altered = purchase("t1");
    altered["properties"]["value"] = json!(99_999.0);
    let altered = post(&server, &altered);
    until("it is parked", || world.why(&altered).filter(|story| story["reason"] == "unconfirmed"));
    assert_eq!(server.webhook("orders/create", "w1", &order(7, "t1")), "confirmed");
    assert_eq!(world.end(&altered)["state"], "delivered");
    // Replayed: it is known.
    post(&server, &purchase("t1"));
    let [event] = arrived(&world).try_into().expect("one copy");
    assert_eq!(
        (&event["event_id"], &event["properties"]["value"]),
        (&json!(altered), &json!(70.1))
    );
}

#[test]
fn under_send_an_unconfirmed_purchase_is_counted_and_shown_until_its_order_comes() {
    let world = world("hold_seconds = 0\nunconfirmed = \"send\"");
    let server = world.serve();
    let id = post(&server, &purchase("t1"));
    assert_eq!(world.end(&id)["state"], "delivered");
    let day = |report: &Value| report["days"][0]["sent_unconfirmed"].clone();
    assert_eq!(day(&world.report()), 1);
    assert_eq!(server.webhook("orders/create", "w1", &order(7, "t1")), "noted");
    let report = world.report();
    assert_eq!(
        (day(&report), &report["orders"][0]["late"], &report["orders"][0]["value_differs"]),
        (json!(0), &json!(1), &json!(1))
    );
    assert_eq!(world.tiktok.received().len(), 1, "it is not sent again");
}

#[test]
fn a_cancellation_before_the_release_cancels_and_one_after_it_is_noted() {
    let world = world("");
    let server = world.serve();
    let held = post(&server, &purchase("t1"));
    assert_eq!(server.webhook("orders/cancelled", "w1", &order(7, "t1")), "cancelled");
    assert_eq!(world.why(&held).expect("known")["state"], "cancelled");
    // Out of sequence: the order itself comes after its cancellation, and so does another's beacon.
    assert_eq!(server.webhook("orders/create", "w2", &order(7, "t1")), "noted");
    assert_eq!(server.webhook("orders/cancelled", "w3", &order(8, "t2")), "cancelled");
    let late = post(&server, &purchase("t2"));
    assert_eq!(world.why(&late).expect("known")["state"], "cancelled");
    assert_eq!(world.tiktok.received().len(), 0);

    let sent = post(&server, &purchase("t3"));
    assert_eq!(server.webhook("orders/create", "w4", &order(9, "t3")), "confirmed");
    assert_eq!(world.end(&sent)["state"], "delivered");
    assert_eq!(server.webhook("orders/cancelled", "w5", &order(9, "t3")), "noted");
    assert_eq!(server.webhook("refunds/create", "w6", &json!({"id": 1, "order_id": 9})), "noted");
    let story = world.why("9").expect("known");
    assert_eq!(story["state"], "delivered");
    for topic in ["orders/create", "orders/cancelled", "refunds/create"] {
        assert!(story["history"].to_string().contains(topic), "{topic}: {story:#}");
    }
    assert_eq!(ordered(&world)["ended"]["cancelled"], 2);
}

#[test]
fn what_the_shop_does_not_report_is_not_and_ends_its_held_purchase() {
    let world = world("report = { pos = true }");
    let server = world.serve();
    let held = post(&server, &purchase("t1"));
    let kinds = [
        ("t1", json!({"test": true})),
        ("t2", json!({"source_name": "shopify_draft_order"})),
        ("t3", json!({"source_name": "subscription_contract"})),
    ];
    for (n, (token, kind)) in kinds.iter().enumerate() {
        receipt(&server, Some(&anchor(token)), None);
        let mut order = order(7 + n as u64, token);
        for (key, value) in kind.as_object().expect("an object") {
            order[key] = value.clone();
        }
        assert_eq!(server.webhook("orders/create", token, &order), "not_reported", "{kind}");
    }
    assert_eq!(world.why(&held).expect("known")["state"], "not_reported");
    let mut pos = order(20, "t4");
    pos["source_name"] = json!("pos");
    receipt(&server, Some(&anchor("t4")), None);
    assert_eq!(server.webhook("orders/create", "w4", &pos), "recovered");
    let mut counter = order(21, "t5");
    counter["source_name"] = json!("pos");
    counter["checkout_token"] = json!(null);
    assert_eq!(server.webhook("orders/create", "w5", &counter), "no_checkout_anchor");
    assert_eq!(state(&world, 21), "no_checkout_anchor");
    assert_eq!(ordered(&world)["ended"]["not_reported"], 3);
}

#[test]
fn an_order_may_count_only_when_it_is_paid() {
    let world = world("confirm_on = \"paid\"\nunconfirmed = \"drop\"");
    let server = world.serve();
    let held = post(&server, &purchase("t1"));
    assert_eq!(server.webhook("orders/create", "w1", &order(7, "t1")), "waits");
    assert_eq!(world.why(&held).expect("known")["state"], "held");
    assert_eq!(ordered(&world)["waiting"], 1);
    assert_eq!(server.webhook("orders/paid", "w2", &order(7, "t1")), "confirmed");
    assert_eq!(world.end(&held)["state"], "delivered");
}

#[test]
fn consent_without_what_the_browser_left_waits_for_the_beacon() {
    let world = world("");
    let server = world.serve();
    receipt(&server, Some(&anchor("t1")), None);
    assert_eq!(server.stop(), Some(0));
    world.damage("DELETE FROM context"); // as 48 hours do
    let server = world.serve();
    assert_eq!(server.webhook("orders/create", "w1", &order(7, "t1")), "no_context");
    assert_eq!(state(&world, 7), "no_context");
    assert_eq!(world.end(&post(&server, &purchase("t1")))["state"], "delivered");
    assert_eq!(state(&world, 7), "delivered");
}

#[test]
fn the_report_says_where_every_order_went_in_each_of_its_forms() {
    let world = world("");
    let server = world.serve();
    receipt(&server, Some(&anchor("t1")), None);
    server.webhook("orders/create", "w1", &order(7, "t1"));
    server.webhook("orders/create", "w2", &order(8, "t2"));
    world.end(&id("Purchase", &anchor("t1")));
    post(&server, &add_to_cart("sh-1"));
    let table = world.text(&["report"]);
    assert!(
        table.contains("Shopify orders") && table.contains("1 no_consent_on_record"),
        "{table}"
    );
    assert!(table.contains("of 2 orders 1 have no consent on record"), "{table}");
    let csv = world.text(&["report", "--format", "csv"]);
    let rows: Vec<&str> = csv.lines().collect();
    let columns = |row: &str| row.split(',').count();
    assert!(rows.len() > 2 && rows.iter().all(|row| columns(row) == columns(rows[0])), "{csv}");
    let orders = rows
        .iter()
        .find(|row| row.contains(",Shopify orders,2,0,0,1,"))
        .unwrap_or_else(|| panic!("{csv}"));
    let of = |name: &str| {
        let column = rows[0].split(',').position(|column| column == name).expect("a column");
        orders.split(',').nth(column).expect("a value")
    };
    assert_eq!(
        ["recovered", "confirmed", "test", "stuck", "unread"].map(of),
        ["1", "0", "0", "0", "0"]
    );
    assert_eq!(["worth", "delivered_worth"].map(of), ["EUR 140.20", "EUR 70.10"], "twice 70.10");
}

/// As the browser of another visitor leaves it.
fn receipt_of(server: &Server, visitor: &str, checkout: Option<&str>, cart: Option<&str>) {
    let mut alone = beacon(checkout, &[]);
    alone["cart"] = json!(cart);
    alone["user"] = json!({"external_id": hash(visitor), "ttclid": format!("E.C.P.{visitor}")});
    assert_eq!(server.post(&alone.to_string()).status, 202);
}

fn cart(token: &str) -> String {
    let shop: assent_gate::settings::ShopDomain =
        crate::support::server::SHOP.parse().expect("a shop");
    assent_gate::ids::cart_anchor(&shop, token).expect("a cart").as_str().to_owned()
}

#[test]
fn a_yes_of_another_visitor_on_the_cart_does_not_undo_the_no_of_whoever_pays() {
    let world = world("");
    let server = world.serve();
    receipt_of(&server, "earlier", None, Some(&cart("c4rt")));
    receipt_of(&server, "payer", Some(&anchor("t1")), None);
    // Only the visitor is named: the device does not know its checkout any more.
    assert_eq!(server.post(&withdrawal(now(), &[], Some(&hash("payer"))).to_string()).status, 202);
    let mut order = order(7, "t1");
    order["cart_token"] = json!("c4rt");
    assert_eq!(server.webhook("orders/create", "w1", &order), "no_consent_on_record");
    assert_eq!(world.tiktok.received().len(), 0);
}

#[test]
fn what_one_visitor_left_never_goes_out_under_the_receipt_of_another() {
    let world = world("");
    let server = world.serve();
    receipt_of(&server, "first", Some(&anchor("t1")), None);
    receipt_of(&server, "second", Some(&anchor("t1")), None);
    assert_eq!(
        server.post(&withdrawal(now() - 1, &[], Some(&hash("first"))).to_string()).status,
        202
    );
    assert_eq!(server.webhook("orders/create", "w1", &order(7, "t1")), "recovered");
    world.end(&id("Purchase", &anchor("t1")));
    let [event] = arrived(&world).try_into().expect("one copy");
    let user = &event["user"];
    assert_eq!(
        (&user["external_id"], &user["ttclid"]),
        (&json!(hash("second")), &json!("E.C.P.second"))
    );
}

#[test]
fn the_first_figures_of_an_order_stand() {
    let world = world("confirm_on = \"paid\"");
    let server = world.serve();
    receipt(&server, Some(&anchor("t1")), None);
    assert_eq!(server.webhook("orders/create", "w1", &order(7, "t1")), "waits");
    let mut edited = order(7, "t1");
    for money in ["shop_money", "presentment_money"] {
        edited["total_price_set"][money]["amount"] = json!("99.00");
    }
    assert_eq!(server.webhook("orders/paid", "w2", &edited), "recovered");
    world.end(&id("Purchase", &anchor("t1")));
    assert_eq!(arrived(&world)[0]["properties"]["value"], 70.1);
}

#[test]
fn a_purchase_that_tiktok_has_not_got_yet_goes_at_the_figures_of_shopify() {
    let world = world("confirm = \"beacon\"");
    world.configure("http://127.0.0.1:9"); // nobody listens there
    let server = world.serve();
    let id = post(&server, &purchase("t1"));
    until("it was tried", || {
        world.why(&id).filter(|story| story["reason"].to_string().contains("waits meanwhile"))
    });
    assert_eq!(server.webhook("orders/create", "w1", &order(7, "t1")), "confirmed");
    assert_eq!(server.webhook("orders/paid", "w2", &order(7, "t1")), "noted", "it is known");
    assert_eq!(server.stop(), Some(0));
    world.configure(&world.tiktok.base_url());
    let _server = world.serve();
    assert_eq!(world.end(&id)["state"], "delivered");
    assert_eq!(arrived(&world)[0]["properties"]["value"], 70.1);
    let today = ordered(&world);
    assert_eq!(
        (today["confirmed"].as_i64(), today["late"].as_i64()),
        (Some(1), Some(0)),
        "{today:#}"
    );
}

#[test]
fn an_order_older_than_tiktok_can_tell_from_a_copy_expires_and_says_so() {
    let world = world("");
    let server = world.serve();
    receipt(&server, Some(&anchor("t1")), None);
    let mut late = order(7, "t1");
    late["created_at"] = json!(crate::support::orders::rfc3339(now() - 47 * 3600 - 60));
    assert_eq!(server.webhook("orders/create", "w1", &late), "expired");
    let story = world.why("7").expect("known");
    assert!(
        story["reason"].as_str().is_some_and(|reason| reason.contains("counted twice")),
        "{story:#}"
    );
    assert_eq!(
        (ordered(&world)["ended"]["expired"].as_i64(), world.tiktok.received().len()),
        (Some(1), 0)
    );
}

/// Shopify's admin sends this one when somebody presses "Send test notification"; its number is
/// beyond JavaScript's.
#[test]
fn the_example_of_shopify_itself_can_be_read() {
    let world = world("");
    let server = world.serve();
    let mut sample = order(820_982_911_946_154_508, "none");
    sample["checkout_token"] = json!(null);
    assert_eq!(server.webhook("orders/create", "w1", &sample), "no_checkout_anchor");
    assert_eq!(state(&world, 820_982_911_946_154_508), "no_checkout_anchor");
}
