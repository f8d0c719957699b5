//! `/readyz` on a disk that is really full, on a store that is damaged, and when room is made again.

use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
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
    only_sqlite!();
    let world = World::new();
    let Some(server) = on_a_small_disk(&world) else {
        // Past the harness, which keeps what a test that passes prints.
        let said = "\nNOT TESTED: no file system may be mounted here, so /readyz was not tried on a \
                    disk that is really full (only with a quota). Run it where `unshare -rm` may\n";
        return std::io::stderr().write_all(said.as_bytes()).expect("stderr is there");
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
    only_sqlite!();
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

/// The root page of this table or index becomes zeros under a server that runs (one that starts looks
/// first, see store_file.rs): it must not be called ready once it has failed to store.
fn damaged(root_of: &str) {
    let world = World::new();
    let server = world.serve();
    assert_eq!(post(&server, "sh-1").status, 202);
    delivered(&world, 1);
    assert_eq!(server.get("/readyz").status, 200);
    zeroed(&world, root_of);
    let answer = post(&server, "sh-2");
    assert_eq!((answer.status, &answer.json()["reason"]), (503, &json!("busy")), "{root_of}");
    let said = server.get("/readyz");
    assert!(said.status == 503 && said.body.contains("malformed"), "{root_of}: {said:?}");
    assert_eq!(server.get("/healthz").status, 200);
}

fn zeroed(world: &World, root_of: &str) {
    let path = world.dir.path().join("assent.db");
    let other = rusqlite::Connection::open(&path).expect("a store");
    let (page, size): (u32, u32) = until("the log is folded", || {
        let fold = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: i64 = other.query_row(fold, [], |row| row.get(0)).expect("it is tried");
        let ask = "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = ?1";
        let found = other.query_row(ask, [root_of], |row| Ok((row.get(0)?, row.get(1)?)));
        (busy == 0).then(|| found.expect("a page"))
    });
    let file = std::fs::File::options().write(true).open(&path).expect("a store");
    let zeros = vec![0; usize::try_from(size).expect("a few")];
    file.write_all_at(&zeros, u64::from(page - 1) * u64::from(size)).expect("it is damaged");
    // Somebody else's commit: the server has to read its pages anew.
    other.execute_batch("UPDATE shop SET domain = domain").expect("a commit");
}

#[test]
fn a_damaged_store_is_not_ready() {
    only_sqlite!();
    for root_of in ["receipt", "event", "event_next"] {
        damaged(root_of);
    }
}
