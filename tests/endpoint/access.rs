//! `assent access`: what is kept of a customer, for shops to which Shopify passes on no request.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, now, purchase, withdrawal};
use crate::support::orders::order;
use crate::support::place::is_postgres;
use crate::support::server::{SHOP, Server, World};
use crate::support::until;

/// Purchases wait for their order, and contexts are kept.
const WEBHOOKS: &str = r#"webhook_secret_envs = ["ACME_SHOPIFY_SECRET"]"#;

fn access(world: &World, named: &[&str]) -> Output {
    world.run(&[&["access", "--shop", SHOP], named].concat())
}

fn document(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

fn reports(world: &World) -> Vec<PathBuf> {
    let folder = world.dir.path().join("data-requests");
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    files.map(|file| file.expect("a file").path()).collect()
}

/// Jane's Purchase waits for its order, after a visit to her cart; John's is another's.
fn shoppers(server: &Server) {
    let mut john = purchase("t2");
    john["user"]["external_id"] = hash("john").into();
    john["user"]["email"] = hash("john@example.com").into();
    john["user"]["phone"] = Value::Null;
    john["properties"]["order_id"] = "450789470".into();
    let jane = beacon(Some(&anchor("t1")), &[purchase("t1"), add_to_cart("sh-cart")]);
    for body in [jane, beacon(Some(&anchor("t2")), &[john])] {
        assert_eq!(server.post(&body.to_string()).status, 202);
    }
}

#[test]
fn whatever_names_the_customer_all_that_is_kept_of_them_and_nothing_of_anybody_else_is_told() {
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    shoppers(&server);
    let rows = world.rows();
    for named in [
        &["--order", "450789469"][..],
        &["--email-hash", &hash("jane@example.com")],
        &["--email", " Jane@Example.com"],
        &["--phone", "(213) 373-4253", "--country", "US"],
        &["--checkout-token", "t1"],
        &["--visitor", "visitor"],
    ] {
        let told = document(&access(&world, &[named, &["--json"]].concat()));
        let kept = &told["kept"];
        let events = kept["events"].as_array().expect("a list");
        let names: Vec<_> = events.iter().filter_map(|event| event["event"].as_str()).collect();
        assert_eq!(names, ["Purchase", "AddToCart"], "{named:?}");
        let jane = hash("jane@example.com");
        assert_eq!(events[0]["personal"]["event"]["user"]["email"], jane, "{named:?}");
        assert_eq!(kept["receipts"].as_array().map(Vec::len), Some(1), "{named:?}");
        assert_eq!(kept["contexts"].as_array().map(Vec::len), Some(1), "{named:?}");
        let text = told.to_string();
        for absent in [&hash("john@example.com"), "450789470", "jane@example.com", "+12133734253"] {
            assert!(!text.contains(absent), "{absent}: {named:?}");
        }
        for said in ["pseudonymous personal data", "Nothing of what customers did", "another name"]
        {
            assert!(text.contains(said), "{said} is not said");
        }
        assert_eq!((&told["request"], &told["asked_at"]), (&Value::Null, &Value::Null));
    }
    assert_eq!(world.rows(), rows, "asking changed something");
    assert_eq!(reports(&world).len(), 0, "--json writes no file");
}

#[test]
fn the_file_is_for_its_owner_only_and_lies_beside_the_store_or_where_it_is_told_to() {
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    shoppers(&server);
    let said = world.text(&["access", "--shop", SHOP, "--email", "jane@example.com"]);
    let written = reports(&world);
    assert_eq!(written.len(), 1, "{written:?}");
    // Beside a database: where the command works.
    let folder = if is_postgres() { world.dir.path() } else { Path::new("") };
    let told = written[0].strip_prefix(folder).expect("it is there");
    assert!(said.contains(&*told.to_string_lossy()), "{said}");
    assert_eq!(mode(&written[0]), 0o600);
    assert_eq!(mode(&world.dir.path().join("data-requests")), 0o700);
    for words in ["2 events", "1 receipts", "by e-mail address or phone number", "delete it"] {
        assert!(said.contains(words), "{words} is not said:\n{said}");
    }

    let out = world.dir.path().join("jane.json");
    std::fs::write(&out, "older").expect("a file");
    let path = out.to_str().expect("text");
    let output = access(&world, &["--order", "450789469", "--out", path, "--json"]);
    let printed = document(&output);
    let file = std::fs::read(&out).expect("a file");
    assert_eq!(serde_json::from_slice::<Value>(&file).expect("JSON"), printed);
    assert_eq!((mode(&out), reports(&world).len()), (0o600, 1));
    let nowhere = access(&world, &["--order", "450789469", "--out", "/nowhere/jane.json"]);
    assert_eq!((nowhere.status.code(), nowhere.stdout.len()), (Some(1), 0));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("is the directory there"));
}

/// So that the address stands in no shell's history and no list of processes.
#[test]
fn an_address_or_a_number_is_taken_from_standard_input() {
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    shoppers(&server);
    for (flag, given) in [("--email", "Jane@Example.com\r\n"), ("--phone", "+1 (213) 373-4253\n")] {
        let mut command = world.command(&["access", "--shop", SHOP, flag, "-", "--json"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let keyboard = child.stdin.take();
        keyboard.expect("piped").write_all(given.as_bytes()).expect("it is read");
        let told = document(&child.wait_with_output().expect("it ends"));
        assert_eq!(told["kept"]["events"].as_array().map(Vec::len), Some(2), "{flag}");
    }
}

#[test]
fn an_order_without_consent_and_a_withdrawal_are_told_and_nothing_is_said_in_words() {
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    assert_eq!(
        server.webhook("orders/create", "w1", &order(450_789_471, "t3")),
        "no_consent_on_record"
    );
    let told = document(&access(&world, &["--order", "450789471", "--json"]));
    assert_eq!(told["kept"]["orders"][0]["order_id"], "450789471");
    // By what the merchant calls it; a bare number is Shopify's id.
    let called = document(&access(&world, &["--order", "#450789471", "--json"]));
    assert_eq!(called["kept"], told["kept"]);
    assert_eq!(called["kept"]["orders"][0]["name"], "#450789471");
    assert_eq!(told["kept"]["receipts"], json!([]));

    assert_eq!(server.post(&beacon(None, &[add_to_cart("sh-1")]).to_string()).status, 202);
    let no = withdrawal(now(), &[], Some(&hash("visitor")));
    assert_eq!(server.post(&no.to_string()).status, 202);
    let told = until("the withdrawal is on record", || {
        let told = document(&access(&world, &["--visitor", "visitor", "--json"]));
        (told["kept"]["withdrawals"] != json!([])).then_some(told)
    });
    assert_eq!(told["kept"]["receipts"].as_array().map(Vec::len), Some(1));

    for nobody in [&["--email", "nobody@example.com"][..], &["--order", "1"]] {
        let output = access(&world, nobody);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{text}");
        for words in ["nothing is kept", "--visitor", "--checkout-token"] {
            assert!(text.contains(words), "{words} is not said: {text}");
        }
    }
    assert_eq!(reports(&world).len(), 0);
    let other = world.run(&["access", "--shop", "other.myshopify.com", "--order", "1"]);
    assert_eq!(other.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&other.stderr).contains("unknown to this store"));
    for misuse in [&[][..], &["--order", "1", "--visitor", "x"], &["--email", "jane"]] {
        assert_eq!(access(&world, misuse).status.code(), Some(2), "{misuse:?}");
    }
}
