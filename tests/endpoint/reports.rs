//! `assent report` and `assent status`: nothing says that all is well while it is not.

use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, anchor, beacon, purchase};
use crate::support::orders::order;
use crate::support::server::{SHOP, Server, TOKEN, World};
use crate::support::until;

const SECRET: &str = "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]";

fn buy(server: &Server, token: &str) {
    let body = beacon(Some(&anchor(token)), &[purchase(token)]).to_string();
    assert_eq!(server.post(&body).status, 202);
}

fn status(world: &World) -> (Option<i32>, String) {
    let output = world.run(&["status"]);
    (output.status.code(), String::from_utf8(output.stdout).expect("text"))
}

fn status_json(world: &World) -> Value {
    serde_json::from_slice(&world.run(&["status", "--json"]).stdout).expect("one JSON document")
}

/// The one shop of the report.
fn shop(world: &World) -> Value {
    world.report()["shops"][0].clone()
}

#[test]
fn the_two_numbers_come_first_and_are_of_shopifys_orders() {
    let world = World::with(SECRET);
    let server = world.serve();
    buy(&server, "t1");
    server.webhook("orders/create", "w1", &order(1, "t1"));
    world.end(purchase("t1")["event_id"].as_str().expect("an id"));
    server.webhook("orders/create", "w2", &order(2, "nobody"));
    let numbers = shop(&world);
    let of = |key: &str| numbers[key]["n"].as_i64();
    assert_eq!((of("told"), of("accounted_for"), of("reported")), (Some(2), Some(2), Some(1)));
    assert_eq!((of("no_consent"), of("stuck"), of("test")), (Some(1), Some(0), Some(0)));
    // Each of the lab's orders is worth as much as its beacon says.
    let worth = numbers["reported"]["money"]["EUR"].as_f64().expect("euros");
    assert_eq!(numbers["told"]["money"]["EUR"].as_f64(), Some(2.0 * worth), "{numbers:#}");
    assert!(numbers["last_order_at"].is_i64() && numbers["silent_since"].is_null(), "{numbers:#}");
    let text = world.text(&["report", "--last", "7d"]);
    let first: Vec<_> = text.lines().take(4).map(str::trim).collect();
    assert!(first[0].starts_with(SHOP), "{text}");
    assert!(first[1].starts_with("accounted for  2 of 2 orders that Shopify told us of"), "{text}");
    assert!(first[2].starts_with("reported       1 of 2"), "{text}");
    assert!(first[3].starts_with("not reported   1 without consent on record"), "{text}");
    // As a table for a spreadsheet: with its money.
    let csv = world.text(&["report", "--format", "csv"]);
    let of_orders = csv.lines().find(|line| line.contains("Shopify orders")).expect("a row");
    assert!(of_orders.contains(&format!("EUR {worth:.2}")), "{csv}");
    // Of another shop there is nothing, and this endpoint says so.
    let other = world.run(&["report", "--shop", "other.myshopify.com"]);
    assert!(!other.status.success());
    assert!(String::from_utf8_lossy(&other.stderr).contains("not in the configuration"));
}

#[test]
fn a_shop_without_webhooks_has_no_share_that_looks_fine() {
    let world = World::new();
    let _server = world.serve();
    let text = world.text(&["report"]);
    assert!(text.contains("accounted for  cannot be said"), "{text}");
    assert_eq!(shop(&world)["webhooks"], false);
}

