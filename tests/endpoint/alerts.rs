//! `[alerts]` of the running server; the rest of it, with time in the test's hand, is beside its code.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use assent_endpoint::config::{Config, Secrets};
use serde_json::Value;

use crate::support::beacon::{add_to_cart, beacon};
use crate::support::server::{SHOP, TOKEN, World};
use crate::support::until;

/// Takes every request; each as it came.
fn collector() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let heard = requests.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let request = read(&stream);
            let _ = (&stream).write_all(b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n");
            heard.lock().expect("nobody panics").push(request);
        }
    });
    (address, requests)
}

fn read(mut stream: &TcpStream) -> String {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut chunk).unwrap_or_default();
        bytes.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let whole = text.starts_with("GET ") && text.ends_with("\r\n\r\n") || text.ends_with('}');
        if n == 0 || whole {
            return text;
        }
    }
}

#[test]
fn a_running_server_pings_while_all_is_well_and_tells_of_a_shop_that_stops() {
    let (address, requests) = collector();
    let heard = || requests.lock().expect("nobody panics").clone();
    let mut world = World::new();
    world.set_top(&format!(
        "[alerts]\nurl = \"http://{address}/hook/s3cret\"\nping_url = \"http://{address}/ping/s3cret\""
    ));
    let server = world.serve();
    until("it pings", || heard().iter().any(|r| r.starts_with("GET /ping/s3cret ")).then_some(()));
    world.tiktok.revoke(TOKEN);
    let event = add_to_cart("sh-1");
    server.post(&beacon(None, std::slice::from_ref(&event)).to_string());
    let post = until("the stop is told", || {
        heard().into_iter().find(|request| request.starts_with("POST /hook/s3cret "))
    });
    let (_, body) = post.split_once("\r\n\r\n").expect("a body");
    let told: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!((&told["alert"], &told["shop"]), (&"shop_stopped".into(), &SHOP.into()));
    assert_eq!(told["waiting"], 1);
    let why = told["why"].as_str().expect("why");
    assert!(why.contains("40105") && told["first_lost_at"].is_string(), "{told}");
    for personal in ["jane", TOKEN, event["event_id"].as_str().expect("an id"), "127.0.0.1"] {
        assert!(!body.contains(personal), "{personal} in {body}");
    }
    assert!(!server.log().contains("s3cret"), "an address is a key to somebody's door");
    assert!(
        server
            .get("/readyz")
            .body
            .contains("\npaused: the queues of 1 of 1 shops stand still; 1 events wait")
    );
    assert_eq!(server.stop(), Some(0), "and none of it keeps it from stopping");
}

fn faults(alerts: &str) -> Vec<String> {
    let text = format!(
        "public_url = \"https://events.example.com\"\n[alerts]\n{alerts}\n[[shops]]\ndomain = \"{SHOP}\"\n\
         pixel_code = \"C4EXAMPLE0000000000\"\naccess_token_env = \"T\"\nconsent.cmp = \"shopify\""
    );
    let read = Config::parse(&text, Path::new(""), Secrets::Needed, &|_| Some("x".to_owned()));
    read.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn an_address_is_https_or_stays_here_and_a_fault_does_not_repeat_it() {
    for good in [
        "url = \"https://hooks.example.com/s3cret?key=s3cret\"",
        "ping_url = \"http://127.0.0.1:9000/s3cret\"",
        "url = \"http://[::1]/\"\nping_url = \"https://ping.example.com/a\"",
        "",
    ] {
        assert_eq!(faults(good), [""; 0], "{good}");
    }
    for (bad, expected) in [
        ("url = \"http://hooks.example.com/s3cret\"", "alerts.url: https, please"),
        ("ping_url = \"ftp://127.0.0.1/s3cret\"", "alerts.ping_url: https, please"),
        ("url = \"s3cret\"", "alerts.url: an address"),
        ("url = \"https://me:s3cret@hooks.example.com/\"", "alerts.url: without user"),
        ("url = \"https://hooks.example.com/#s3cret\"", "alerts.url: without user"),
        ("uri = \"https://hooks.example.com/\"", "alerts.uri: unknown key"),
    ] {
        let said = faults(bad).join("\n");
        assert!(said.contains(expected) && !said.contains("s3cret"), "{bad}: {said}");
    }
}
