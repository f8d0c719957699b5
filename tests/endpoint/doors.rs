//! What each door asks for before it listens: who may ask the operator's, with which certificate, and
//! what a request's head says of it.

use serde_json::json;

use crate::support::beacon::{add_to_cart, beacon, hash, now, withdrawal};
use crate::support::front::{answers, connect, exchange};
use crate::support::http::{Answer, request};
use crate::support::server::{ADMIN_TOKEN, SHOP, World, free_address};
use crate::support::until;

const DEMANDS: &str = "/admin/api/demands";
const TOKEN: &str = "admin_token_env = \"ASSENT_ADMIN_TOKEN\"";

fn ask(address: &str, token: &str, from: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", &*bearer), ("X-Forwarded-For", from)];
    request(address, "GET", DEMANDS, &headers, b"").expect("an answer")
}

/// Whether `assent forget` got through to the server. (It found nothing to forget.)
fn reaches(world: &World) -> bool {
    let output = world.run(&["forget", "--shop", SHOP, "--order", "1"]);
    said(&output).contains("nothing is stored under that")
}

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// It is what privacy demands rest on: a word that could be guessed is no token.
#[test]
fn a_short_admin_token_is_a_fault_that_says_what_to_do() {
    let world = World::administered("");
    for (token, is_fault) in
        [("x".repeat(31), true), ("ö".repeat(10), true), ("x".repeat(32), false)]
    {
        let mut command = world.command(&["serve"]);
        // Whoever could start would go on for ever: the store's place is taken.
        if world.place.is_database() {
            world.look().run("CREATE TABLE IF NOT EXISTS anothers (n bigint)");
        } else {
            let _ = std::fs::create_dir(world.dir.path().join("assent.db"));
        }
        let output = command.env("ASSENT_ADMIN_TOKEN", &token).output().expect("it runs");
        let said = said(&output);
        let is_told = said.contains("ASSENT_ADMIN_TOKEN")
            && said.contains("fewer than 32 characters")
            && said.contains("openssl rand -hex 32");
        assert_eq!(is_told, is_fault, "{said}");
        assert!(!said.contains(&token), "a token is in {said}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn whoever_guesses_tokens_is_seen_slowed_down_and_in_nobodys_way() {
    let world = World::administered("");
    let server = world.serve();
    let guesses: Vec<u16> =
        (0..40).map(|n| ask(&server.address, &format!("guess{n}"), "203.0.113.7").status).collect();
    assert_eq!(guesses[..20], [401; 20]);
    assert!(guesses[20..].iter().filter(|status| **status == 429).count() >= 15, "{guesses:?}");
    // Not even the right one is looked at from there now; a guess would not be told from a hit.
    let late = ask(&server.address, ADMIN_TOKEN, "203.0.113.7");
    assert_eq!((late.status, &late.json()["reason"]), (429, &json!("rate_limited")));
    assert_eq!(late.header("retry-after"), Some("30"));
    for elsewhere in ["203.0.113.8", "2001:db8::7", "127.0.0.1"] {
        assert_eq!(ask(&server.address, ADMIN_TOKEN, elsewhere).status, 200, "{elsewhere}");
    }
    let log = server.log();
    assert_eq!(log.matches("came without the admin token").count(), 1, "{log}");
    assert!(!log.contains("guess0") && !log.contains("203.0.113"), "{log}");
}

#[test]
fn the_operators_paths_answer_at_their_own_address_only() {
    let mut world = World::administered("");
    let own = free_address();
    world.set_top(&format!("{TOKEN}\nadmin_listen = \"{own}\""));
    let server = world.serve();
    assert_eq!(ask(&server.address, ADMIN_TOKEN, "").status, 404);
    assert_eq!(ask(&own, ADMIN_TOKEN, "").status, 200);
    assert_eq!(ask(&own, "guessed", "").status, 401);
    let body = beacon(None, &[add_to_cart("sh-1")]).to_string();
    let kind = [("Content-Type", "text/plain")];
    assert_eq!(server.post(&body).status, 202);
    let there = request(&own, "POST", "/v1/events", &kind, body.as_bytes()).expect("an answer");
    assert_eq!(there.status, 404);
    for address in [&server.address, &own] {
        assert_eq!(request(address, "GET", "/healthz", &[], b"").expect("an answer").status, 200);
    }
    // The command that needs it finds it.
    assert!(reaches(&world));
    assert_eq!(server.stop(), Some(0));

    let port = own.rsplit(':').next().expect("a port");
    world.listen_at(&own);
    world.set_top(&format!("admin_listen = \"127.0.0.1:{port}\""));
    assert!(said(&world.run(&["serve"])).contains("admin_listen: another port than listen's"));
}

/// `forget` takes no other certificate than the file's: where it gets through, the server has the new
/// one.
#[test]
fn a_renewed_certificate_is_used_without_a_restart() {
    let mut world = World::administered("");
    let (own, renewed) = (world.dir.path().join("own"), world.dir.path().join("renewed"));
    for folder in [&own, &renewed] {
        assent_lab::certificate::make(folder).expect("a certificate");
    }
    world.set_top(&format!("{TOKEN}\n[tls]\ncert = \"own/cert.pem\"\nkey = \"own/key.pem\""));
    let server = world.serve();
    assert!(reaches(&world));
    // Between the two files they do not go together, and the old ones stay in use.
    let old = std::fs::read(own.join("cert.pem")).expect("a file");
    std::fs::copy(renewed.join("key.pem"), own.join("key.pem")).expect("a file");
    until("it has looked", || {
        assert!(reaches(&world), "the old certificate is gone");
        server.log().contains("cannot be used").then_some(())
    });
    std::fs::copy(renewed.join("cert.pem"), own.join("cert.pem")).expect("a file");
    assert_ne!(old, std::fs::read(own.join("cert.pem")).expect("a file"));
    until("the renewed one is in use", || reaches(&world).then_some(()));
    assert!(server.log().contains("the certificate has changed and was read again"));
}

#[test]
fn plain_http_from_beyond_this_machine_is_warned_of() {
    let mut world = World::new();
    let server = world.serve();
    assert!(!server.log().contains("plain http"), "{}", server.log());
    assert_eq!(server.stop(), Some(0));
    world.listen_at("0.0.0.0:0");
    world.set_top("admin_listen = \"0.0.0.0:0\"");
    let server = world.serve();
    let log = until("it has said so twice", || {
        let log = server.log();
        (log.matches("plain http from beyond this machine").count() == 2).then_some(log)
    });
    assert!(log.contains("listen takes") && log.contains("admin_listen takes"), "{log}");
}

/// Several headers, lists, structured fields: what says something says no.
#[test]
fn an_opt_out_in_the_head_is_heard_however_it_is_written() {
    let world = World::new();
    let server = world.serve();
    let with = |lines: &str, n: usize| {
        let body = beacon(None, &[add_to_cart(&format!("sh-{n}"))]).to_string();
        let request = format!(
            "POST /v1/events HTTP/1.1\r\nHost: e\r\nConnection: close\r\nContent-Type: text/plain\r\n{lines}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        exchange(connect(&server.address), request.as_bytes())[0].clone()
    };
    let opt_outs = [
        "Sec-GPC: 1\r\n",
        "sec-gpc: 1, 1\r\n",
        "Sec-GPC: 1,1\r\n",
        "Sec-GPC: 0, 1\r\n",
        "Sec-GPC: 0\r\nSec-GPC: 1\r\n",
        "Sec-GPC: 1\r\nSec-GPC: 0\r\n",
        "Sec-GPC: , 1 ,\r\n",
        "Sec-GPC: ?1\r\n",
        "Sec-GPC: \"1\"\r\n",
        "Sec-GPC: 1;a=b\r\n",
        "Sec-GPC: true\r\n",
    ];
    for (n, lines) in opt_outs.into_iter().enumerate() {
        let (status, text) = with(lines, n);
        assert!(status == 403 && text.contains("gpc_header"), "{lines:?}: {text}");
    }
    assert_eq!(world.rows(), 0, "something of an opt-out is stored");
    let none = ["", "Sec-GPC: 0\r\n", "Sec-GPC: 0, 0\r\n", "Sec-GPC:\r\n", "Sec-GPC: ?0\r\n"];
    for (n, lines) in none.into_iter().enumerate() {
        assert_eq!(with(lines, 100 + n).0, 202, "{lines:?}");
    }
}

/// Nothing of ours compresses a beacon; what does cannot be told from noise.
#[test]
fn a_beacon_with_a_content_encoding_is_of_no_media_type_of_ours() {
    let world = World::administered("");
    let server = world.serve();
    let body = beacon(None, &[add_to_cart("sh-1")]).to_string();
    for encoding in ["gzip", "br", "identity", "deflate, gzip", ""] {
        let headers = [("Content-Type", "text/plain"), ("Content-Encoding", encoding)];
        let answer = server.post_with(&headers, body.as_bytes());
        assert_eq!(
            (answer.status, &answer.json()["reason"]),
            (415, &json!("unreadable")),
            "{encoding}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
    assert_eq!(world.rows(), 0);
    let bearer = format!("Bearer {ADMIN_TOKEN}");
    let headers = [
        ("Authorization", &*bearer),
        ("Content-Type", "application/json"),
        ("Content-Encoding", "gzip"),
    ];
    let demand = json!({"shop": SHOP, "whom": {"order": "1"}}).to_string();
    let answer = request(&server.address, "POST", "/admin/api/forget", &headers, demand.as_bytes());
    assert_eq!(answer.expect("an answer").status, 415);
}

/// By these words a browser knows an answer of ours from anybody else's.
#[test]
fn a_withdrawal_is_answered_in_its_own_word_and_a_beacon_in_its() {
    let world = World::new();
    let server = world.serve();
    let no = server.post(&withdrawal(now(), &[], Some(&hash("visitor"))).to_string());
    assert_eq!((no.status, no.json()), (202, json!({"withdrawn": true})));
    let yes = server.post(&beacon(None, &[add_to_cart("sh-1")]).to_string());
    // The no is of this second or of a later one.
    assert!(yes.status == 403 || yes.json()["accepted"] == 1, "{yes:?}");
    let mut other = add_to_cart("sh-2");
    other["user"]["external_id"] = json!(hash("another"));
    assert_eq!(server.post(&beacon(None, &[other]).to_string()).json()["accepted"], 1);
    // On one connection, as a proxy sends them.
    let mut socket = connect(&server.address);
    let text = withdrawal(now(), &[], Some(&hash("another"))).to_string();
    let request = format!(
        "POST /v1/events HTTP/1.1\r\nHost: e\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    );
    let last = request.replace("Host: e\r\n", "Host: e\r\nConnection: close\r\n");
    std::io::Write::write_all(&mut socket, (request + &last).as_bytes()).expect("a socket");
    let all = answers(&mut socket);
    assert!(all.len() == 2 && all.iter().all(|(_, text)| text.contains("\"withdrawn\":true")));
}
