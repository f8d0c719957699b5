//! `assent serve --log json`: every line is one JSON object, whatever happens.

use serde_json::Value;

use crate::support::beacon::{add_to_cart, anchor, beacon, purchase};
use crate::support::orders::order;
use crate::support::server::{TOKEN, World};
use crate::support::until;

/// Every line, checked for what docs/operating.md#the-log promises of each.
fn lines(log: &str) -> Vec<Value> {
    let read = |line: &str| -> Value {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let at = line["timestamp"].as_str().expect("a time");
        // RFC 3339 in UTC: 2026-11-22T08:26:40.123456Z
        let shape: String = at.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        let whole = shape.split('.').next().expect("seconds");
        assert!(whole == "0000-00-00T00:00:00" && shape.ends_with('Z'), "{at}");
        let levels = ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"];
        assert!(levels.contains(&line["level"].as_str().expect("a level")), "{line}");
        assert!(line["message"].is_string(), "{line}");
        assert!(
            line["target"].as_str().is_some_and(|of| of.starts_with("assent_endpoint")),
            "{line}"
        );
        let nested = line.as_object().expect("an object").values();
        assert!(nested.into_iter().all(|value| !value.is_object() && !value.is_array()), "{line}");
        line
    };
    log.lines().map(read).collect()
}

#[test]
fn every_line_is_one_object_with_a_time() {
    let world = World::administered("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    let server = world.serve_with(&["--log", "json"]);
    server.post("{");
    server.post(&beacon(Some(&anchor("t1")), &[purchase("t1")]).to_string());
    server.webhook("orders/create", "w-1", &order(1, "t1"));
    server.webhook_with(&[("X-Shopify-Shop-Domain", "acme.myshopify.com")], b"{}");
    world.tiktok.revoke(TOKEN);
    server.post(&beacon(None, &[add_to_cart("sh-1")]).to_string());
    until("the pause is told", || server.log().contains("sends are paused").then_some(()));
    server.tell_to_stop();
    until("the end is told", || server.log().contains("\"message\":\"stopped\"").then_some(()));
    let told = lines(&server.log());
    let line = |message: &str| {
        let found =
            told.iter().find(|line| line["message"].as_str().is_some_and(|m| m.contains(message)));
        found.unwrap_or_else(|| panic!("{message}: {told:#?}"))
    };
    assert_eq!(line("listening")["shops"], 1);
    let paused = line("sends are paused");
    assert_eq!(
        (&paused["shop"], &paused["level"]),
        (&"acme.myshopify.com".into(), &"ERROR".into())
    );
    let webhook = line("a webhook");
    assert_eq!(
        (&webhook["topic"], &webhook["outcome"]),
        (&"orders/create".into(), &"confirmed".into())
    );
    assert_eq!(
        (&line("are refused")["reason"], &line("are refused")["n"]),
        (&"unsigned".into(), &1.into())
    );
}

/// Who collects the log must find why it did not start.
#[test]
fn a_start_that_fails_is_told_in_the_same_form() {
    let world = World::new();
    world.rewrite("listen = ", "lissten = 1\nlisten = ");
    let output = world.run(&["serve", "--log", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let told = lines(&String::from_utf8(output.stderr).expect("text"));
    assert_eq!((told.len(), &told[0]["level"]), (1, &"ERROR".into()));
    assert!(
        told[0]["message"].as_str().is_some_and(|m| m.contains("lissten: unknown key")),
        "{told:?}"
    );
    let output = world.run(&["serve"]);
    let text = String::from_utf8(output.stderr).expect("text");
    assert!(text.starts_with("assent: ") && text.contains("lissten: unknown key"), "{text}");
}

#[test]
fn the_level_is_the_environments() {
    let world = World::new();
    let mut command = world.command(&["serve", "--log", "json"]);
    command.env("ASSENT_LOG", "error");
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().expect("it runs");
    // At this level nothing is said, so the store tells that it has begun.
    let store = world.dir.path().join("assent.db");
    let begun = || {
        if world.place.is_database() { !world.look().tables().is_empty() } else { store.exists() }
    };
    until("it has begun", || begun().then_some(()));
    let pid = child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there");
    until("it has ended", || child.try_wait().expect("a child"));
    let said = child.wait_with_output().expect("its end").stderr;
    assert_eq!(String::from_utf8_lossy(&said), "");
}

/// A log on a full disk, or one that nobody reads any more, must not end the endpoint.
#[test]
fn a_log_that_cannot_be_written_stops_nothing() {
    let world = World::administered("");
    let mut command = world.command(&["serve"]);
    let full = std::fs::File::options().write(true).open("/dev/full").expect("a full device");
    let mut child = command.env("ASSENT_LOG", "debug").stderr(full).spawn().expect("it runs");
    let text = std::fs::read_to_string(world.config()).expect("a file");
    let address = text.split('"').nth(1).expect("an address").to_owned();
    let body = beacon(None, &[add_to_cart("sh-1")]).to_string();
    let answer = until("it takes a beacon", || {
        let headers = [("Content-Type", "text/plain")];
        crate::support::http::request(&address, "POST", "/v1/events", &headers, body.as_bytes())
    });
    assert_eq!(answer.status, 202);
    until("it is delivered", || (world.tiktok.counted().len() == 1).then_some(()));
    child.kill().expect("it was running");
    child.wait().expect("a child");
}
