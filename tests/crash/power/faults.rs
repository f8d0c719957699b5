//! A disk that is full, cannot sync, or cannot be written: at every single write in turn.

use serde_json::Value;
use tempfile::TempDir;

use crate::disk::{Disk, Fault, Unsynced};
use crate::endpoint::Endpoint;
use crate::judge::complaints;
use crate::support::beacon::anchor;
use crate::support::http::Answer;
use crate::support::orders::order;
use crate::workload::{Promise, Promises, no_of, secret, shopper};

/// Requests that have not been acknowledged: they are made again, as a browser and Shopify do.
#[derive(Default)]
struct Refused {
    requests: Vec<Request>,
    times: usize,
}

#[derive(Clone, Copy)]
enum Request {
    Beacon(usize),
    No(usize),
    Order(usize),
    Forget(usize),
}

/// Enough for every kind of write: new rows, changed rows, an emptied log, a log that begins anew.
const REQUESTS: [Request; 7] = [
    Request::Beacon(0),
    Request::Beacon(2),
    Request::Order(0),
    Request::No(2),
    Request::Forget(0),
    Request::Beacon(4),
    Request::No(4),
];

impl Request {
    fn send(self, endpoint: &Endpoint) -> Answer {
        match self {
            Self::Beacon(n) => endpoint.beacon(&shopper(n, true).0),
            Self::No(n) => endpoint.beacon(&no_of(n)),
            Self::Order(n) => endpoint.order(&format!("webhook-{n}"), &order_of(n)),
            Self::Forget(n) => endpoint.forget(&anchor(&format!("token-{n}"))),
        }
    }

    fn promise(self, answer: &Answer) -> Option<Promise> {
        let is_done = matches!(answer.status, 200 | 202);
        match self {
            Self::Beacon(n) if is_done => Some(Promise::Accepted { event_id: shopper(n, true).1 }),
            Self::No(n) if is_done => {
                let (beacon, event_id) = shopper(n, true);
                Some(Promise::Withdrawn { event_id, beacon })
            }
            // An erased order can be found by nobody.
            Self::Forget(n) if is_done && answer.json()["overwritten"] == true => {
                Some(Promise::Erased { event_id: shopper(n, true).1, secret: secret(n) })
            }
            Self::Beacon(_) | Self::No(_) | Self::Order(_) | Self::Forget(_) => None,
        }
    }

    /// The disk is at fault: that is said as the contract has it, and nothing else.
    fn is_busy(self, answer: &Answer) -> bool {
        let reason = serde_json::from_str::<Value>(&answer.body).unwrap_or_default();
        match self {
            Self::Beacon(_) | Self::No(_) | Self::Forget(_) => {
                answer.status == 503 && reason["reason"] == "busy"
            }
            Self::Order(_) => answer.status == 503,
        }
    }
}

fn order_of(n: usize) -> Value {
    order(1000 + u64::try_from(n).expect("it fits"), &format!("token-{n}"))
}

/// Sends them one after the other, and goes on after each that was refused.
fn all(endpoint: &Endpoint, disk: &Disk, promises: &mut Promises, refused: &mut Refused) {
    for request in REQUESTS {
        one(request, endpoint, disk, promises, refused);
    }
}

fn one(
    request: Request,
    endpoint: &Endpoint,
    disk: &Disk,
    promises: &mut Promises,
    refused: &mut Refused,
) {
    let answer = request.send(endpoint);
    if request.is_busy(&answer) {
        refused.requests.push(request);
        refused.times += 1;
    } else if let Some(promise) = request.promise(&answer) {
        promises.add(disk, promise);
    } else {
        let is_about_nothing = matches!(request, Request::Forget(_) | Request::Order(_));
        assert!(is_about_nothing && answer.status == 200, "{answer:?}");
    }
}

