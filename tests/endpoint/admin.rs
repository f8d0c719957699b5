//! The admin API: there only where a token is configured, and only for whoever has it.

use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, purchase};
use crate::support::http::{Answer, request};
use crate::support::place::is_postgres;
use crate::support::server::{ADMIN_TOKEN, SHOP, Server, World};

const FORGET: &str = "/admin/api/forget";

fn demand(whom: &Value) -> String {
    json!({"shop": SHOP, "whom": whom}).to_string()
}

fn post(server: &Server, authorization: Option<&str>, body: &str) -> Answer {
    let mut headers = vec![("Content-Type", "application/json")];
    headers.extend(authorization.map(|value| ("Authorization", value)));
    request(&server.address, "POST", FORGET, &headers, body.as_bytes()).expect("an answer")
}

fn bearer() -> String {
    format!("Bearer {ADMIN_TOKEN}")
}

#[test]
fn without_a_configured_token_there_is_no_admin_api() {
    let world = World::new();
    let server = world.serve();
    for authorization in [None, Some("Bearer "), Some(&*bearer())] {
        assert_eq!(post(&server, authorization, &demand(&json!({"order": "1"}))).status, 404);
    }
}

#[test]
fn whoever_has_not_the_token_learns_nothing_and_changes_nothing() {
    let world = World::administered("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    let server = world.serve();
    server.post(&beacon(Some(&anchor("t1")), &[purchase("t1")]).to_string());
    let (longer, shorter) = (format!("{}x", bearer()), &bearer()[..bearer().len() - 1]);
    let basic = bearer().replace("Bearer", "Basic");
    for authorization in [
        None,
        Some(""),
        Some("Bearer "),
        Some("Bearer"),
        Some(&longer),
        Some(shorter),
        Some(&*basic),
    ] {
        let answer = post(&server, authorization, &demand(&json!({"order": "450789469"})));
        assert_eq!(
            (answer.status, &answer.json()["reason"]),
            (401, &json!("unauthorized")),
            "{authorization:?}"
        );
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    // A path that is there and one that is not look alike.
    for path in ["/admin/api/forget", "/admin/api/nonesuch", "/admin/api/"] {
        assert_eq!(server.get(path).status, 401, "{path}");
    }
    assert_eq!(world.why("450789469").expect("it is known")["state"], "held");
    assert!(!server.log().contains(ADMIN_TOKEN));
}

#[test]
fn a_demand_is_bounded_and_read_strictly() {
    let world = World::administered("");
    let server = world.serve();
    let (hashed, ok) = (hash("jane@example.com"), bearer());
    for (body, status, reason) in [
        ("{}".to_owned(), 400, "unreadable"),
        (demand(&json!({})), 400, "unreadable"),
        (demand(&json!({"contact": "jane@example.com"})), 400, "unreadable"),
        (demand(&json!({"contact": hashed, "order": "1"})), 400, "unreadable"),
        (demand(&json!({"order": "1".repeat(5000)})), 413, "too_large"),
        (
            json!({"shop": "other.myshopify.com", "whom": {"order": "1"}}).to_string(),
            404,
            "unknown_shop",
        ),
        (json!({"shop": "acme", "whom": {"order": "1"}}).to_string(), 404, "unknown_shop"),
    ] {
        let answer = post(&server, Some(&ok), &body);
        assert_eq!(
            (answer.status, &answer.json()["reason"]),
            (status, &json!(reason)),
            "{body:.100}"
        );
    }
    let authorized = [("Authorization", ok.as_str()), ("Content-Type", "text/plain")];
    let asked = |method, path| {
        request(&server.address, method, path, &authorized, b"{}").expect("an answer")
    };
    assert_eq!(asked("POST", FORGET).status, 415);
    assert_eq!(asked("GET", FORGET).status, 405);
    assert_eq!(asked("POST", "/admin/api/nonesuch").json()["reason"], "unknown_path");
}

#[test]
fn an_erasure_by_the_api_says_what_it_reached_and_may_be_repeated() {
    let world = World::administered("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    let server = world.serve();
    server.post(&beacon(Some(&anchor("t1")), &[purchase("t1")]).to_string());
    let by_phone = demand(&json!({"contact": hash("+12133734253")}));
    let answer = post(
        &server,
        Some(&bearer().to_lowercase().replace(&ADMIN_TOKEN.to_lowercase(), ADMIN_TOKEN)),
        &by_phone,
    );
    let expected = json!({"undelivered": 1, "ended": 0, "contexts": 1, "receipts": 1, "orders": 0, "overwritten": !is_postgres()});
    assert_eq!((answer.status, answer.json()), (200, expected));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let again = post(&server, Some(&bearer()), &by_phone);
    let nothing = json!({"undelivered": 0, "ended": 0, "contexts": 0, "receipts": 0, "orders": 0, "overwritten": !is_postgres()});
    assert_eq!((again.status, again.json()), (200, nothing));
    // The browser's door is as it was.
    assert_eq!(
        server.post(&beacon(None, &[add_to_cart("sh-1")]).to_string()).json()["accepted"],
        1
    );
    assert!(server.get("/healthz").header("www-authenticate").is_none());
}
