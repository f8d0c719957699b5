//! `assent why`: where is my order? Each way in which one can be missing, and what is said of it.

use assent_lab::tiktok::{Answer, Fault};
use serde_json::{Value, json};

use crate::support::beacon::{anchor, beacon, hash, id, now, purchase, withdrawal};
use crate::support::orders::{order, rfc3339, signature};
use crate::support::place::is_postgres;
use crate::support::server::{SHOP, Server, TOKEN, World};
use crate::support::until;

const WEBHOOKS: &str = "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]\n";

fn post(server: &Server, event: &Value) -> String {
    let checkout = event["checkout"].as_str();
    assert_eq!(server.post(&beacon(checkout, std::slice::from_ref(event)).to_string()).status, 202);
    event["event_id"].as_str().expect("an id").to_owned()
}

/// Consent, and what only the browser knows, of this checkout.
fn leave(server: &Server, token: &str) {
    let mut alone = beacon(Some(&anchor(token)), &[]);
    alone["user"] = json!({"external_id": hash("visitor"), "user_agent": "Mozilla/5.0 (test)"});
    alone["page"] = json!({"url": "https://shop.acme.example/checkouts/cn/payment"});
    assert_eq!(server.post(&alone.to_string()).status, 202);
}

fn with(order: Value, key: &str, value: Value) -> Value {
    let mut order = order;
    order[key] = value;
    order
}

/// One way, in a world of its own.
struct Missing {
    way: &'static str,
    /// More lines of the shop.
    settings: &'static str,
    serve: &'static [&'static str],
    /// Makes it so; what to ask for.
    happen: fn(&mut World, Server) -> (String, Option<Server>),
    /// What the ground says, and what a person is told to do.
    ground: &'static str,
    to_do: &'static str,
}

/// A Purchase that TikTok answers so, whatever comes after.
fn answered(world: &World, server: Server, fault: Fault) -> (String, Option<Server>) {
    world.tiktok.fault(fault.forever());
    (post(&server, &purchase("t1")), Some(server))
}

fn code(world: &World, server: Server, code: i64) -> (String, Option<Server>) {
    answered(world, server, Fault::Answer(Answer::of(code)))
}

const BEACON: &str = "purchase.confirm = \"beacon\"";
const PERMISSION: &str = "permission · shopify_only · read ";