#[test]
fn days_are_the_shops_and_a_wrong_zone_is_a_fault() {
    let world = World::with("time_zone = \"Pacific/Kiritimati\"");
    let server = world.serve();
    server.post(&beacon(None, &[add_to_cart("sh-1")]).to_string());
    let report = world.report();
    assert_eq!(report["shops"][0]["time_zone"], "Pacific/Kiritimati");
    // 14 hours ahead of UTC: today there is the day of 14 hours later here.
    let today = Day::of_seconds(crate::support::beacon::now() + 14 * 3600);
    assert_eq!(report["days"][0]["day"], today, "{report:#}");
    let last = world.text(&["report", "--last", "1d", "--format", "json"]);
    let last: Value = serde_json::from_str(&last).expect("JSON");
    assert_eq!((&last["from"], &last["to"]), (&json!(today), &json!(today)));
    let wrong = World::with("time_zone = \"Europe/Berlim\"");
    let output = wrong.run(&["report"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("time_zone: `Europe/Berlim` is no time zone"), "{said}");
}

struct Day;

impl Day {
    fn of_seconds(at: i64) -> String {
        let days = at.div_euclid(86_400);
        let output = std::process::Command::new("date")
            .args(["-u", "-d", &format!("@{}", days * 86_400), "+%F"])
            .output()
            .expect("date is there");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }
}

/// A revoked token: everything else went on saying that all is well.
#[test]
fn a_paused_shop_says_how_many_wait_and_when_the_first_is_lost() {
    let world = World::with(SECRET);
    let server = world.serve();
    let (code, calm) = status(&world);
    assert_eq!(code, Some(0), "{calm}");
    assert_eq!(calm.lines().count(), 3, "{calm}");
    assert!(calm.contains("LIVE, 1 shop; the server runs"), "{calm}");
    assert!(calm.contains("nothing that this store knows of"), "{calm}");
    world.tiktok.revoke(TOKEN);
    for n in 0..3 {
        server.post(&beacon(None, &[add_to_cart(&format!("sh-{n}"))]).to_string());
    }
    let note = until("the pause is told", || {
        let text = world.text(&["report"]);
        text.lines().find(|line| line.contains("sends are paused")).map(str::to_owned)
    });
    assert!(note.contains("3 events wait, and the first is lost at 20"), "{note}");
    let (code, said) = status(&world);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(said.lines().count(), 3, "{said}");
    assert!(said.contains("3 events to be sent, the oldest since 20"), "{said}");
    assert!(said.contains(&format!("{SHOP}: the shop's sends are paused")), "{said}");
    let json = status_json(&world);
    assert_eq!((&json["waiting"]["due"], &json["mode"]), (&json!(3), &json!("live")));
    assert!(json["waiting"]["first_lost_at"].is_i64(), "{json:#}");
    assert_eq!(json["wrong"].as_array().map(Vec::len), Some(1), "{json:#}");
    assert_eq!(server.stop(), Some(0));
    let (code, said) = status(&world);
    assert_eq!(code, Some(1));
    assert!(said.contains("no server runs") && said.lines().count() == 3, "{said}");
}

#[test]
fn test_mode_is_loud_in_every_place() {
    let world = World::with(&format!("{SECRET}\ntest_event_code = \"TEST123\""));
    let server = world.serve_with(&["--test-events"]);
    assert!(server.log().contains("TEST MODE"), "{}", server.log());
    assert!(server.get("/readyz").body.contains("1 of 1 shops send test events"));
    buy(&server, "t1");
    server.webhook("orders/create", "w1", &order(1, "t1"));
    world.end(purchase("t1")["event_id"].as_str().expect("an id"));
    let numbers = shop(&world);
    assert_eq!((&numbers["reported"]["n"], &numbers["test"]["n"]), (&json!(0), &json!(1)));
    let text = world.text(&["report"]);
    assert!(text.contains("reported       0 of 1") && text.contains("1 tests, which"), "{text}");
    assert!(text.contains("TEST MODE"), "{text}");
    let (code, said) = status(&world);
    assert_eq!(code, Some(0), "asked for, and so not wrong: {said}");
    assert!(said.starts_with("mode   TEST MODE: nothing counts"), "{said}");
    server.kill();
    let _live = world.serve();
    let (_, said) = status(&world);
    assert!(said.starts_with("mode   LIVE"), "{said}");
    assert!(!world.text(&["report"]).contains("TEST MODE"));
}

#[test]
fn the_start_says_what_runs_and_the_log_what_comes_first() {
    let world = World::administered(SECRET);
    let server = world.serve();
    until("it says what is next", || server.log().contains("assent snippet --shop").then_some(()));
    let log = server.log();
    for said in [
        "serves a shop shop=\"acme.myshopify.com\" cmp=\"shopify\" orders=\"by webhook\" mode=\"live\"",
        "public_url=\"https://events.example.com\"",
        "/admin is at the same address",
        "no pixel of this shop has been heard of",
    ] {
        assert!(log.contains(said), "{said}: {log}");
    }
    for token in ["t1", "t2"] {
        buy(&server, token);
    }
    server.webhook("orders/create", "w1", &order(1, "t1"));
    server.webhook("orders/create", "w2", &order(2, "t2"));
    for token in ["t1", "t2"] {
        world.end(purchase(token)["event_id"].as_str().expect("an id"));
    }
    for first in
        ["the first event from a browser", "the first order webhook", "that TikTok has taken"]
    {
        let log = server.log();
        assert_eq!(log.matches(first).count(), 1, "{first}: {log}");
    }
    server.kill();
    let server = world.serve();
    assert!(!server.log().contains("no pixel of this shop"), "{}", server.log());
}

/// An agency's hundred shops must not hide the rest of the start.
#[test]
fn shops_without_a_pixel_are_told_of_in_one_line() {
    let world = World::new();
    let mut config = std::fs::read_to_string(world.config()).expect("a file");
    for n in 0..3 {
        config += &format!(
            "\n[[shops]]\ndomain = \"more-{n}.myshopify.com\"\npixel_code = \"C4MORE0000000000000{n}\"\naccess_token_env = \
             \"ACME_TIKTOK_TOKEN\"\nconsent.cmp = \"shopify\"\n"
        );
    }
    std::fs::write(world.config(), config).expect("a file");
    let server = world.serve();
    let log = until("it says what is next", || {
        Some(server.log()).filter(|log| log.contains("no pixel of 4 shops"))
    });
    assert_eq!(log.matches("no pixel of").count(), 1, "{log}");
}

#[test]
fn who_opens_the_address_reads_that_it_is_there() {
    let world = World::new();
    let server = world.serve();
    let home = server.get("/");
    assert_eq!(home.status, 200);
    assert!(home.body.starts_with("Assent is here") && home.body.lines().count() == 1);
    let events = server.get("/v1/events");
    assert_eq!(events.status, 405);
    let problem: Value = serde_json::from_str(&events.body).expect("a problem");
    assert!(problem["title"].as_str().is_some_and(|title| title.contains("POST")), "{problem}");
    assert_eq!(events.header("allow"), Some("POST, OPTIONS"));
    assert_eq!(server.get("/wp-login.php").status, 404);
}
