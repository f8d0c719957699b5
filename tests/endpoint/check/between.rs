//! What may stand between a browser and the endpoint, and what it does to what passes.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Listens on a port of its own, for as long as the test's process lives; its address.
fn listen(serve: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            serve(stream);
        }
    });
    address
}

/// A proxy that leaves this header out, of requests and of answers.
pub(super) fn dropping(header: &'static str, server: &str) -> String {
    let server = server.to_owned();
    listen(move |mut client| {
        let request = without(&message(&mut client), header);
        let mut upstream = TcpStream::connect(&server).expect("the server is there");
        upstream.write_all(&request).expect("it takes it");
        let answer = without(&message(&mut upstream), header);
        // Whoever asked may have gone.
        let _ = client.write_all(&answer);
    })
}

/// A proxy that a browser speaks TLS through: whatever host is asked for, it leads here.
pub(super) fn tunnel(server: &str) -> String {
    let server = server.to_owned();
    listen(move |mut client| {
        let _connect = message(&mut client);
        let mut upstream = TcpStream::connect(&server).expect("the server is there");
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").expect("a client");
        let (mut down, mut up) =
            (client.try_clone().expect("a socket"), upstream.try_clone().expect("a socket"));
        thread::spawn(move || std::io::copy(&mut down, &mut up));
        thread::spawn(move || std::io::copy(&mut upstream, &mut client));
    })
}

/// Answers everything alike.
pub(super) fn saying(answer: String) -> String {
    listen(move |mut client| {
        let _request = message(&mut client);
        let _ = client.write_all(answer.as_bytes());
    })
}

/// Head and body, as long as its Content-Length says.
fn message(stream: &mut TcpStream) -> Vec<u8> {
    let (mut all, mut some) = (Vec::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut some).unwrap_or(0);
        all.extend_from_slice(&some[..n]);
        if n == 0 || is_whole(&all) {
            return all;
        }
    }
}

fn is_whole(message: &[u8]) -> bool {
    let Some(end) = message.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&message[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    message.len() >= end + 4 + length.map_or(0, |length| length.parse().expect("a number"))
}

fn without(message: &[u8], header: &str) -> Vec<u8> {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&message[..end]).into_owned();
    let name = format!("{header}:");
    let kept = head.lines().filter(|line| !line.to_lowercase().starts_with(&name));
    // One message a connection.
    let kept = kept.filter(|line| !line.to_lowercase().starts_with("connection:"));
    let head: Vec<_> = kept.chain(["Connection: close"]).collect();
    [head.join("\r\n").as_bytes(), &message[end..]].concat()
}