fn ways() -> Vec<Missing> {
    let plain = |way, settings, happen, ground, to_do| Missing {
        way,
        settings,
        serve: &[],
        happen,
        ground,
        to_do,
    };
    let mut ways = vec![
        plain(
            "no_consent_on_record",
            "",
            |_, server| {
                server.webhook("orders/create", "w", &order(7, "t1"));
                ("#7".into(), Some(server))
            },
            "no consent on record",
            "it must not be reported",
        ),
        plain(
            "no_consent_ended",
            "",
            |_, server| {
                leave(&server, "t1");
                let no = withdrawal(now(), &[&anchor("t1")], Some(&hash("visitor")));
                assert_eq!(server.post(&no.to_string()).status, 202);
                server.webhook("orders/create", "w", &order(7, "t1"));
                ("#7".into(), Some(server))
            },
            "consent ended",
            "this is what must happen",
        ),
        plain(
            "no_consent_by_settings",
            "",
            |world, server| {
                leave(&server, "t1");
                assert_eq!(server.stop(), Some(0));
                world.set_settings(&format!("{WEBHOOKS}consent.cmp = \"onetrust\""));
                let server = world.serve();
                server.webhook("orders/create", "w", &order(7, "t1"));
                ("7".into(), Some(server))
            },
            "does not grant under the shop's present settings",
            "Were `cmp` or `categories` changed?",
        ),
        plain(
            "no_context",
            "",
            |world, server| {
                leave(&server, "t1");
                assert_eq!(server.stop(), Some(0));
                world.damage("DELETE FROM context"); // as 48 hours do
                let server = world.serve();
                server.webhook("orders/create", "w", &order(7, "t1"));
                ("#7".into(), Some(server))
            },
            PERMISSION,
            "the shopper paid late",
        ),
        plain(
            "not_reported",
            "",
            |_, server| {
                let pos = with(order(7, "t1"), "source_name", json!("pos"));
                server.webhook("orders/create", "w", &pos);
                ("#7".into(), Some(server))
            },
            "nothing is to be sent",
            "[shops.purchase]",
        ),
        plain(
            "not_reported_server_off",
            "events.Purchase = [\"browser\"]",
            |_, server| {
                server.webhook("orders/create", "w", &order(7, "t1"));
                ("#7".into(), Some(server))
            },
            "nothing is to be sent",
            "[shops.events]",
        ),
        plain(
            "no_checkout_anchor",
            "",
            |_, server| {
                let imported = with(order(7, "t1"), "checkout_token", Value::Null);
                server.webhook("orders/create", "w", &imported);
                ("#7".into(), Some(server))
            },
            "nothing is to be sent",
            "the shop's own checkout",
        ),
        plain(
            "cancelled",
            "",
            |_, server| {
                let held = post(&server, &purchase("t1"));
                server.webhook("orders/cancelled", "w", &order(7, "t1"));
                (held, Some(server))
            },
            PERMISSION,
            "a cancelled order is no purchase",
        ),
        plain(
            "held",
            "",
            |_, server| (post(&server, &purchase("t1")), Some(server)),
            PERMISSION,
            "assent webhooks",
        ),
        plain(
            "held_unpaid",
            "purchase.confirm_on = \"paid\"",
            |_, server| {
                server.webhook("orders/create", "w", &order(7, "t1"));
                ("#7".into(), Some(server))
            },
            "nothing is to be sent",
            "orders/paid",
        ),
        plain(
            "held_unconfirmed",
            "purchase.hold_seconds = 1\npurchase.unconfirmed = \"drop\"",
            |_, server| (post(&server, &purchase("t1")), Some(server)),
            PERMISSION,
            "whether there is such an order",
        ),
        plain(
            "unconfirmed",
            "purchase.hold_seconds = 1\npurchase.unconfirmed = \"drop\"",
            |world, server| {
                let parked = post(&server, &purchase("t1"));
                until("it is parked", || {
                    world.why(&parked).filter(|story| story["reason"] == "unconfirmed")
                });
                assert_eq!(server.stop(), Some(0));
                world.damage("UPDATE event SET horizon = 1, event_time = 1"); // as a week does
                (parked, Some(world.serve()))
            },
            PERMISSION,
            "`unconfirmed = \"send\"`",
        ),
        plain(
            "withdrawn",
            "",
            |_, server| {
                let held = post(&server, &purchase("t1"));
                let no = withdrawal(now(), &[], Some(&hash("visitor")));
                assert_eq!(server.post(&no.to_string()).status, 202);
                (held, Some(server))
            },
            "consent ended; it was: permission",
            "A later yes counts again",
        ),
        plain(
            "withdrawn_by_settings",
            "",
            |world, server| {
                let held = post(&server, &purchase("t1"));
                assert_eq!(server.stop(), Some(0));
                world.set_settings(&format!("{WEBHOOKS}consent.cmp = \"onetrust\""));
                let server = world.serve();
                server.webhook("orders/create", "w", &order(7, "t1"));
                (held, Some(server))
            },
            PERMISSION,
            "Were `cmp` or `categories` changed?",
        ),
        plain(
            "expired_on_arrival",
            BEACON,
            |_, server| {
                let mut late = purchase("t1");
                late["browser"] = json!("fired");
                late["event_time"] = json!(now() - 47 * 3600 - 60);
                (post(&server, &late), Some(server))
            },
            PERMISSION,
            "is a clock wrong?",
        ),
        plain(
            "expired",
            "",
            |_, server| {
                leave(&server, "t1");
                let made = json!(rfc3339(now() - 47 * 3600 - 60));
                let late = with(order(7, "t1"), "created_at", made);
                assert_eq!(server.webhook("orders/create", "w", &late), "expired");
                ("#7".into(), Some(server))
            },
            PERMISSION,
            "`assent report`",
        ),
        plain(
            "refused_by_tiktok",
            BEACON,
            |world, server| code(world, server, 40002),
            PERMISSION,
            "report it as a bug",
        ),
        plain(
            "paused_token",
            BEACON,
            |world, server| {
                world.tiktok.revoke(TOKEN);
                (post(&server, &purchase("t1")), Some(server))
            },
            PERMISSION,
            "generate an access token",
        ),
        plain(
            "paused_pixel",
            BEACON,
            |world, server| code(world, server, 40001),
            PERMISSION,
            "`pixel_code`",
        ),
        plain(
            "paused_scope",
            BEACON,
            |world, server| code(world, server, 40113),
            PERMISSION,
            "Generate a new token",
        ),
        plain(
            "paused_address",
            BEACON,
            |world, server| {
                assert_eq!(server.stop(), Some(0));
                let elsewhere = format!("{}/no/such/place", world.tiktok.base_url());
                world.configure(&elsewhere);
                let server = world.serve();
                (post(&server, &purchase("t1")), Some(server))
            },
            PERMISSION,
            "api_base",
        ),
        plain(
            "due_retried",
            BEACON,
            |world, server| code(world, server, 50000),
            PERMISSION,
            "does this machine reach",
        ),
        plain(
            "erased_unreadable",
            BEACON,
            |world, server| {
                world.tiktok.fault(Fault::Answer(Answer::of(50000)).forever());
                let waits = post(&server, &purchase("t1"));
                server.kill();
                world.damage("UPDATE event SET payload = '{'");
                (waits, Some(world.serve()))
            },
            PERMISSION,
            "assent store check",
        ),
        plain(
            "erased_by_restore",
            "",
            |world, server| {
                let held = post(&server, &purchase("t1"));
                let backup = world.dir.path().join("backup.db");
                let backup = backup.to_str().expect("a path");
                assert!(world.run(&["store", "backup", backup]).status.success());
                assert_eq!(server.stop(), Some(0));
                assert!(world.run(&["store", "restore", backup]).status.success());
                (held, None)
            },
            PERMISSION,
            "not concerned",
        ),
        plain(
            "erased",
            "",
            |world, server| {
                let held = post(&server, &purchase("t1"));
                assert_eq!(server.stop(), Some(0));
                let forget = ["forget", "--shop", SHOP, "--checkout-token", "t1"];
                assert!(world.run(&forget).status.success());
                (held, None)
            },
            "a customer's erasure cut it",
            "this is what was asked for",
        ),
        plain(
            "unreadable_order",
            "",
            |_, server| {
                let body = br##"{"id": 7, "name": "#7", "created"##;
                let signed = signature(crate::support::orders::SECRET, body);
                let headers = [
                    ("X-Shopify-Topic", "orders/create"),
                    ("X-Shopify-Shop-Domain", SHOP),
                    ("X-Shopify-Order-Id", "7"),
                    ("X-Shopify-Webhook-Id", "w"),
                    ("X-Shopify-Hmac-Sha256", &signed),
                ];
                assert_eq!(server.webhook_with(&headers, body).status, 200);
                ("7".into(), Some(server))
            },
            "nothing is to be sent",
            "report it as a bug",
        ),
    ];
    let test = |way, happen, to_do| Missing {
        way,
        settings: "purchase.confirm = \"beacon\"\ntest_event_code = \"TEST1\"",
        serve: &["--test-events"],
        happen,
        ground: PERMISSION,
        to_do,
    };
    ways.extend([
        test(
            "delivered_as_test",
            |_, server| (post(&server, &purchase("t1")), Some(server)),
            "without `--test-events`",
        ),
        test(
            "due_test",
            |world, server| {
                world.tiktok.fault(Fault::Hang.forever());
                let test = post(&server, &purchase("t1"));
                (test, Some(without_its_code(world, server)))
            },
            "tests never count",
        ),
        test(
            "due_test",
            // One that has been tried waits for its code as well.
            |world, server| {
                world.tiktok.fault(Fault::BadGateway.forever());
                let test = post(&server, &purchase("t1"));
                let is_tried = |story: &Value| story["advice"]["way"] == "due_retried";
                until("it was tried", || world.why(&test).filter(is_tried));
                (test, Some(without_its_code(world, server)))
            },
            "tests never count",
        ),
    ]);
    ways
}

