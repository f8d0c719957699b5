//! Starting, stopping, and being one only.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, anchor, beacon, purchase};
use crate::support::http::{raw, request};
use crate::support::server::{Server, TOKEN, World, free_address};
use crate::support::until;

#[test]
fn a_second_server_on_the_same_store_is_refused() {
    only_sqlite!();
    let world = World::new();
    let server = world.serve();
    let second = world.run(&["serve"]);
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("another server has this store open"), "{said}");
    drop(server.kill());
    let third = world.serve(); // the lock does not outlive `kill -9`
    assert_eq!(third.stop(), Some(0));
}

#[test]
fn sigterm_finishes_what_is_on_its_way() {
    let world = World::new();
    let server = world.serve();
    let events: Vec<Value> = (0..30).map(|n| add_to_cart(&format!("sh-{n}"))).collect();
    for event in &events {
        assert_eq!(server.post(&beacon(None, std::slice::from_ref(event)).to_string()).status, 202);
    }
    assert_eq!(server.stop(), Some(0));
    let at_stop = world.tiktok.received().len();
    let _server = world.serve();
    for event in &events {
        assert_eq!(world.end(event["event_id"].as_str().expect("an id"))["state"], "delivered");
    }
    assert_eq!(world.tiktok.counted().len(), events.len());
    let sent: usize = world.tiktok.received().iter().map(|request| request.events.len()).sum();
    assert_eq!(
        sent,
        events.len(),
        "{at_stop} before the stop; an acknowledged event was sent again"
    );
}

#[test]
fn while_the_store_cannot_be_written_beacons_are_told_to_come_again() {
    let world = World::new();
    let server = world.serve();
    let other = world.look();
    // As long as it lasts, nobody else writes.
    let lock = if world.place.is_database() {
        "BEGIN; LOCK TABLE event IN EXCLUSIVE MODE"
    } else {
        "BEGIN IMMEDIATE"
    };
    other.run(lock);
    let body = beacon(None, &[add_to_cart("sh-1")]).to_string();
    let answer = server.post(&body);
    assert_eq!((answer.status, &answer.json()["reason"]), (503, &json!("busy")));
    assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
    // The answer may come a moment before the store itself gives up.
    until("it is not ready", || (server.get("/readyz").status == 503).then_some(()));
    assert_eq!(server.get("/healthz").status, 200);
    other.run("ROLLBACK");
    assert_eq!(server.post(&body).json()["accepted"], 1);
    assert_eq!(server.get("/readyz").status, 200);
    until("it is delivered", || (world.tiktok.counted().len() == 1).then_some(()));
}

#[test]
fn nobody_else_on_the_machine_may_read_the_store() {
    only_sqlite!();
    let world = World::new();
    let _server = world.serve();
    for file in
        std::fs::read_dir(world.dir.path()).expect("a directory").map(|file| file.expect("a file"))
    {
        if file.file_name().to_string_lossy().starts_with("assent.db") {
            let mode = file.metadata().expect("a file").permissions().mode();
            assert_eq!(mode & 0o077, 0, "{:?} has mode {mode:o}", file.file_name());
        }
    }
}

#[test]
fn who_says_nothing_or_half_is_not_waited_for() {
    let world = World::new();
    let server = world.serve();
    let silent =
        ["", "POST /v1/events HT", "POST /v1/events HTTP/1.1\r\nHost: x\r\n"].map(|said| {
            let mut silent = TcpStream::connect(&server.address).expect("a connection");
            silent.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
            silent.write_all(said.as_bytes()).expect("a socket");
            silent
        });
    for mut silent in silent {
        let mut answer = Vec::new();
        silent.read_to_end(&mut answer).expect("closed before the test's own patience ends");
    }
    assert_eq!(world.rows(), 0);
}

