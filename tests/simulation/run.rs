//! Seeds, one after the other; a failing one made small.

use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::audit::{Searched, standings};
use crate::judge::{Broken, TOLD};
use crate::log;
use crate::support::place::is_postgres;
use crate::trail::{self, Step};
use crate::world::World;

/// Of one seed, unless it is asked for otherwise.
const LENGTH: usize = 4000;
/// In `npm test`; `npm run torture` takes more.
const STEPS: usize = 20_000;
/// The same on a PostgreSQL, where each takes ten times as long.
const STEPS_ON_POSTGRES: usize = 4_000;
/// Making a failing seed small may take so long.
const PATIENCE: Duration = Duration::from_secs(90);

struct Failure {
    step: usize,
    broken: Broken,
}

#[derive(Default)]
struct Ran {
    counts: BTreeMap<&'static str, u64>,
    /// How accepted events stood when the steps were over.
    standings: BTreeMap<String, u64>,
    recovered: u64,
    breaches: BTreeMap<&'static str, u64>,
    searched: Searched,
}

/// The first promise that was broken; where only one is asked for, of that one.
fn first(world: &mut World) -> Option<Broken> {
    let only = std::env::var("ASSENT_SIMULATION_ONLY").unwrap_or_default();
    let broken = world.judge.broken.drain(..).find(|broken| broken.promise.contains(&only))?;
    let what = format!("{}{}", broken.what, world.story(&broken.what));
    Some(Broken { what, ..broken })
}

/// How a run ends: with everything that was accepted at its end, or at once.
#[derive(Clone, Copy, PartialEq)]
enum Until {
    AllHasEnded,
    LastStep,
}

fn run(seed: u64, steps: &[Step], until: Until) -> Result<Ran, Failure> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(seed);
        for (taken, step) in steps.iter().enumerate() {
            world.step(*step);
            if let Some(broken) = first(&mut world) {
                return Err(Failure { step: taken, broken });
            }
        }
        if until == Until::LastStep {
            world.audit();
            let broken = first(&mut world);
            return broken
                .map_or(Ok(Ran::default()), |broken| Err(Failure { step: steps.len(), broken }));
        }
        world.reconcile();
        let mut standings = standings(&world.server.rows);
        let recovered = world.recovered;
        if world.judge.gone_shop.is_some() {
            let accepted = world.judge.counts.get("events accepted").copied().unwrap_or_default();
            let gone = accepted + recovered - standings.values().sum::<u64>();
            standings.insert("gone with their shop".to_owned(), gone);
        }
        world.drains();
        match first(&mut world) {
            Some(broken) => Err(Failure { step: steps.len(), broken }),
            None => Ok(Ran {
                counts: world.judge.counts,
                standings,
                recovered,
                breaches: world.judge.breaches,
                searched: world.searched,
            }),
        }
    }));
    outcome.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let broken = Broken { promise: "nothing panics", what: text.unwrap_or_default() };
        Err(Failure { step: steps.len(), broken })
    })
}

/// Steps are left out for as long as the same promise is broken: all of one kind, then ever smaller
/// pieces.
struct Shrinking {
    seed: u64,
    until: Until,
    begun: Instant,
    kept: Vec<Step>,
    broken: Broken,
}

impl Shrinking {
    fn of(seed: u64, steps: &[Step], failure: &Failure) -> Self {
        let kept = steps[..steps.len().min(failure.step + 1)].to_vec();
        let until = if failure.step < steps.len() { Until::LastStep } else { Until::AllHasEnded };
        Self { seed, until, begun: Instant::now(), kept, broken: failure.broken.clone() }
    }

    /// Whether it could do without the rest.
    fn does_with(&mut self, fewer: &[Step]) -> bool {
        if self.begun.elapsed() > PATIENCE || fewer.len() == self.kept.len() {
            return false;
        }
        match run(self.seed, fewer, self.until) {
            Err(failure) if failure.broken.promise == self.broken.promise => {
                self.kept = fewer[..fewer.len().min(failure.step + 1)].to_vec();
                self.broken = failure.broken;
                true
            }
            _ => false,
        }
    }

    fn small(mut self) -> (Vec<Step>, Broken) {
        for kind in trail::kinds() {
            let others: Vec<Step> =
                self.kept.iter().filter(|step| step.kind != kind).copied().collect();
            self.does_with(&others);
        }
        let mut size = self.kept.len() / 2;
        while size > 0 {
            let mut at = 0;
            while at < self.kept.len() {
                let end = self.kept.len().min(at + size);
                let fewer = [&self.kept[..at], &self.kept[end..]].concat();
                if !self.does_with(&fewer) {
                    at += size;
                }
            }
            size /= 2;
        }
        (self.kept, self.broken)
    }
}

fn asked<T: std::str::FromStr>(what: &str) -> Option<T> {
    std::env::var(format!("ASSENT_SIMULATION_{what}")).ok()?.parse().ok()
}

fn explain(seed: u64, length: usize, steps: &[Step], failure: &Failure) -> String {
    let (kept, broken) = if asked::<u8>("WHOLE").is_some() {
        (Vec::new(), failure.broken.clone())
    } else {
        Shrinking::of(seed, steps, failure).small()
    };
    let numbers: Vec<String> = kept.iter().map(|step| step.number.to_string()).collect();
    let kinds: Vec<String> =
        kept.iter().map(|step| format!("{:>6} {:?}", step.number, step.kind)).collect();
    let command =
        "cargo test --release -p assent-endpoint --locked --test simulation -- --nocapture";
    let wanted = format!("ASSENT_SIMULATION_SEED={seed} ASSENT_SIMULATION_LENGTH={length}");
    format!(
        "seed {seed} breaks a promise at step {}: {}\n  {}\nmade small, to {} steps:\n{}\n  {}\n\
         the whole: {wanted} {command}\n\
         the small: {wanted} ASSENT_SIMULATION_KEEP={} {command}\n",
        failure.step,
        failure.broken.promise,
        failure.broken.what,
        kept.len(),
        kinds.join("\n"),
        broken.what,
        numbers.join(","),
    )
}

