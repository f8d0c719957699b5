//! `assent receipts export`: what an auditor gets is what the beacons carried.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::beacon::{anchor, beacon, hash, now, purchase};
use crate::support::orders::order;
use crate::support::rows::Field;
use crate::support::server::{SHOP, World};
use crate::support::until;

fn export(world: &World, arguments: &[&str]) -> String {
    let output = world.run(&[&["receipts", "export"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a JSON document in each line"))
        .collect()
}

fn csv_rows(text: &str) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .deserialize::<std::collections::BTreeMap<String, String>>()
        .map(|row| json!(row.expect("a row")))
        .collect()
}

/// A beacon whose record has a name that a spreadsheet would run.
fn hostile() -> Value {
    let mut body = beacon(Some(&anchor("t1")), &[purchase("t1")]);
    body["cart"] = hash("cart").into();
    body["consent"]["shopify"]["preferences"] = Value::Null;
    body["consent"]["records"] = json!([{
        "source": "usp", "key": "=cmd|' /C calc'!A0;=1+1\",\"", "decision": "granted", "deciding": false, "opt_out": false,
        "decided_at": now() - 60, "id": hash("consent"), "value": hash("cookie"), "version": "@SUM(1)\r\n",
    }]);
    body
}

#[test]
fn exported_receipts_are_what_the_beacons_carried_while_the_server_runs() {
    let world = World::new();
    let server = world.serve();
    let (first, second) = (hostile(), beacon(Some(&anchor("t2")), &[purchase("t2")]));
    for body in [&first, &second] {
        assert_eq!(server.post(&body.to_string()).status, 202);
    }
    let receipts = json_lines(&export(&world, &["--format", "jsonl", "--shop", SHOP]));
    assert_eq!(receipts.len(), 2);
    for (receipt, body) in receipts.iter().zip([&first, &second]) {
        assert_eq!(receipt["shop"], SHOP);
        for key in ["checkout", "cart"] {
            // The first half of its anchor.
            let half = body[key].as_str().map(|anchor| &anchor[..32]);
            assert_eq!(receipt[key].as_str(), half, "{key}");
        }
        for key in ["decision", "rule", "basis", "evaluated_at", "gpc", "shopify", "records"] {
            assert_eq!(receipt[key], body["consent"][key], "{key}");
        }
        assert!(
            receipt["first_at"].as_i64().is_some_and(|at| (now() - at).abs() < 60),
            "{receipt}"
        );
        assert_eq!(receipt["first_at"], receipt["last_at"]);
    }

    let text = export(&world, &[]);
    assert_eq!(text.matches("\r\n").count(), 3, "a header and two rows, by RFC 4180:\n{text}");
    let rows = csv_rows(&text);
    assert_eq!(rows.len(), 2);
    let consent = &first["consent"];
    for (column, expected) in [
        ("shop", json!(SHOP)),
        ("checkout", json!(&first["checkout"].as_str().expect("an anchor")[..32])),
        ("cart", json!(&first["cart"].as_str().expect("an anchor")[..32])),
        ("evaluated_at", json!(consent["evaluated_at"].to_string())),
        ("decision", consent["decision"].clone()),
        ("rule", consent["rule"].clone()),
        ("basis", consent["basis"].clone()),
        ("gpc", json!("false")),
        ("shopify_marketing", json!("true")),
        ("shopify_preferences", json!("")),
        ("sources", json!("usp granted")),
    ] {
        assert_eq!(rows[0][column], expected, "{column}");
    }
    let records: Value =
        serde_json::from_str(rows[0]["records"].as_str().expect("a cell")).expect("JSON");
    assert_eq!(records, consent["records"]);
    assert_eq!((&rows[1]["cart"], &rows[1]["records"]), (&json!(""), &json!("[]")));
    let formula = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    // However a spreadsheet splits it: no piece begins like a formula.
    for piece in text
        .split([';', '\t', '\r', '\n'])
        .chain(rows[0].as_object().into_iter().flatten().filter_map(|(_, cell)| cell.as_str()))
    {
        assert!(!formula(piece), "{piece}");
    }
}

/// The shop's `cmp` is "shopify". What a beacon says of its own ground is not believed.
#[test]
fn the_ground_of_a_receipt_is_derived_from_what_is_on_record() {
    let world = World::new();
    let server = world.serve();
    let yes = |days: i64| {
        json!([{"source": "shopify", "key": "visitorConsentCollected", "decision": "granted",
            "deciding": false, "opt_out": false, "decided_at": now() - days * 86_400, "id": null,
            "value": hash("time"), "version": null}])
    };
    let rows = [
        ("permission", yes(1), "consent"),
        ("consent", yes(1), "consent"),
        ("consent", json!([]), "permission"),
        ("permission", json!([]), "permission"),
        ("consent", yes(397), "permission"),
        ("consent", yes(-2), "permission"),
    ];
    for (number, (said, records, _)) in rows.iter().enumerate() {
        let token = format!("t{number}");
        let mut body = beacon(Some(&anchor(&token)), &[purchase(&token)]);
        body["consent"]["basis"] = json!(said);
        body["consent"]["records"] = records.clone();
        assert_eq!(server.post(&body.to_string()).status, 202);
    }
    let receipts = json_lines(&export(&world, &["--format", "jsonl", "--shop", SHOP]));
    assert_eq!(receipts.len(), rows.len());
    for (receipt, (said, records, ground)) in receipts.iter().zip(&rows) {
        assert_eq!(receipt["basis"], *ground, "{said} {records}");
        assert_eq!(receipt["records"], *records, "and it stays as it was told");
    }
}

#[test]
fn times_stand_as_seconds_and_as_text_and_bound_the_export() {
    let world = World::new();
    assert_eq!(world.serve().stop(), Some(0));
    // 2025-11-22T08:26:40Z and a day later: `date -u -d @1763800000`.
    insert(&world, &[receipt(1, 1_763_800_000, 1_763_886_400)]);
    let rows = csv_rows(&export(&world, &[]));
    assert_eq!(
        (&rows[0]["first_at"], &rows[0]["first_at_utc"]),
        (&json!("1763800000"), &json!("2025-11-22T08:26:40Z"))
    );
    assert_eq!(
        (&rows[0]["last_at"], &rows[0]["last_at_utc"]),
        (&json!("1763886400"), &json!("2025-11-23T08:26:40Z"))
    );
    assert_eq!(rows[0]["evaluated_at_utc"], "2025-11-22T08:26:40Z");
    for (arguments, found) in [
        (&["--from", "2025-11-23"][..], 1),
        (&["--from", "2025-11-24"], 0),
        (&["--to", "2025-11-22"], 1),
        (&["--to", "2025-11-21"], 0),
        (&["--from", "2025-11-23T08:26:40Z"], 1),
        (&["--from", "2025-11-23T08:26:41Z"], 0),
        (&["--to", "2025-11-22T09:26:40+01:00"], 1),
        (&["--to", "2025-11-22T08:26:39Z"], 0),
        (&["--shop", "other.myshopify.com"], 0),
    ] {
        assert_eq!(csv_rows(&export(&world, arguments)).len(), found, "{arguments:?}");
    }
    for misuse in [
        &["--from", "yesterday"][..],
        &["--to", "2025-02-30"],
        &["--format", "pdf"],
        &["--shop", "acme"],
    ] {
        assert_eq!(
            world.run(&[&["receipts", "export"], misuse].concat()).status.code(),
            Some(2),
            "{misuse:?}"
        );
    }
}

/// Which hangs on nothing.
fn receipt(id: i64, first_at: i64, last_at: i64) -> Vec<Field> {
    let evidence = json!({
        "decision": "granted", "rule": "shopify_only", "basis": "permission", "evaluated_at": 0, "gpc": null,
        "shopify": {"marketing": true, "sale_of_data": true, "analytics": null, "preferences": null}, "records": [],
    });
    let (digest, evidence) = (id.to_be_bytes().to_vec(), evidence.to_string());
    let times = [first_at, last_at, first_at, first_at].map(Field::from);
    [id.into(), SHOP.into(), digest.into()]
        .into_iter()
        .chain(times)
        .chain([evidence.as_str().into()])
        .collect()
}

fn insert(world: &World, receipts: &[Vec<Field>]) {
    let columns =
        ["id", "shop", "digest", "first_at", "last_at", "evaluated_at", "granted_at", "evidence"];
    world.look().insert("receipt", &columns, receipts);
}

#[test]
fn thousands_are_exported_once_each_in_order_with_progress_beside_them() {
    let world = World::new();
    let server = world.serve();
    // Last in use much later, for the running server sweeps what is old.
    let receipts: Vec<_> = (1..=2500).map(|id| receipt(id, id, 9_999_999_999)).collect();
    insert(&world, &receipts);
    let output = world.run(&["receipts", "export", "--format", "jsonl"]);
    let lines = json_lines(std::str::from_utf8(&output.stdout).expect("text"));
    let order: Vec<_> =
        lines.iter().map(|line| line["first_at"].as_i64().expect("a time")).collect();
    assert_eq!(order, (1..=2500).collect::<Vec<_>>());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "2500 receipts exported\n");
    // Whoever has seen enough (`| head`) closes the pipe, and that is no failure.
    for format in ["csv", "jsonl"] {
        let mut command = world.command(&["receipts", "export", "--format", format]);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(
            output.status.code(),
            Some(0),
            "{format}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_file_is_complete_or_not_there_and_only_its_owner_can_read_it() {
    let world = World::new();
    let file = world.dir.path().join("receipts.csv");
    let arguments = ["receipts", "export", "--out", file.to_str().expect("a path")];
    let output = world.run(&arguments);
    assert_eq!(output.status.code(), Some(1), "no store yet");
    assert!(!file.exists());
    let server = world.serve();
    server.post(&hostile().to_string());
    let output = world.run(&arguments);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    assert_eq!(csv_rows(&std::fs::read_to_string(&file).expect("a file")).len(), 1);
    assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    let files = std::fs::read_dir(world.dir.path())
        .expect("a directory")
        .map(|file| file.expect("a file").file_name());
    assert!(files.into_iter().all(|name| !name.to_string_lossy().ends_with(".part")));
    // Through no link that somebody has laid where it is made or where it goes.
    let (other, link) =
        (world.dir.path().join("other"), world.dir.path().join("receipts.csv.part"));
    std::fs::write(&other, "mine").expect("a file");
    std::os::unix::fs::symlink(&other, &link).expect("a link");
    std::fs::remove_file(&file).expect("it was there");
    std::os::unix::fs::symlink(&other, &file).expect("a link");
    assert_eq!(world.run(&arguments).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&other).expect("a file"), "mine");
    assert_eq!(csv_rows(&std::fs::read_to_string(&file).expect("a file")).len(), 1);
    assert!(file.symlink_metadata().expect("a file").is_file(), "the link is replaced");
    let nowhere = world.dir.path().join("nowhere/receipts.csv");
    let output = world.run(&["receipts", "export", "--out", nowhere.to_str().expect("a path")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is the directory there"));
}

#[test]
fn a_receipt_that_cannot_be_read_is_named_and_hides_no_other() {
    let world = World::new();
    let server = world.serve();
    server.post(&beacon(Some(&anchor("t1")), &[purchase("t1")]).to_string());
    world.look().run(
        "INSERT INTO receipt VALUES (77, 'acme.myshopify.com', x'01', NULL, NULL, NULL, NULL, 1, 9999999999, 1, 1, '{}')",
    );
    let output = world.run(&["receipts", "export", "--format", "jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json_lines(std::str::from_utf8(&output.stdout).expect("text")).len(), 1);
    assert!(String::from_utf8_lossy(&output.stderr).contains("numbers in the store: 77"));
}

#[test]
fn after_an_erasure_the_bare_receipt_still_shows_that_there_was_a_grant() {
    let world = World::administered("");
    let server = world.serve();
    server.post(&hostile().to_string());
    assert_eq!(
        world.run(&["forget", "--shop", SHOP, "--checkout-token", "t1"]).status.code(),
        Some(0)
    );
    let receipts = json_lines(&export(&world, &["--format", "jsonl"]));
    assert_eq!(receipts.len(), 1);
    for gone in ["checkout", "cart"] {
        assert_eq!(receipts[0][gone], Value::Null);
    }
    let record = &receipts[0]["records"][0];
    assert_eq!(
        (&record["id"], &record["value"], &record["source"]),
        (&Value::Null, &Value::Null, &json!("usp"))
    );
    assert_eq!(
        (&receipts[0]["decision"], &receipts[0]["rule"]),
        (&json!("granted"), &json!("shopify_only"))
    );
    // A new yes is a new receipt, with its own links.
    assert_eq!(
        server.post(&beacon(Some(&anchor("t2")), &[purchase("t2")]).to_string()).status,
        202
    );
    assert_eq!(json_lines(&export(&world, &["--format", "jsonl"])).len(), 2);
}

#[test]
fn receipts_and_withdrawals_are_kept_as_long_as_the_configuration_says() {
    let mut world = World::new();
    assert_eq!(world.serve().stop(), Some(0));
    for (id, days) in [(1, 29), (2, 32), (3, 364), (4, 367)] {
        let at = now() - days * 24 * 3600;
        insert(&world, &[receipt(id, at, at)]);
        let no = format!("INSERT INTO withdrawal VALUES ('{SHOP}', x'0{id}', {at}, {at}, 1)");
        world.look().run(&no);
    }
    for (months, kept) in [(12, 3), (1, 1)] {
        world.set_top(&format!("[retention]\nreceipts_months = {months}"));
        let server = world.serve();
        until("what is too old has gone, receipts and withdrawals alike", || {
            (world.rows() == 2 * kept).then_some(())
        });
        assert_eq!(server.stop(), Some(0));
        let receipts = json_lines(&export(&world, &["--format", "jsonl"]));
        assert_eq!(i64::try_from(receipts.len()), Ok(kept));
    }
}

#[test]
fn one_orders_receipt_is_found_by_all_that_names_it_to_its_last_day() {
    let world = World::with("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    let server = world.serve();
    let sent = purchase("t1");
    for (token, event) in [("t1", &sent), ("t2", &purchase("t2"))] {
        let body = beacon(Some(&anchor(token)), std::slice::from_ref(event));
        assert_eq!(server.post(&body.to_string()).status, 202);
    }
    let mut bought = order(5_678_901_234_567, "t1");
    bought["name"] = json!("#EU1001");
    bought["order_number"] = json!(1001);
    assert_eq!(server.webhook("orders/create", "w1", &bought), "confirmed");
    let id = sent["event_id"].as_str().expect("an id");
    world.end(id);
    let found = |arguments: &[&str]| {
        json_lines(&export(&world, &[arguments, &["--format", "jsonl"]].concat()))
    };
    let all = found(&[]);
    let of_order = found(&["--order", "#EU1001"]);
    assert_eq!(of_order.len(), 1);
    let half = &anchor("t1")[..32];
    assert_eq!((all.len(), of_order[0]["checkout"].as_str()), (2, Some(half)));
    let number = world.why(id).expect("known")["ground"]["receipt"].clone();
    assert_eq!(of_order[0]["receipt"], number);
    let orders = ["1001", "5678901234567", "gid://shopify/Order/5678901234567"];
    for order in orders {
        assert_eq!(found(&["--order", order]), of_order, "{order}");
    }
    assert_eq!(found(&["--event-id", id]), of_order);
    assert_eq!(found(&["--checkout-token", "t1", "--shop", SHOP]), of_order);
    // As 7 days leave it: event and order have gone, and with them what led to them.
    assert_eq!(server.stop(), Some(0));
    world.damage("DELETE FROM event; DELETE FROM order_fact; DELETE FROM link WHERE kind <> 2");
    for order in orders {
        assert_eq!(found(&["--order", order]), of_order, "{order}");
    }
    assert_eq!(found(&["--checkout-token", "t1"]), of_order);
    for nothing in [&["--event-id", id][..], &["--order", "#1002"], &["--checkout-token", "t3"]] {
        let output = world.run(&[&["receipts", "export"], nothing].concat());
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{nothing:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("no consent was ever on record") && said.contains("#1001"), "{said}");
    }
    for misuse in [
        &["--order", "7", "--event-id", id][..],
        &["--order", "7", "--from", "2026-01-01"],
        &["--event-id", "7"],
    ] {
        let output = world.run(&[&["receipts", "export"], misuse].concat());
        assert_eq!(output.status.code(), Some(2), "{misuse:?}");
    }
}

/// Nothing of it was sent, and its consent is on record all the same.
#[test]
fn the_receipts_of_an_order_that_was_not_reported_are_those_of_its_checkout() {
    let world = World::with("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    let server = world.serve();
    let alone = beacon(Some(&anchor("t1")), &[]);
    assert_eq!(server.post(&alone.to_string()).status, 202);
    assert_eq!(server.stop(), Some(0));
    world.damage("DELETE FROM context"); // as 48 hours do
    let server = world.serve();
    assert_eq!(server.webhook("orders/create", "w1", &order(1001, "t1")), "no_context");
    let lines = json_lines(&export(&world, &["--order", "#1001", "--format", "jsonl"]));
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["receipt"], world.why("#1001").expect("known")["ground"]["receipt"]);
}