/// A final answer would make the browser forget a beacon that a tunnel had cut in two.
#[test]
fn a_beacon_that_arrives_in_part_is_told_to_come_again() {
    let world = World::new();
    let server = world.serve();
    let whole = beacon(None, &[add_to_cart("sh-1")]).to_string();
    let head =
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/plain\r\n";
    let stalled =
        format!("{head}Content-Length: {}\r\n\r\n{}", whole.len(), &whole[..whole.len() / 2]);
    let garbled =
        format!("{head}Transfer-Encoding: chunked\r\n\r\n10\r\n{}\r\nzz\r\n", &whole[..16]);
    for part in [stalled, garbled] {
        let answer = raw(&server.address, part.as_bytes()).expect("an answer");
        assert_eq!((answer.status, &answer.json()["reason"]), (503, &json!("busy")), "{part}");
        assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("*"),
            "or the browser cannot read it"
        );
    }
    assert_eq!(server.post(&whole).json()["accepted"], 1, "it comes again, whole");
    until("it is delivered", || (world.tiktok.counted().len() == 1).then_some(()));
}

#[test]
fn a_request_under_way_is_answered_before_the_server_stops() {
    let world = World::new();
    let server = world.serve();
    let body = beacon(None, &[add_to_cart("sh-1")]).to_string();
    let (first, rest) = body.split_at(body.len() / 2);
    let mut browser = TcpStream::connect(&server.address).expect("a connection");
    browser.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    browser.write_all(head.as_bytes()).expect("a socket");
    // The server asks for the body: so it has begun with the request.
    let mut asked = [0; 25];
    browser.read_exact(&mut asked).expect("100 Continue");
    assert!(asked.starts_with(b"HTTP/1.1 100"));
    browser.write_all(first.as_bytes()).expect("a socket");
    server.tell_to_stop();
    until("it takes no new connection", || {
        TcpStream::connect(&server.address).is_err().then_some(())
    });
    browser.write_all(rest.as_bytes()).expect("a socket");
    let mut answer = String::new();
    browser.read_to_string(&mut answer).expect("an answer");
    assert!(answer.contains("202 Accepted"), "{answer}");
    assert_eq!(server.ended(), Some(0));
    let _again = world.serve();
    until("it is delivered", || (world.tiktok.counted().len() == 1).then_some(()));
}

#[test]
fn test_events_carry_the_code_and_do_not_count() {
    let world = World::with("test_event_code = \"TEST123\"");
    let server = world.serve_with(&["--test-events"]);
    let event = add_to_cart("sh-1");
    server.post(&beacon(None, std::slice::from_ref(&event)).to_string());
    assert_eq!(world.end(event["event_id"].as_str().expect("an id"))["state"], "delivered");
    assert_eq!(world.tiktok.counted().len(), 0);
    assert!(world.tiktok.received()[0].body.contains("\"test_event_code\":\"TEST123\""));

    let without = World::new().run(&["serve", "--test-events"]);
    assert_eq!(without.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&without.stderr).contains("test_event_code"));
}

#[test]
fn one_bad_event_refuses_only_itself() {
    let world = World::new();
    let server = world.serve();
    let (good, mut bad, mut wrong_id) =
        (add_to_cart("sh-1"), add_to_cart("sh-2"), add_to_cart("sh-3"));
    bad["browser"] = json!("maybe");
    wrong_id["shopify_event_id"] = json!("sh-4");
    let nonsense = json!({"name": "AddToCart"});
    let answer = server
        .post(&beacon(None, &[bad.clone(), good.clone(), wrong_id.clone(), nonsense]).to_string());
    assert_eq!(answer.status, 202);
    let refused = json!([
        {"event_id": bad["event_id"], "reason": "bad_event"},
        {"event_id": wrong_id["event_id"], "reason": "id_mismatch"},
        {"event_id": null, "reason": "bad_event"},
    ]);
    assert_eq!(answer.json(), json!({"accepted": 1, "duplicate": 0, "refused": refused}));
    world.end(good["event_id"].as_str().expect("an id"));
    assert_eq!(world.tiktok.counted().len(), 1);
}