fn steps_of(seed: u64, length: usize) -> Vec<Step> {
    let all = trail::of(seed, length);
    match std::env::var("ASSENT_SIMULATION_KEEP") {
        Ok(kept) => {
            let kept: Vec<usize> =
                kept.split(',').filter_map(|number| number.parse().ok()).collect();
            all.into_iter().filter(|step| kept.contains(&step.number)).collect()
        }
        Err(_) => all,
    }
}

#[test]
fn whatever_happens_every_promise_is_kept() {
    let _alone = alone();
    let length = asked("LENGTH").unwrap_or(LENGTH);
    let only: Option<u64> = asked("SEED");
    let first = only.unwrap_or_else(|| asked("FIRST").unwrap_or(1));
    let usual = if is_postgres() { STEPS_ON_POSTGRES } else { STEPS };
    let wanted = if only.is_some() { length } else { asked("STEPS").unwrap_or(usual) };
    let long = asked("MINUTES").map(|minutes: u64| Duration::from_secs(minutes * 60));
    let (begun, mut taken, mut seeds, mut all) = (Instant::now(), 0, 0, Ran::default());
    for seed in first.. {
        let is_over = long.map_or(taken >= wanted, |long| begun.elapsed() >= long);
        if is_over {
            break;
        }
        let steps = steps_of(seed, length);
        match run(seed, &steps, Until::AllHasEnded) {
            Ok(ran) => {
                add(&mut all.counts, ran.counts);
                add(&mut all.standings, ran.standings);
                all.recovered += ran.recovered;
                add(&mut all.breaches, ran.breaches);
                all.searched.files += ran.searched.files;
                all.searched.bytes += ran.searched.bytes;
            }
            Err(failure) => {
                *all.breaches.entry(failure.broken.promise).or_default() += 1;
                tell(taken, seeds, begun.elapsed(), &all);
                panic!("{}", explain(seed, length, &steps, &failure))
            }
        }
        taken += steps.len();
        seeds += 1;
    }
    tell(taken, seeds, begun.elapsed(), &all);
}

/// Figures that `npm run torture` adds up, and reads whether they do.
#[expect(clippy::print_stdout, reason = "what was simulated is part of what the test shows")]
fn tell(taken: usize, seeds: usize, took: Duration, all: &Ran) {
    println!(
        "{taken} steps of {seeds} seeds in {:.1} s: {:.0} a minute",
        took.as_secs_f64(),
        60.0 * f64::from(u32::try_from(taken).unwrap_or(u32::MAX)) / took.as_secs_f64()
    );
    println!("torture: simulated steps: {taken}\ntorture: simulated seeds: {seeds}");
    for (what, n) in &all.counts {
        println!("torture: simulated: {what}: {n}");
    }
    println!("torture: simulated: events made of orders: {}", all.recovered);
    for (state, n) in &all.standings {
        println!("torture: simulated: stand as {state}: {n}");
    }
    let Searched { files, bytes } = all.searched;
    println!("torture: simulated: files searched for planted secrets: {files}");
    println!("torture: simulated: bytes searched for planted secrets: {bytes}");
    let breaches = |promise: &str| all.breaches.get(promise).copied().unwrap_or_default();
    let others = all.breaches.keys().filter(|promise| !TOLD.contains(promise));
    for promise in TOLD.iter().chain(others) {
        println!("torture: simulated breaches: {promise}: {}", breaches(promise));
    }
}

/// Without this a seed would be worth nothing. On a PostgreSQL it is worth less: with which statement one goes that
/// nobody waits for, and so which of them a planted fault hits, is a matter of its pace.
#[test]
fn a_seed_has_one_history() {
    if is_postgres() {
        return;
    }
    let _alone = alone();
    let lived = || {
        let mut world = World::new(7);
        let after = |step| {
            world.step(step);
            (step, world.history.finish(), world.judge.counts.clone())
        };
        trail::of(7, 1500).into_iter().map(after).collect::<Vec<_>>()
    };
    let (one, other) = (lived(), lived());
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one, other, "the first step after which they differ");
    }
}

/// Dice and log are the process's: one world at a time.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    log::listen();
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Goes on after a broken promise, and says which were broken how often, and where first.
#[test]
#[ignore = "to be read by a person"]
fn which_promises_are_broken() {
    let _alone = alone();
    let length = asked("LENGTH").unwrap_or(LENGTH);
    let seeds = asked("STEPS").unwrap_or(STEPS).div_ceil(length);
    let mut all: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for seed in (1..).take(seeds) {
        let mut world = World::new(seed);
        let mut heard = |world: &mut World, step: usize| {
            for Broken { promise, what } in world.judge.broken.drain(..) {
                let at = || (0, format!("seed {seed}, step {step}: {what}"));
                all.entry(promise).or_insert_with(at).0 += 1;
            }
        };
        for step in steps_of(seed, length) {
            world.step(step);
            heard(&mut world, step.number);
        }
        world.drains();
        heard(&mut world, length);
    }
    for (promise, (n, first)) in all {
        println!("{n:>6} {promise}\n       {first}");
    }
}

fn add<K: Ord>(to: &mut BTreeMap<K, u64>, more: BTreeMap<K, u64>) {
    for (key, n) in more {
        *to.entry(key).or_default() += n;
    }
}