/// The server after a crash, and the shop's `test_event_code` is gone.
fn without_its_code(world: &mut World, server: Server) -> Server {
    server.kill();
    world.set_settings(&format!("{WEBHOOKS}{BEACON}"));
    world.serve()
}

/// The settings of one line each stand before those tables of the shop that they open.
fn world_of(settings: &str) -> World {
    World::with(&format!("{WEBHOOKS}{settings}"))
}

#[test]
fn each_way_in_which_an_order_can_be_missing_is_told_with_its_ground_and_what_to_do() {
    // A database is not restored by us.
    let is_there = |missing: &Missing| !(is_postgres() && missing.way == "erased_by_restore");
    for Missing { way, settings, serve, happen, ground, to_do } in
        ways().into_iter().filter(is_there)
    {
        let mut world = world_of(settings);
        let server = world.serve_with(serve);
        let (asked, _server) = happen(&mut world, server);
        let story = until(&format!("{way} is told"), || {
            world.why(&asked).filter(|story| story["advice"]["way"] == way)
        });
        assert!(
            story["advice"]["means"].as_str().is_some_and(|text| !text.is_empty()),
            "{story:#}"
        );
        let text = world.text(&["why", &asked]);
        let (_, end) = text.split_once("\nGround ").unwrap_or_else(|| panic!("{way}: {text}"));
        let (of_ground, of_advice) = end.split_once("What you can do").expect("what to do");
        let told = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told(of_ground).contains(ground), "{way}: {text}");
        assert!(told(of_advice).contains(to_do), "{way}: {text}");
        // Nothing is said twice.
        let said = text.lines().map(|line| line.rsplit_once("  ").map_or(line, |(_, said)| said));
        for said in said.filter(|said| said.len() > 40) {
            // A pause and a retry repeat the answer that caused them.
            let most =
                if ["paused_", "due_retried", "due_test"].iter().any(|it| way.starts_with(it)) {
                    2
                } else {
                    1
                };
            assert!(text.matches(said).count() <= most, "{way}: {said}\n{text}");
        }
        // And nothing personal.
        for secret in ["203.0.113", "Mozilla", TOKEN, &hash("visitor"), &hash("jane@example.com")] {
            assert!(!text.contains(secret) && !story.to_string().contains(secret), "{way}: {text}");
        }
    }
}