/// How often it was refused, and how often the disk failed.
fn under(fault: Fault) -> (usize, usize) {
    let folder = TempDir::new().expect("a folder");
    let disk = Disk::at(folder.path());
    let (mut promises, mut refused) = (Promises::default(), Refused::default());
    disk.fails(fault);
    match Endpoint::start(disk.folder()) {
        Ok(endpoint) => {
            all(&endpoint, &disk, &mut promises, &mut refused);
            let failed = disk.heals();
            // There is room again: the same process goes on.
            for request in std::mem::take(&mut refused.requests) {
                one(request, &endpoint, &disk, &mut promises, &mut refused);
            }
            assert!(refused.requests.is_empty(), "{fault:?}: it did not recover");
            check(&disk, &promises, fault);
            endpoint.stop();
            disk.unplug();
            (refused.times, failed)
        }
        // It says so and does not start; nothing was promised, and the next start makes it good.
        Err(_) => {
            let failed = disk.heals();
            let endpoint = Endpoint::start(disk.folder()).expect("there is room again");
            all(&endpoint, &disk, &mut promises, &mut refused);
            assert_eq!(refused.times, 0, "{fault:?}");
            check(&disk, &promises, fault);
            endpoint.stop();
            disk.unplug();
            (0, failed)
        }
    }
}

/// And now the power goes.
fn check(disk: &Disk, promises: &Promises, fault: Fault) {
    for unsynced in [Unsynced::Lost, Unsynced::Kept, Unsynced::Torn(7)] {
        let promised: Vec<&Promise> = promises.0.iter().map(|(_, promise)| promise).collect();
        let found = complaints(&disk.cut(disk.operations(), unsynced), promised.into_iter());
        assert!(found.is_empty(), "{fault:?}, then a power cut, {unsynced:?}: {found:#?}");
    }
}

/// Every place of a run without faults, or some of them.
fn places(of: usize) -> impl Iterator<Item = usize> {
    let step = if crate::is_long() { 1 } else { (of / 40).max(1) };
    (0..of).step_by(step)
}

fn whole_run() -> Counts {
    let folder = TempDir::new().expect("a folder");
    let disk = Disk::at(folder.path());
    let (mut promises, mut refused) = (Promises::default(), Refused::default());
    let endpoint = Endpoint::start(disk.folder()).expect("a store");
    all(&endpoint, &disk, &mut promises, &mut refused);
    let counts = Counts { writes: disk.writes_so_far(), syncs: disk.syncs_so_far().0 };
    endpoint.stop();
    disk.unplug();
    counts
}

struct Counts {
    writes: usize,
    syncs: usize,
}

#[test]
fn a_disk_that_is_full_at_any_write_loses_nothing_and_is_said_to_be_busy() {
    let run = whole_run();
    let (mut refused, mut looked) = (0, 0);
    for after in places(run.writes) {
        let (times, failed) = under(Fault::Full { after });
        assert!(failed > 0, "write {after} was never made");
        refused += times;
        looked += 1;
    }
    eprintln!(
        "full disks: {looked} survived, of {} writes, {refused} requests refused",
        run.writes
    );
    assert!(refused > looked, "hardly anything was refused");
}

#[test]
fn a_sync_that_fails_is_no_acknowledgement() {
    let run = whole_run();
    let (mut refused, mut looked) = (0, 0);
    for after in 0..run.syncs {
        let (times, failed) = under(Fault::SyncFails { after });
        assert!(failed > 0, "sync {after} was never made");
        refused += times;
        looked += 1;
    }
    eprintln!("failed syncs: {looked} survived, of {}, {refused} requests refused", run.syncs);
    assert!(refused > looked, "hardly anything was refused");
}

#[test]
fn a_disk_that_turns_read_only_takes_nothing_and_promises_nothing() {
    let folder = TempDir::new().expect("a folder");
    let disk = Disk::at(folder.path());
    let (mut promises, mut refused) = (Promises::default(), Refused::default());
    let endpoint = Endpoint::start(disk.folder()).expect("a store");
    one(Request::Beacon(0), &endpoint, &disk, &mut promises, &mut refused);
    disk.fails(Fault::ReadOnly);
    assert!(Endpoint::start(disk.folder()).is_err(), "two servers on one store");
    for request in REQUESTS {
        let answer = request.send(&endpoint);
        assert!(request.is_busy(&answer), "{answer:?}");
    }
    check(&disk, &promises, Fault::ReadOnly);
    disk.heals();
    all(&endpoint, &disk, &mut promises, &mut refused);
    assert_eq!(refused.times, 0, "it recovers");
    check(&disk, &promises, Fault::ReadOnly);
    endpoint.stop();
    // At a start: it says so, and leaves everything as it was.
    disk.fails(Fault::ReadOnly);
    assert!(Endpoint::start(disk.folder()).is_err(), "nothing can be written");
    disk.heals();
    check(&disk, &promises, Fault::ReadOnly);
    disk.unplug();
}
