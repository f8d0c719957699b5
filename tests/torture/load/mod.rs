//! Twice as much as one endpoint can carry, by sockets and with a release build (`npm run torture`, or
//! `cargo test --release --locked -p assent-endpoint --test torture -- --ignored --nocapture twice`).
//! Everything runs on one machine, so only what is compared within one run says something: what was
//! offered against what it carries, times under load against times without.

mod shoppers;

use std::collections::HashSet;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use self::shoppers::{Answered, Shoppers, Verdict};
use crate::fleet::{domain, pixel, token};
use crate::sink::Sink;
use crate::support::server::Server;
use crate::support::until;

/// How long it is flooded.
const FLOOD: Duration = Duration::from_secs(25);
/// How long is measured what it carries, and what it takes without load.
const MEASURED: Duration = Duration::from_secs(10);
/// Requests under way while it is measured what it carries.
const CLOSED: usize = 64;
/// Peak memory of the process, in KiB (docs/limits.md#under-twice-the-load).
const MEMORY: u64 = 256 * 1024;

struct Endpoint {
    server: Server,
    _dir: TempDir,
}

fn endpoint(sink: &Sink) -> Endpoint {
    let dir = TempDir::new().expect("a directory");
    let config = dir.path().join("assent.toml");
    // One machine is the whole crowd here.
    let text = format!(
        "listen = \"127.0.0.1:0\"\npublic_url = \"https://events.example.com\"\n\
         store = \"sqlite:assent.db\"\n[limits]\nbeacons_per_shop = 100000\n\
         beacons_per_address = 100000\n[tiktok]\napi_base = \"http://{}\"\n[[shops]]\n\
         domain = \"{}\"\nstorefronts = [\"shop.acme.example\"]\npixel_code = \"{}\"\n\
         access_token_env = \"TOKEN_0\"\nconsent.cmp = \"shopify\"\n",
        sink.address,
        domain(0),
        pixel(0)
    );
    std::fs::write(&config, text).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
    command.args(["serve", "--config"]).arg(&config).env("TOKEN_0", token(0));
    Endpoint { server: Server::start(command), _dir: dir }
}

impl Endpoint {
    /// In KiB.
    fn peak_memory(&self) -> u64 {
        let path = format!("/proc/{}/status", self.server.pid());
        let status = std::fs::read_to_string(path).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kib.and_then(|kib| kib.trim().parse().ok()).expect("a figure")
    }
}

/// In milliseconds.
fn p99(answers: &[Answered]) -> f64 {
    let accepted = answers.iter().filter(|one| one.verdict == Verdict::Accepted);
    let mut took: Vec<f64> = accepted.map(|one| one.took.as_secs_f64() * 1000.0).collect();
    took.sort_by(f64::total_cmp);
    took.get(took.len() * 99 / 100).copied().expect("some were accepted")
}

fn per_second(n: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(n).expect("few")) / took.as_secs_f64()
}

#[test]
#[ignore = "a measurement of a release build: npm run torture"]
fn twice_what_it_carries_is_borne() {
    let sink = Sink::start();
    let endpoint = endpoint(&sink);
    let mut shoppers = Shoppers::of(&endpoint.server.address);

    let alone = shoppers.in_turn(1, MEASURED, Duration::from_millis(5));
    let carried = shoppers.in_turn(CLOSED, MEASURED, Duration::ZERO);
    let rate = per_second(ids(&carried, Verdict::Accepted).count(), MEASURED);
    let begun = Instant::now();
    let flood = shoppers.at_rate(2.0 * rate, FLOOD);
    let offered = per_second(flood.len(), begun.elapsed());
    let ended = Instant::now();
    let mut after = Vec::new();
    let normal = until("times are normal again", || {
        let now = shoppers.in_turn(1, Duration::from_secs(1), Duration::from_millis(5));
        let is_normal = p99(&now) <= 2.0 * p99(&alone);
        after.extend(now);
        is_normal.then(|| ended.elapsed())
    });

    let all = [&alone[..], &carried, &flood, &after].concat();
    let accepted: HashSet<&str> = ids(&all, Verdict::Accepted).collect();
    let (mut drained, mut seen) = (Duration::ZERO, 0);
    while seen < accepted.len() {
        assert!(ended.elapsed() < Duration::from_secs(600), "{seen} of {}", accepted.len());
        std::thread::sleep(Duration::from_millis(100));
        (seen, drained) = (sink.len(), ended.elapsed());
    }
    let arrived = sink.ids();
    let lost = accepted.iter().filter(|id| !arrived.contains(**id)).count();
    let of = |verdict| ids(&flood, verdict).count();
    let ratio = p99(&flood) / p99(&alone);
    println!(
        "it carries {rate:.0} durable Purchases a second ({CLOSED} under way, delivering all the while)\n\
         offered: {offered:.0} a second for {} s: {} accepted ({:.0} a second), {} refused with \
         Retry-After, {} otherwise\n\
         p99 of accepted: {:.1} ms, without load {:.1} ms: {ratio:.2} times (3 are wanted); at what it carries {:.1} ms\n\
         after the end: times normal after {:.1} s, everything delivered after {:.1} s\n\
         peak memory: {:.0} MiB; the generator was late by {:.1} ms (p99)",
        FLOOD.as_secs(),
        of(Verdict::Accepted),
        per_second(of(Verdict::Accepted), FLOOD),
        of(Verdict::ComeLater),
        of(Verdict::Odd),
        p99(&flood),
        p99(&alone),
        p99(&carried),
        normal.as_secs_f64(),
        drained.as_secs_f64(),
        f64::from(u32::try_from(endpoint.peak_memory()).expect("small")) / 1024.0,
        shoppers::lateness(&flood),
    );
    crate::figures::print(&[
        ("flood: accepted", of(Verdict::Accepted)),
        ("flood: refused with Retry-After", of(Verdict::ComeLater)),
        ("flood breaches: accepted and not delivered", lost),
        ("flood breaches: delivered and not accepted", arrived.len() - (accepted.len() - lost)),
        ("flood breaches: neither accepted nor told to come later", of(Verdict::Odd)),
    ]);
    assert_eq!((lost, arrived.len()), (0, accepted.len()), "accepted is delivered, and no other");
    assert_eq!(of(Verdict::Odd), 0);
    assert!(of(Verdict::ComeLater) > 0, "it was no flood");
    assert!(endpoint.peak_memory() <= MEMORY, "{} KiB", endpoint.peak_memory());
}

fn ids(answers: &[Answered], verdict: Verdict) -> impl Iterator<Item = &str> {
    answers.iter().filter(move |one| one.verdict == verdict).map(|one| one.id.as_str())
}