#[test]
fn an_order_is_found_by_all_that_names_it() {
    let world = world_of("");
    let server = world.serve();
    let sent = post(&server, &purchase("t1"));
    let mut bought = order(5_678_901_234_567, "t1");
    bought["name"] = json!("#EU1001");
    bought["order_number"] = json!(1001);
    assert_eq!(server.webhook("orders/create", "w1", &bought), "confirmed");
    // One that was not sent, whose name is another's number.
    let mut other = order(5_678_901_234_568, "t2");
    other["name"] = json!("#1002");
    other["order_number"] = json!(1002);
    assert_eq!(server.webhook("orders/create", "w2", &other), "no_consent_on_record");
    assert_eq!(world.end(&sent)["state"], "delivered");
    for asked in [
        "#EU1001",
        "#eu1001",
        "EU1001",
        "#1001",
        "1001",
        "5678901234567",
        "gid://shopify/Order/5678901234567",
        "https://admin.shopify.com/store/acme/orders/5678901234567",
        "https://acme.myshopify.com/admin/orders/5678901234567?x=1",
        &sent,
    ] {
        let story = world.why(asked).unwrap_or_else(|| panic!("{asked} is not found"));
        assert_eq!((&story["event_id"], &story["order"]), (&json!(sent), &json!("#EU1001")));
    }
    let unsent = world.why("#1002").expect("it is known");
    assert_eq!(
        (&unsent["state"], &unsent["event_id"]),
        (&json!("no_consent_on_record"), &json!(id("Purchase", &anchor("t2"))))
    );
    // Its shop only.
    assert!(world.run(&["why", "1001", "--shop", SHOP]).status.success());
    assert_eq!(world.run(&["why", "1001", "--shop", "other.myshopify.com"]).status.code(), Some(1));
    // After an erasure by none of them.
    assert_eq!(server.stop(), Some(0));
    let forget = world.run(&["forget", "--shop", SHOP, "--order", "5678901234567"]);
    assert!(forget.status.success(), "{}", String::from_utf8_lossy(&forget.stderr));
    for asked in ["#EU1001", "1001", "5678901234567"] {
        assert_eq!(world.why(asked), None, "{asked}");
    }
    assert!(!world.store_bytes().windows(7).any(|bytes| bytes == b"#EU1001"));
}