#[test]
fn a_receipt_alone_is_taken_and_sends_nothing() {
    let world = World::with("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    let server = world.serve();
    let mut body = beacon(Some(&anchor("t1")), &[]);
    body["user"] =
        json!({"external_id": crate::support::beacon::hash("visitor"), "ttclid": "E.C.P.click"});
    body["page"] = json!({"url": "https://shop.acme.example/"});
    let answer = server.post(&body.to_string());
    assert_eq!(
        (answer.status, answer.json()),
        (202, json!({"accepted": 0, "duplicate": 0, "refused": []}))
    );
    assert_eq!(
        world.rows(),
        3 + 4,
        "a receipt and a context, each under its checkout and its visitor, and which pixel they came from"
    );
    // The same grant, read again, is the same receipt.
    server.post(&body.to_string());
    assert_eq!(world.rows(), 3 + 4);
    assert_eq!(world.tiktok.received().len(), 0);
}

#[test]
fn the_preflight_is_answered_and_unknown_paths_are_404() {
    let world = World::new();
    let server = world.serve();
    let asks = [("Origin", "null"), ("Access-Control-Request-Method", "POST")];
    let answer = request(&server.address, "OPTIONS", "/v1/events", &asks, b"").expect("an answer");
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("Content-Type"));
    assert!(
        answer
            .header("access-control-allow-methods")
            .is_some_and(|methods| methods.contains("POST"))
    );
    assert_eq!(server.get("/v1/other").status, 404);
}

#[test]
fn the_token_may_come_from_a_file() {
    let world = World::new();
    let text = std::fs::read_to_string(world.config()).expect("a file");
    let text =
        text.replace("access_token_env = \"ACME_TIKTOK_TOKEN\"", "access_token_file = \"token\"");
    std::fs::write(world.config(), text).expect("a file");
    std::fs::write(world.dir.path().join("token"), format!("{TOKEN}\n")).expect("a file");
    let server = world.serve();
    let event = purchase("t1");
    server.post(&beacon(Some(&anchor("t1")), std::slice::from_ref(&event)).to_string());
    until("it is delivered", || (world.tiktok.counted().len() == 1).then_some(()));
}

/// What systemd would read.
#[test]
fn a_supervisor_is_told_when_the_doors_are_open_and_when_they_close() {
    let world = World::new();
    let path = world.dir.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket.set_read_timeout(Some(Duration::from_secs(60))).expect("a deadline");
    let hear = || {
        let mut message = [0; 256];
        let n = socket.recv(&mut message).expect("it says where it stands");
        String::from_utf8_lossy(&message[..n]).trim().to_owned()
    };
    let mut command = world.command(&["serve"]);
    command.env("NOTIFY_SOCKET", &path);
    let server = Server::start(command);
    assert_eq!(hear(), "READY=1");
    assert_eq!(server.get("/healthz").status, 200, "it was ready");
    server.tell_to_stop();
    assert_eq!(hear(), "STOPPING=1");
    assert_eq!(server.ended(), Some(0));
}

#[test]
fn a_container_asks_whether_its_server_lives() {
    let mut world = World::new();
    let address = free_address();
    world.listen_at(&address);
    let ask = |world: &World, arguments: &[&str]| {
        let output = world.run(arguments);
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    let (code, said) = ask(&world, &["healthcheck"]);
    assert_eq!(code, Some(1), "nobody is there: {said}");
    assert!(said.contains(&format!("http://{address}/healthz did not answer")), "{said}");
    let server = world.serve();
    assert_eq!(ask(&world, &["healthcheck"]), (Some(0), "alive\n".to_owned()));
    let (code, said) = ask(&world, &["healthcheck", "--ready"]);
    assert!(code == Some(0) && said.starts_with("ready"), "{said}");
    assert_eq!(server.stop(), Some(0));
}
