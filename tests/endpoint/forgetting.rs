//! `assent forget`: the customer's context, debt and links are gone, from the files too; the bare
//! receipt stays.

use std::io::Write as _;
use std::process::{Output, Stdio};

use assent_lab::tiktok::Fault;
use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, now, purchase, withdrawal};
use crate::support::orders::order;
use crate::support::place::is_postgres;
use crate::support::server::{SHOP, World};
use crate::support::until;

/// Purchases wait for their order, and contexts are kept.
const WEBHOOKS: &str = r#"webhook_secret_envs = ["ACME_SHOPIFY_SECRET"]"#;

fn id(event: &Value) -> &str {
    event["event_id"].as_str().expect("an id")
}

fn forget(world: &World, named: &[&str]) -> Output {
    world.run(&[&["forget", "--shop", SHOP], named].concat())
}

fn erased(world: &World, named: &[&str]) -> Value {
    let output = forget(world, &[named, &["--json"]].concat());
    assert_eq!(
        output.status.code(),
        Some(0),
        "{named:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

/// It failed, erased nothing, and said this.
fn refused(output: &Output, said: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{text}");
    assert!(said.iter().all(|words| text.contains(words)), "{said:?} is not said in: {text}");
}

/// Jane's checkout: a Purchase, whose cart and visitor have an AddToCart too.
fn jane(token: &str) -> (Value, Value) {
    let (event, cart) = (purchase(token), hash("cart"));
    let mut body =
        beacon(Some(&anchor(token)), &[event.clone(), add_to_cart(&format!("sh-cart-{token}"))]);
    body["cart"] = cart.into();
    body["consent"]["records"] = json!([{
        "source": "usp", "key": "usprivacy", "decision": "granted", "deciding": false, "opt_out": false,
        "decided_at": now() - 60, "id": hash("consent of jane"), "value": hash("jane's cookie"), "version": "1",
    }]);
    (event, body)
}

/// So that the address stands in no shell's history and no list of processes.
#[test]
fn an_address_or_a_number_is_taken_from_standard_input() {
    let world = World::administered("");
    let server = world.serve();
    let named = |flag: &str, given: &str| {
        let mut command = world.command(&["forget", "--shop", SHOP, flag, "-", "--json"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        // One that is refused before it reads closes the pipe.
        let _ = child.stdin.take().expect("piped").write_all(given.as_bytes());
        child.wait_with_output().expect("it ends")
    };
    for (flag, given) in
        [("--email", " Jane@Example.com\r\n"), ("--phone", "+1 (213) 373-4253\nmore\n")]
    {
        let (event, body) = jane(flag);
        assert_eq!(server.post(&body.to_string()).status, 202);
        assert_eq!(world.end(id(&event))["state"], "delivered");
        let output = named(flag, given);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let counts: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        assert!(counts["ended"].as_u64().is_some_and(|ended| ended > 0), "{counts}");
    }
    for (flag, given) in [("--email", "no address"), ("--email", ""), ("--phone", "")] {
        assert_eq!(named(flag, given).status.code(), Some(2), "{flag} {given}");
    }
}

/// Everything in the store that leads to Jane, as bytes.
fn traces(world: &World, token: &str) -> Vec<Vec<u8>> {
    let mut traces: Vec<Vec<u8>> = [anchor(token), hash("jane@example.com"), hash("+12133734253")]
        .into_iter()
        .chain([
            hash("visitor"),
            hash("consent of jane"),
            hash("jane's cookie"),
            "450789469".into(),
        ])
        .chain(["E.C.P.click".into(), "Mozilla/5.0 (test)".into(), "203.0.113.77".into()])
        .map(String::into_bytes)
        .collect();
    // A cart stands by half its anchor.
    let half = |text: &str| -> Vec<u8> {
        let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
        (0..32).step_by(2).map(byte).collect()
    };
    traces.extend([half(&hash("cart")), half(&anchor(token))]);
    for column in ["name FROM link", "visitor FROM receipt", "digest FROM receipt"] {
        traces.extend(world.look().column::<Vec<u8>>(&format!("SELECT {column}")));
    }
    traces
}

fn left(world: &World, traces: &[Vec<u8>]) -> Vec<String> {
    let bytes = world.store_bytes();
    let found = traces
        .iter()
        .filter(|trace| bytes.windows(trace.len()).any(|window| window == trace.as_slice()));
    found.map(|trace| String::from_utf8_lossy(trace).into_owned()).collect()
}

fn post(server: &crate::support::server::Server, body: &Value) {
    let headers = [("Content-Type", "text/plain"), ("X-Forwarded-For", "203.0.113.77")];
    assert_eq!(server.post_with(&headers, body.to_string().as_bytes()).status, 202);
}

#[test]
fn whatever_names_the_customer_everything_of_theirs_is_gone_from_the_files_of_a_running_server() {
    for named in [
        &["--order", "450789469"][..],
        &["--order", "gid://shopify/Order/450789469"],
        &["--email-hash", &hash("jane@example.com")],
        &["--phone-hash", &hash("+12133734253")],
        &["--email", " Jane@Example.com"],
        &["--phone", "+1 (213) 373-4253"],
        &["--phone", "(213) 373-4253", "--country", "US"],
        &["--checkout-token", "t1"],
        &["--visitor", "visitor"],
        &["--visitor", &hash("visitor")],
    ] {
        let world = World::administered(WEBHOOKS);
        let server = world.serve();
        let (event, body) = jane("t1");
        post(&server, &body);
        world.end(id(&body["events"][1])); // the AddToCart is delivered
        let traces = traces(&world, "t1");
        assert_eq!(
            left(&world, &traces).len(),
            traces.len(),
            "the test looks for what is not there"
        );

        let expected = json!({"undelivered": 1, "ended": 1, "contexts": 1, "receipts": 1, "orders": 0, "overwritten": !is_postgres()});
        assert_eq!(erased(&world, named), expected, "{named:?}");
        assert_eq!(left(&world, &traces), Vec::<String>::new(), "{named:?}");

        let story = world.why(id(&event)).expect("the bare row stays");
        assert_eq!(story["state"], "erased");
        assert!(
            story["reason"].as_str().is_some_and(|reason| reason.contains("erasure")),
            "{story:#}"
        );
        assert_eq!(world.why("450789469"), None);
        refused(&forget(&world, named), &["nothing", "as long as the receipts"]);
        assert_eq!(server.stop(), Some(0));
        assert_eq!(left(&world, &traces), Vec::<String>::new(), "{named:?}");
    }
}

/// An order that nobody consented to leads to its customer in the shop's admin, so what was told of
/// it goes too.
#[test]
fn what_shopify_told_of_an_order_goes_with_its_customer_and_stays_counted() {
    for named in [
        &["--order", "450789469"][..],
        &["--checkout-token", "t1"],
        &["--email", "jane@example.com"],
    ] {
        let world = World::administered(WEBHOOKS);
        let server = world.serve();
        let (event, body) = jane("t1");
        if named[0] == "--email" {
            post(&server, &body); // without consent nothing of an order leads to an address
        }
        server.webhook("orders/create", "w1", &order(450_789_469, "t1"));
        server.webhook("orders/create", "w2", &order(450_789_470, "t2"));
        if named[0] == "--email" {
            world.end(id(&event));
        }
        let story = world.why("450789469").expect("the order is known");
        assert_eq!(erased(&world, named)["orders"], 1, "{named:?}");
        assert_eq!(
            left(&world, &[b"450789469".to_vec(), anchor("t1").into_bytes()]),
            Vec::<String>::new(),
            "{named:?}"
        );
        assert_eq!(world.why("450789469"), None);
        assert!(world.why("450789470").is_some(), "another's order");
        let report = world.report();
        let today = &report["orders"][0];
        assert_eq!(today["orders"], 2, "{today:#}");
        // Shopify goes on telling of it; that it is forgotten stays known.
        assert_eq!(server.webhook("orders/paid", "w3", &order(450_789_469, "t1")), "noted");
        assert_eq!(
            left(&world, &[b"450789469".to_vec(), anchor("t1").into_bytes()]),
            Vec::<String>::new()
        );
        assert_eq!(&world.report()["orders"][0], today);
        let state = story["state"].as_str().expect("a state");
        assert!(
            today[state] == 1 || today["ended"][state].as_i64() >= Some(1),
            "{state}: {today:#}"
        );
    }
}

/// A beacon of an erased Purchase is a duplicate for ever; so is its order, whatever consent comes
/// after.
#[test]
fn an_erased_purchase_is_not_recovered_by_its_order() {
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    let (event, mut body) = jane("t1");
    body["events"] = json!([event]);
    post(&server, &body);
    post(&server, &withdrawal(now(), &[&anchor("t1")], None));
    erased(&world, &["--checkout-token", "t1"]);
    let no = now();
    until("a later second", || (now() > no).then_some(()));
    let mut again = beacon(Some(&anchor("t1")), &[]);
    again["user"] = json!({"external_id": hash("visitor")});
    post(&server, &again);
    assert_eq!(server.webhook("orders/create", "w1", &order(450_789_469, "t1")), "noted");
    assert_eq!(world.tiktok.received().len(), 0);
}

#[test]
fn others_are_not_touched() {
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    post(&server, &jane("t1").1);
    let mut other = purchase("t2");
    other["user"]["external_id"] = hash("another visitor").into();
    other["user"]["email"] = hash("john@example.com").into();
    other["user"]["phone"] = Value::Null;
    other["properties"]["order_id"] = "450789470".into();
    post(&server, &beacon(Some(&anchor("t2")), std::slice::from_ref(&other)));
    erased(&world, &["--email", "jane@example.com"]);
    assert_eq!(world.why(id(&other)).expect("known")["state"], "held");
    let bytes = world.store_bytes();
    for kept in [hash("john@example.com"), anchor("t2"), "450789470".to_owned()] {
        assert!(
            bytes.windows(kept.len()).any(|window| window == kept.as_bytes()),
            "{kept} is gone"
        );
    }
}

#[test]
fn without_a_server_the_store_is_opened_and_it_says_so_in_words_too() {
    let world = World::with(WEBHOOKS); // no admin API
    let none =
        if is_postgres() { "no store in this database yet" } else { "there is no store yet" };
    refused(&forget(&world, &["--order", "1"]), &[none]);
    let server = world.serve();
    let (_, body) = jane("t1");
    post(&server, &body);
    world.end(id(&body["events"][1]));
    let traces = traces(&world, "t1");
    drop(server.kill()); // the log is as the kill left it
    world.is_known_to_be_dead();
    let output = forget(&world, &["--checkout-token", "t1"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let files =
        if is_postgres() { "docs/postgres.md#what-an-erasure-leaves" } else { "overwritten" };
    for words in ["1 undelivered", "1 ended", "1 contexts", "receipts kept", files] {
        assert!(text.contains(words), "{words} is not in:\n{text}");
    }
    assert_eq!(left(&world, &traces), Vec::<String>::new());
    // The next server sends none of it.
    let server = world.serve();
    assert_eq!(server.stop(), Some(0));
    assert_eq!(world.tiktok.received().len(), 1, "the AddToCart of before");
}

#[test]
fn with_a_server_and_no_way_in_it_says_what_to_do_and_erases_nothing() {
    let mut world = World::administered(WEBHOOKS);
    world.set_top("");
    let server = world.serve();
    let (event, body) = jane("t1");
    post(&server, &body);
    let named = ["--order", "450789469"];
    refused(
        &forget(&world, &named),
        &["a server is running", "admin_token_env", "stop the server"],
    );
    // The file is newer than the server.
    world.set_top("admin_token_env = \"ASSENT_ADMIN_TOKEN\"");
    refused(&forget(&world, &named), &["no admin API", "Start it again"]);
    assert_eq!(server.stop(), Some(0));

    let server = world.serve();
    let with = |token: Option<&str>| {
        let mut command = world.command(&[&["forget", "--shop", SHOP], &named[..]].concat());
        match token {
            Some(token) => command.env("ASSENT_ADMIN_TOKEN", token),
            None => command.env_remove("ASSENT_ADMIN_TOKEN"),
        };
        command.output().expect("it runs")
    };
    refused(&with(None), &["ASSENT_ADMIN_TOKEN", "not known here"]);
    refused(&with(Some("guessed")), &["does not accept", "ASSENT_ADMIN_TOKEN"]);
    refused(
        &world.run(&["forget", "--shop", "other.myshopify.com", "--order", "1"]),
        &["other.myshopify.com", "unknown"],
    );
    assert_eq!(world.why(id(&event)).expect("known")["state"], "held");

    // The server without the token does not even start.
    assert_eq!(server.stop(), Some(0));
    let output =
        world.command(&["serve"]).env_remove("ASSENT_ADMIN_TOKEN").output().expect("it runs");
    refused(&output, &["admin_token_env", "ASSENT_ADMIN_TOKEN"]);
}

#[test]
fn a_server_with_its_own_certificate_is_known_by_it_and_no_other_is() {
    let mut world = World::administered(WEBHOOKS);
    let server = world.serve();
    post(&server, &jane("t1").1);
    assert_eq!(server.stop(), Some(0));
    let (own, other) = (world.dir.path().join("own"), world.dir.path().join("other"));
    for folder in [&own, &other] {
        assent_lab::certificate::make(folder).expect("a certificate");
    }
    let tls = |cert: &str| {
        format!(
            "admin_token_env = \"ASSENT_ADMIN_TOKEN\"\n[tls]\ncert = \"{cert}\"\nkey = \"own/key.pem\""
        )
    };
    world.set_top(&tls("own/cert.pem"));
    let _server = world.serve();
    world.set_top(&tls("other/cert.pem"));
    refused(&forget(&world, &["--order", "450789469"]), &["another certificate", "other/cert.pem"]);
    world.set_top(&tls("own/cert.pem"));
    assert_eq!(erased(&world, &["--order", "450789469"])["contexts"], 1);
}

#[test]
fn an_event_on_its_way_ends_at_once_and_is_never_sent_again() {
    let world = World::administered("");
    world.tiktok.fault(Fault::Hang.times(1));
    let server = world.serve();
    let event = add_to_cart("sh-1");
    let body = beacon(None, std::slice::from_ref(&event));
    post(&server, &body);
    until("it is on its way", || (world.tiktok.received().len() == 1).then_some(()));
    assert_eq!(erased(&world, &["--visitor", "visitor"])["undelivered"], 1);
    let story = world.why(id(&event)).expect("known");
    assert_eq!(story["state"], "erased", "{story:#}");
    assert!(
        story["reason"].as_str().is_some_and(|reason| reason.contains("on its way")),
        "{story:#}"
    );
    // The browser's outbox brings it once more: under the old grant, and under a new one.
    let rows = world.rows();
    assert_eq!(
        server.post(&body.to_string()).json(),
        json!({"accepted": 0, "duplicate": 1, "refused": []})
    );
    let mut later = body.clone();
    later["consent"]["evaluated_at"] = (now() + 1).into();
    assert_eq!(server.post(&later.to_string()).json()["duplicate"], 1);
    assert_eq!(world.rows(), rows, "its links came back");
    // Stopping waits for what is on its way; another server finds nothing to do.
    assert_eq!(server.stop(), Some(0));
    let server = world.serve();
    assert_eq!(server.stop(), Some(0));
    assert_eq!(world.why(id(&event)).expect("known")["state"], "erased");
    assert_eq!(world.tiktok.received().len(), 1);
}

#[test]
fn an_erasure_does_not_undo_a_withdrawal() {
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    let (event, body) = jane("t1");
    post(&server, &body);
    post(&server, &withdrawal(now(), &[&anchor("t1")], Some(&hash("visitor"))));
    assert_eq!(world.why(id(&event)).expect("known")["state"], "withdrawn");
    assert_eq!(erased(&world, &["--visitor", "visitor"])["undelivered"], 0);
    assert_eq!(server.post(&body.to_string()).status, 403, "the evidence from before the no");
    assert_eq!(world.why(id(&event)).expect("known")["state"], "withdrawn");
}

#[test]
fn a_reader_in_the_way_is_told() {
    only_sqlite!();
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    post(&server, &jane("t1").1);
    let reader = rusqlite::Connection::open(world.dir.path().join("assent.db")).expect("a store");
    reader.execute_batch("BEGIN; SELECT count(*) FROM event").expect("a long look");
    assert_eq!(erased(&world, &["--order", "450789469"])["overwritten"], false);
    reader.execute_batch("COMMIT").expect("it ends");
}

#[test]
fn misuse_exits_2_and_a_number_that_is_none_is_refused() {
    let world = World::new();
    for named in [
        &[][..],
        &["--order", ""],
        &["--order", "1", "--visitor", "x"],
        &["--email-hash", "jane@example.com"],
        &["--email-hash", &"A".repeat(64)],
        &["--email", "jane"],
        &["--visitor", " "],
        &["--order", "1", "--country", "DE"],
        &["--phone", "+12133734253", "--country", "Germany"],
    ] {
        let output = forget(&world, named);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{named:?}");
    }
    refused(&forget(&world, &["--phone", "373-4253"]), &["--phone", "--country"]);
}
