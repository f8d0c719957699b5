//! What no browser and no Shopify does to a socket: each is answered or dropped, and signed webhooks
//! go on meanwhile.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::front::{Front, answers, connect, exchange, is_closed};
use crate::support::orders::order;

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(600);
const ALIVE: &str = "GET /healthz HTTP/1.1\r\nHost: e\r\n\r\n";

/// Half a head, the first half of a beacon, and nothing at all.
#[test]
fn slow_heads_and_slow_bodies_end_and_are_in_nobodys_way() {
    let front = Front::with(|bounds| (bounds.patience, bounds.idle) = (SHORT, LONG));
    let said = ["", "POST /v1/ev", "POST /v1/events HTTP/1.1\r\nHost: e\r\nX-A: b\r\n"];
    let slow = (0..30).map(|n| {
        let mut socket = front.connect();
        socket.write_all(said[n % 3].as_bytes()).expect("a socket");
        socket
    });
    let slow: Vec<TcpStream> = slow.collect();
    assert_eq!(front.webhook("w1", &order(1, "t1")), 200);
    for mut socket in slow {
        assert!(is_closed(&mut socket), "a half head is waited for");
    }
}

/// Each byte in time, the whole never.
#[test]
fn a_head_that_comes_byte_by_byte_is_cut_off() {
    let front = Front::with(|bounds| (bounds.patience, bounds.idle) = (SHORT, LONG));
    let mut socket = front.connect();
    socket.set_read_timeout(Some(Duration::from_millis(20))).expect("a socket");
    let mut bytes = ALIVE.bytes().chain(std::iter::repeat(b'x'));
    let mut answer = [0; 1];
    let cut_off = (0..1000).find(|n| {
        let next = if *n < 20 { bytes.next().expect("endless") } else { b'x' };
        // Between two bytes it listens for a moment, and hears of the end.
        socket.write_all(&[next]).is_err()
            || !matches!(socket.read(&mut answer), Err(error) if error.kind() == ErrorKind::WouldBlock)
    });
    assert!(cut_off.is_some(), "a head of a thousand bytes, one each 20 ms, is waited for");
}

/// A proxy keeps its connections; a stranger behind it still has to finish a head.
#[test]
fn a_proxy_may_be_idle_and_then_has_to_finish_what_it_begins() {
    let front = Front::with(|bounds| {
        bounds.proxies = vec!["127.0.0.0/8".parse().expect("a network")];
        (bounds.patience, bounds.idle, bounds.idle_of_proxies) = (SHORT, Duration::ZERO, LONG);
    });
    let mut socket = front.connect();
    for _ in 0..2 {
        socket.write_all(ALIVE.as_bytes()).expect("a socket");
        let mut answer = [0; 512];
        let read = socket.read(&mut answer).expect("an answer");
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
        // Longer than a head may take.
        socket.set_read_timeout(Some(SHORT * 2)).expect("a socket");
        assert!(!is_closed(&mut socket), "an idle proxy is cut off");
        socket.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket");
    }
    socket.write_all(b"GET /he").expect("a socket");
    assert!(is_closed(&mut socket), "half a head is waited for");
}

/// They ask and ask, and take no answer.
#[test]
fn readers_that_never_read_lose_their_places() {
    let front = Front::with(|bounds| {
        (bounds.patience, bounds.connections, bounds.requests) = (SHORT, 2, u32::MAX);
    });
    let begun: Vec<TcpStream> = (0..2).map(|_| front.connect()).collect();
    let never_read = begun.into_iter().map(|mut socket| {
        std::thread::spawn(move || {
            let many = ALIVE.repeat(1000);
            // Only its end ends this.
            let end = loop {
                if let Err(error) = socket.write_all(many.as_bytes()) {
                    break error.kind();
                }
            };
            assert_ne!(end, ErrorKind::WouldBlock, "it waits for the stranger to read");
        })
    });
    let never_read: Vec<_> = never_read.collect();
    for reader in never_read {
        reader.join().expect("it lost its connection");
    }
    assert_eq!(front.webhook("w1", &order(1, "t1")), 200);
}

#[test]
fn a_connection_has_a_last_request_and_a_last_hour() {
    let front = Front::with(|bounds| bounds.requests = 3);
    let answers = exchange(front.connect(), ALIVE.repeat(10).as_bytes());
    assert_eq!(answers.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [200; 3]);
    let closes: Vec<_> =
        answers.iter().map(|(_, text)| text.contains("connection: close")).collect();
    assert_eq!(closes, [false, false, true], "the last one says so");

    let front = Front::with(|bounds| bounds.life = Duration::ZERO);
    assert_eq!(exchange(front.connect(), ALIVE.repeat(10).as_bytes()).len(), 1);
    // Whoever asks no more is sent away without one.
    let front = Front::with(|bounds| {
        (bounds.life, bounds.idle, bounds.patience) = (Duration::ZERO, SHORT, SHORT / 10);
    });
    assert!(is_closed(&mut front.connect()));
}

/// The short form of ten thousand idle connections: forty times as many as there are places.
#[test]
fn idle_connections_keep_nobody_out() {
    let front = Front::with(|bounds| {
        (bounds.connections, bounds.patience, bounds.idle) = (16, LONG, LONG);
    });
    let mut idle = Vec::new();
    for n in 0..640_u64 {
        let mut socket = front.connect();
        if n % 2 == 0 {
            socket.write_all(b"POST /v1/events HTTP/1.1\r\n").expect("a socket");
        }
        idle.push(socket);
        if n % 64 == 0 {
            assert_eq!(front.webhook(&format!("w{n}"), &order(n + 1, &format!("t{n}"))), 200);
        }
    }
    // The oldest went, the newest did not.
    assert!(is_closed(&mut idle[0]) && is_closed(&mut idle[500]));
    let newest = idle.last_mut().expect("many");
    newest.write_all(ALIVE.as_bytes()).expect("a socket");
    newest.set_read_timeout(Some(SHORT)).expect("a socket");
    assert_eq!(answers(newest)[0].0, 200);
}

