//! Files run out after connections do, and the log names them.

use std::net::TcpStream;

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::json;

use crate::support::beacon::{add_to_cart, beacon};
use crate::support::server::World;
use crate::support::until;

/// The soft and the hard limit of a running process.
fn limits(pid: &str) -> (u64, u64) {
    let all = std::fs::read_to_string(format!("/proc/{pid}/limits")).expect("a running process");
    let line = all.lines().find(|line| line.starts_with("Max open files")).expect("a line");
    let mut numbers = line.split_whitespace().filter_map(|word| word.parse().ok());
    (numbers.next().expect("soft"), numbers.next().expect("hard"))
}

/// 1024 is what most systems begin with.
#[cfg(target_os = "linux")]
#[test]
fn as_many_files_as_connections_need_are_asked_for() {
    let world = World::new();
    let server = world.serve_after("ulimit -Sn 1024 && ulimit -Hn 4096");
    assert_eq!(limits(&server.pid().to_string()), (4096, 4096));
    assert!(server.log().contains("fewer connections than limits.connections"), "{}", server.log());
    assert_eq!(server.stop(), Some(0));
    let mut world = World::new();
    world.set_top("[limits]\nconnections = 1000");
    let server = world.serve_after("ulimit -Sn 300");
    assert_eq!(limits(&server.pid().to_string()).0, 1256);
    assert!(!server.log().contains("fewer connections"), "{}", server.log());
}

/// 400 idle connections where 300 files may be open: what is accepted is stored and delivered.
#[cfg(target_os = "linux")]
#[test]
fn strangers_take_no_file_that_the_store_or_a_delivery_needs() {
    let world = World::new();
    let server = world.serve_after("ulimit -n 300");
    let idle: Vec<TcpStream> =
        (0..400).filter_map(|_| TcpStream::connect(&server.address).ok()).collect();
    for n in 0..10 {
        let answer = server.post(&beacon(None, &[add_to_cart(&format!("sh-{n}"))]).to_string());
        assert_eq!((answer.status, &answer.json()["accepted"]), (202, &json!(1)));
    }
    until("all are delivered", || (world.tiktok.counted().len() == 10).then_some(()));
    assert_eq!(server.get("/readyz").status, 200);
    let log = server.log();
    assert!(!log.contains("token") && !log.contains("ERROR"), "{log}");
    drop(idle);
}

/// Where there are too few after all, the log says what is missing, and those who only wait give
/// theirs back. How many a process has at rest differs by machine: it gets three more than it has.
#[cfg(target_os = "linux")]
#[test]
fn files_that_run_out_are_called_files() {
    let world = World::new();
    let server = world.serve();
    assert_eq!(server.get("/readyz").status, 200);
    let at_rest = std::fs::read_dir(format!("/proc/{}/fd", server.pid())).expect("files").count();
    let few = u64::try_from(at_rest).ok().map(|at_rest| at_rest + 3);
    let pid = Pid::from_raw(server.pid().cast_signed());
    prlimit(pid, Resource::Nofile, Rlimit { current: few, maximum: few }).expect("fewer files");
    let idle: Vec<TcpStream> =
        (0..40).filter_map(|_| TcpStream::connect(&server.address).ok()).collect();
    until("the log says so", || {
        server.log().contains("connections wait: no more files can be opened").then_some(())
    });
    let answer = server.post(&beacon(None, &[add_to_cart("sh-1")]).to_string());
    assert_eq!(answer.status, 202);
    drop(idle);
    until("it is delivered", || (world.tiktok.counted().len() == 1).then_some(()));
    assert!(!server.log().contains("token"), "{}", server.log());
}