#[test]
fn what_is_not_known_is_answered_with_what_can_be_asked() {
    let world = world_of("");
    let _server = world.serve();
    let output = world.run(&["why", "#1001", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let error = said["error"].as_str().expect("an error");
    for word in
        ["#1001", "never arrived", "another shop", "7 days", "gid://shopify/Order", "event_id"]
    {
        assert!(error.contains(word), "{word}: {error}");
    }
    assert!(String::from_utf8_lossy(&output.stderr).contains("never arrived"));
    let output = world.run(&["why", "#1001"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
}

#[test]
fn the_ground_names_the_tool_and_both_values_are_told() {
    let world = World::with(&format!("{WEBHOOKS}consent.cmp = \"onetrust\""));
    let server = world.serve();
    let mut fired = purchase("t1");
    fired["browser"] = json!("fired");
    let mut body = beacon(fired["checkout"].as_str(), std::slice::from_ref(&fired));
    body["consent"]["rule"] = json!("all_yes");
    body["consent"]["basis"] = json!("consent");
    // Not older than 13 months, whenever this test runs.
    let decided_at = now() / 86400 * 86400 - 30 * 86400 + 10 * 3600 + 31 * 60;
    body["consent"]["records"] = json!([{
        "source": "onetrust", "key": "OptanonConsent", "decision": "granted", "deciding": true, "opt_out": false,
        "decided_at": decided_at, "id": hash("consent"), "value": hash("cookie"), "version": "6.1",
    }]);
    assert_eq!(server.post(&body.to_string()).status, 202);
    server.webhook("orders/create", "w", &order(7, "t1"));
    let id = fired["event_id"].as_str().expect("an id");
    world.end(id);
    let story = world.why("#7").expect("known");
    let ground = &story["ground"];
    assert_eq!((&ground["basis"], &ground["rule"]), (&json!("consent"), &json!("all_yes")));
    assert_eq!(ground["records"], json!([{"source": "onetrust", "decided_at": decided_at}]));
    let values = &story["values"];
    assert_eq!(values["browser"], json!({"value": 81.91, "currency": "EUR"}));
    assert_eq!(values["order"], json!({"value": 70.1, "currency": "EUR"}));
    let text = world.text(&["why", "#7"]);
    let day = &rfc3339(decided_at)[..10];
    let receipt = ground["receipt"].as_i64().expect("a number");
    assert!(
        text.contains(&format!(
            "consent · all_yes · OneTrust granted {day} 10:31 UTC · receipt {receipt}"
        )),
        "{text}"
    );
    assert!(text.contains("browser €81.91, order €70.10: TikTok keeps the first it got"), "{text}");
    assert_eq!(text.matches("orders/create").count(), 1, "{text}");
    // In the shop's own time: five hours and three quarters ahead of UTC, all the year.
    let mut world = world;
    world.set_settings(&format!(
        "{WEBHOOKS}time_zone = \"Asia/Kathmandu\"\nconsent.cmp = \"onetrust\""
    ));
    let there = world.text(&["why", "#7"]);
    assert!(there.contains(&format!("OneTrust granted {day} 16:16 +0545")), "{there}");
    assert!(!text.contains(&hash("consent")) && !text.contains(&hash("cookie")), "{text}");
    // The receipt of that number.
    let export = world.text(&["receipts", "export", "--order", "#7", "--format", "jsonl"]);
    let proof: Value = serde_json::from_str(&export).expect("one receipt");
    assert_eq!(proof["receipt"], receipt);
}