#[test]
fn a_head_has_16_kib() {
    let front = Front::with(|_| {});
    let padded = |n: usize| {
        let padding = format!("X-Padding: {}\r\n", "x".repeat(1000)).repeat(n);
        let head =
            format!("GET /healthz HTTP/1.1\r\nHost: e\r\nConnection: close\r\n{padding}\r\n");
        exchange(front.connect(), head.as_bytes())
    };
    assert_eq!(padded(8)[0].0, 200);
    assert_eq!(padded(17)[0].0, 431);
    // One that has no end is told so long before it is at hyper's own bound of 408 KiB.
    let endless = format!("GET /healthz HTTP/1.1\r\nX-Padding: {}", "x".repeat(40_000));
    assert_eq!(exchange(front.connect(), endless.as_bytes())[0].0, 431);
}

/// RFC 9112, 6 and 11: what two readers could take for two different requests. After each stands a
/// request that must never be seen where it could be the first one's body.
#[test]
fn a_request_that_two_could_read_differently_is_the_connections_last() {
    let front = Front::with(|_| {});
    let hidden = "GET /healthz HTTP/1.1\r\nHost: e\r\n\r\n";
    let after = |lines: &str, body: &str| {
        format!(
            "POST /v1/events HTTP/1.1\r\nHost: e\r\nContent-Type: text/plain\r\n{lines}\r\n{body}{hidden}"
        )
    };
    let cases: &[(&str, String, &[u16])] = &[
        (
            "both, length first",
            after("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            &[400],
        ),
        (
            "both, length last",
            after("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
            &[400],
        ),
        ("chunked", after("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), &[400]),
        ("two lengths", after("Content-Length: 0\r\nContent-Length: 37\r\n", ""), &[400]),
        ("a list of lengths", after("Content-Length: 0, 37\r\n", ""), &[400]),
        ("a signed length", after("Content-Length: +37\r\n", ""), &[400]),
        ("a negative length", after("Content-Length: -1\r\n", ""), &[400]),
        ("a huge length", after("Content-Length: 99999999999999999999\r\n", ""), &[400]),
        ("a length in hex", after("Content-Length: 0x25\r\n", ""), &[400]),
        (
            "an unknown coding",
            after("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
            &[400],
        ),
        ("a hidden coding", after("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), &[400]),
        ("a space before the colon", after("Content-Length : 37\r\n", ""), &[400]),
        ("a folded line", after("X-A: b\r\n Content-Length: 37\r\n", ""), &[400]),
        ("a bare CR", after("X-A: b\rContent-Length: 37\r\n", ""), &[400]),
        ("a NUL", after("X-A: b\0c\r\n", ""), &[400]),
        ("no name", after(": b\r\n", ""), &[400]),
        ("a chunk without a size", after("Transfer-Encoding: chunked\r\n", "\r\n\r\n"), &[503]),
        (
            "a chunk larger than 64 bits",
            after("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n"),
            &[503],
        ),
        (
            "HTTP/1.0 chunked",
            "POST /v1/events HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
            &[400],
        ),
        ("no host", "GET /healthz HTTP/1.1\r\n\r\n".to_owned() + hidden, &[400]),
        (
            "two hosts",
            "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".to_owned() + hidden,
            &[400],
        ),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), &[]),
        ("no version", "GET /healthz\r\n\r\n".to_owned(), &[400]),
        ("TLS", "\u{16}\u{3}\u{1}\u{2}".to_owned(), &[400]),
    ];
    for (what, request, expected) in cases {
        let found = exchange(front.connect(), request.as_bytes());
        let statuses: Vec<u16> = found.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, *expected, "{what}: {found:?}");
    }
    // A lone line feed ends a line, as RFC 9112, 2.2 permits: nothing is hidden behind it, for a
    // length beside another is refused and a coding ends the connection.
    let bare = "GET /healthz HTTP/1.1\nHost: e\nConnection: close\n\n";
    assert_eq!(exchange(front.connect(), bare.as_bytes())[0].0, 200);
    let bare = after("X-A: b\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n");
    assert_eq!(exchange(front.connect(), bare.as_bytes()).len(), 1);
    let bare = after("X-A: b\nContent-Length: 0\r\nContent-Length: 37\r\n", "");
    assert_eq!(exchange(front.connect(), bare.as_bytes())[0].0, 400);
    assert_eq!(front.webhook("w1", &order(1, "t1")), 200);
}

#[test]
fn pipelined_requests_are_answered_in_turn() {
    let front = Front::with(|_| {});
    let beacon = "POST /v1/events HTTP/1.1\r\nHost: e\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}";
    let last = ALIVE.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let all = format!("{ALIVE}{beacon}{ALIVE}{}{last}", beacon.replace("{}", "{{"));
    let statuses: Vec<u16> =
        exchange(front.connect(), all.as_bytes()).iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [200, 400, 200, 400, 200]);
    // Byte by byte the same.
    let mut socket = connect(&front.address.to_string());
    for byte in all.bytes() {
        socket.write_all(&[byte]).expect("a socket");
    }
    assert_eq!(answers(&mut socket).len(), 5);
}
