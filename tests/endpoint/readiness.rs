//! `/readyz` on a disk that is really full, on a store that is damaged, and when room is made again.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::beacon::{add_to_cart, beacon};
use crate::support::http::Answer;
use crate::support::server::{Server, World};
use crate::support::until;

fn post(server: &Server, id: &str) -> Answer {
    server.post(&beacon(None, &[add_to_cart(id)]).to_string())
}

/// Beacons until none can be stored and the answer says so; how many were accepted.
fn fill(server: &Server) -> usize {
    let mut n = 0;
    until("nothing can be stored", || {
        let answer = post(server, &format!("sh-{n}"));
        match answer.status {
            202 => n += 1,
            // The last bytes of the disk may still do for a smaller commit, such as a courier's.
            503 => return (server.get("/readyz").status == 503).then_some(n),
            _ => panic!("{answer:?}"),
        }
        None
    })
}

/// Not ready while it is full; alive all along; ready, and taking beacons, once there is room. How
/// many were accepted.
fn live_through(server: &Server, make_room: impl FnOnce()) -> usize {
    assert_eq!(server.get("/readyz").status, 200);
    let accepted = fill(server);
    assert!(accepted > 0, "it began with a full disk");
    let said = server.get("/readyz");
    assert!(said.status == 503 && said.body.contains("the last commit failed"), "{said:?}");
    assert_eq!(server.get("/healthz").status, 200);
    let answer = post(server, "sh-late");
    assert_eq!((answer.status, &answer.json()["reason"]), (503, &json!("busy")));
    make_room();
    until("it is ready again", || (server.get("/readyz").status == 200).then_some(()));
    assert_eq!(post(server, "sh-late").json()["accepted"], 1);
    assert!(server.get("/readyz").body.starts_with("ready\n"));
    accepted + 1
}

fn delivered(world: &World, events: usize) {
    until("all that was accepted is delivered", || {
        (world.tiktok.counted().len() == events).then_some(())
    });
    assert_eq!(world.tiktok.violations(), Vec::<String>::new());
}

/// A file system of its own, of 4 MiB. `None`: this machine allows no such thing to whoever runs the
/// tests, and the quota's test has to do.
fn on_a_small_disk(world: &World) -> Option<Server> {
    let disk = world.dir.path().join("disk");
    std::fs::create_dir(&disk).expect("a directory");
    let may = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "none"])
        .arg(&disk)
        .stderr(Stdio::null())
        .status();
    if !may.is_ok_and(|status| status.success()) {
        return None;
    }
    world.rewrite("sqlite:assent.db", "sqlite:disk/assent.db");
    let serve = world.command(&["serve"]);
    let mut inside = Command::new("unshare");
    inside.args(["-rm", "sh", "-c", "mount -t tmpfs -o size=4m none \"$0\" && exec \"$@\""]);
    inside.arg(&disk).arg(serve.get_program()).args(serve.get_args());
    inside.envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Some(Server::start(inside))
}

#[test]
fn a_full_disk_is_not_ready_and_is_ready_once_there_is_room() {
    let world = World::new();
    let Some(server) = on_a_small_disk(&world) else {
        eprintln!("no disk of its own may be mounted here: see the test with a quota");
        return;
    };
    // The disk as the server sees it.
    let disk = format!("/proc/{}/root{}", server.pid(), world.dir.path().join("disk").display());
    let ballast = format!("{disk}/ballast");
    std::fs::write(&ballast, vec![0; 2 << 20]).expect("there is room for it");
    assert!(server.get("/readyz").body.contains("\ndisk: "), "{:?}", server.get("/readyz"));
    let accepted = live_through(&server, || std::fs::remove_file(&ballast).expect("it is there"));
    delivered(&world, accepted);
    assert_eq!(server.stop(), Some(0));
}

/// What a quota does, or a disk that fails: a write beyond the file's limit is an I/O error.
#[test]
fn a_file_that_may_not_grow_is_not_ready_and_is_ready_once_it_may() {
    let world = World::new();
    let serve = world.command(&["serve"]);
    let mut limited = Command::new("sh");
    // In blocks of 512 bytes; a store is made of some 200 KiB.
    limited.args(["-c", "trap '' XFSZ; ulimit -S -f 2000; exec \"$@\"", "sh"]);
    limited.arg(serve.get_program()).args(serve.get_args());
    limited.envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let server = Server::start(limited);
    let pid = server.pid().to_string();
    let accepted = live_through(&server, || {
        let raised = Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited:"]).status();
        assert!(raised.expect("prlimit is there").success());
    });
    delivered(&world, accepted);
    assert_eq!(server.stop(), Some(0));
}

/// The root page of this table or index is zeros. A start may be refused; a process that runs must
/// not be called ready once it has failed to store.
fn damaged(root_of: &str) {
    let world = World::new();
    let server = world.serve();
    assert_eq!(post(&server, "sh-1").status, 202);
    assert_eq!(server.stop(), Some(0));
    let path = world.dir.path().join("assent.db");
    let store = rusqlite::Connection::open(&path).expect("a store");
    let ask = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    let page: u32 = store.query_row(ask, [root_of], |row| row.get(0)).expect("a page");
    let size: u32 = store.query_row("PRAGMA page_size", [], |row| row.get(0)).expect("a size");
    drop(store);
    let mut bytes = std::fs::read(&path).expect("a store");
    let number = |n: u32| usize::try_from(n).expect("a few");
    let at = number(page - 1) * number(size);
    bytes[at..at + number(size)].fill(0);
    std::fs::write(&path, bytes).expect("it is damaged");
    let server = match Server::try_start(world.command(&["serve"])) {
        Ok(server) => server,
        Err(said) => return assert!(said.contains("store"), "{said}"),
    };
    let answer = post(&server, "sh-2");
    assert_eq!((answer.status, &answer.json()["reason"]), (503, &json!("busy")), "{root_of}");
    let said = server.get("/readyz");
    assert!(said.status == 503 && said.body.contains("malformed"), "{root_of}: {said:?}");
}

#[test]
fn a_damaged_store_is_not_ready() {
    for root_of in ["receipt", "event", "event_next"] {
        damaged(root_of);
    }
}
