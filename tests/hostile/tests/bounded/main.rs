//! A bounded run of every target over mutations of its corpus: part of `cargo test`, seconds long.
//!
//! What was tried is printed, captured or not. `ASSENT_MUTATIONS=100` tries a hundred times as many,
//! `ASSENT_SEED=7` others, `ASSENT_TARGET=device` of one kind alone; with `--release` a longer run is a quicker one.

mod allocations;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use assent_hostile::beacon::{Taken, beacon};
use assent_hostile::config::config;
use assent_hostile::device::device;
use assent_hostile::house::House;
use assent_hostile::mutate::{Dice, LONG, damaged};
use assent_hostile::{corpus, webhook};

/// A net, not a measure: the slowest takes a tenth of it in a debug build.
const LONGEST: Duration = Duration::from_secs(5);
/// Bytes that may be taken at once for each byte of an input, and for anything at all. JSON's
/// shortest value has two bytes, and 32 as a tree, in a list that may just have doubled; of TOML
/// each value knows its place too.
const PER_BYTE: usize = 160;
const AT_ALL: usize = 4 << 20;
/// TOML's parser keeps every place where it stumbled, and a file can be nothing else.
const PER_STUMBLE: usize = 512;
/// And for the largest webhook: itself twice, and 300,000 values.
const LARGEST: usize = 128 << 20;

fn number_of(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}

struct Run {
    target: &'static str,
    seeds: Vec<Vec<u8>>,
    /// What lends its words to the seeds: they themselves, and more.
    donors: Vec<Vec<u8>>,
    dice: Dice,
    tried: usize,
    long: usize,
    slowest: Duration,
    /// The most memory that one input took beyond what stood there.
    most: usize,
    outcomes: BTreeMap<String, usize>,
    began: Instant,
}

impl Run {
    fn of(target: &'static str) -> Self {
        let mut seeds: Vec<Vec<u8>> =
            corpus::of(target).into_iter().map(|(_, seed)| seed).collect();
        let mut donors = seeds.clone();
        if target == "device" {
            let (others, yes) = corpus::devices();
            donors.extend(others.iter().chain(&yes).cloned());
            seeds.extend(others);
        }
        let dice = Dice(number_of("ASSENT_SEED", 0x5EED_0013));
        let began = Instant::now();
        let (slowest, outcomes) = (Duration::ZERO, BTreeMap::new());
        Self { target, seeds, donors, dice, tried: 0, long: 0, slowest, most: 0, outcomes, began }
    }

    /// Each seed as it is, then `usual` mutations.
    fn over(mut self, usual: usize, ask: &mut dyn FnMut(&[u8]) -> String) {
        if std::env::var("ASSENT_TARGET").is_ok_and(|only| only != self.target) {
            return;
        }
        for seed in self.seeds.clone() {
            self.one(&seed, ask);
        }
        let times = usize::try_from(number_of("ASSENT_MUTATIONS", 1)).expect("a small number");
        for _ in 0..usual * times {
            let seed = self.dice.below(self.seeds.len());
            let donor = self.dice.below(self.donors.len());
            let input = damaged(&self.seeds[seed], &self.donors[donor], &mut self.dice);
            self.one(&input, ask);
        }
        self.tell();
    }

    fn one(&mut self, input: &[u8], ask: &mut dyn FnMut(&[u8]) -> String) {
        let (start, stands) = (Instant::now(), allocations::begin());
        let outcome = catch_unwind(AssertUnwindSafe(|| ask(input)));
        let took = allocations::peak().saturating_sub(stands);
        let mut time = start.elapsed();
        // Another process may have had the processor meanwhile: then it counts how quick it can be.
        for _ in 0..3 {
            if time > LONGEST && outcome.is_ok() {
                let start = Instant::now();
                ask(input);
                time = time.min(start.elapsed());
            }
        }
        let per_byte = if self.target == "config" { PER_STUMBLE } else { PER_BYTE };
        let bound = per_byte * input.len() + AT_ALL;
        if outcome.is_err() || time > LONGEST || took > bound {
            let file = std::env::temp_dir().join(format!("assent-hostile-{}", self.target));
            std::fs::write(&file, input).expect("a file");
            eprintln!(
                "{}: input {} is left in {}; put it into tests/fuzz/corpus/{}",
                self.target,
                self.tried,
                file.display(),
                self.target
            );
        }
        let outcome = outcome.unwrap_or_else(|panic| resume_unwind(panic));
        assert!(time <= LONGEST, "{}: {time:?} for {} bytes", self.target, input.len());
        assert!(took <= bound, "{}: {took} bytes for {}", self.target, input.len());
        self.tried += 1;
        self.long += usize::from(input.len() >= LONG - 100);
        self.slowest = self.slowest.max(time);
        self.most = self.most.max(took);
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    fn tell(&self) {
        let outcomes: Vec<String> =
            self.outcomes.iter().map(|(outcome, n)| format!("{outcome} {n}")).collect();
        // Not by `println!`, which a passing test keeps to itself.
        let _ = writeln!(
            std::io::stderr(),
            "hostile input: {} {} tried, {} of 70,000 bytes, slowest {:.0} ms, at most {} KiB, {:.1} s: {}",
            self.tried,
            self.target,
            self.long,
            self.slowest.as_secs_f64() * 1000.0,
            self.most / 1024,
            self.began.elapsed().as_secs_f64(),
            outcomes.join(", "),
        );
        assert!(self.tried > 100 && self.long > 0, "{} inputs, {} long", self.tried, self.long);
    }
}

/// Webhooks of 8 MiB, each of as many values of a kind as there is room for. Anybody who has a shop
/// here, or an app in one, can have them signed.
fn largest() -> Vec<Vec<u8>> {
    const ROOM: usize = 8 * 1024 * 1024 - 64;
    let names: String = (0..1_000_000).map(|n| format!("\"{n}\":0,")).collect();
    let fill = |unit: &str| unit.repeat(ROOM / unit.len());
    let inside = [fill("0,"), fill("[],"), fill("{\"a\":0},"), fill("\"\","), fill("\"\\u0061\",")];
    let mut bodies: Vec<String> =
        inside.iter().map(|inside| format!("{{\"id\":1,\"line_items\":[{inside}0]}}")).collect();
    let (names, _) = names[..names.len().min(ROOM)].rsplit_once(',').expect("a comma");
    bodies.push(format!("{{{names},\"id\":1}}"));
    bodies.push(fill("["));
    bodies.into_iter().map(String::into_bytes).collect()
}

/// One after the other: memory is counted over the whole process.
#[test]
fn damaged_input_gets_its_answer_and_never_a_grant() {
    let house = House::new();
    let mut granted = 0;
    let mut ask = |input: &[u8]| match beacon(&house, input) {
        Taken::Granted => {
            granted += 1;
            "granted".to_owned()
        }
        Taken::Refused => "refused".to_owned(),
        Taken::Withdrawn => "withdrawn".to_owned(),
    };
    Run::of("beacon").over(4_000, &mut ask);
    Run::of("withdrawal").over(1_500, &mut ask);
    let is_asked = std::env::var("ASSENT_TARGET").is_err();
    assert!(!is_asked || granted > 100, "{granted} were taken: are the seeds of this time?");
    let topics = ["orders/create", "orders/paid", "orders/cancelled", "refunds/create"];
    let mut turn = 0;
    Run::of("order").over(4_000, &mut |input| {
        turn += 1;
        if turn % 16 == 0 {
            webhook::stranger(&house, input);
            return "unsigned".to_owned();
        }
        webhook::order(&house, topics[turn % topics.len()], input)
    });
    let topics = ["customers/redact", "customers/data_request", "shop/redact"];
    Run::of("demand").over(1_500, &mut |input| {
        turn += 1;
        webhook::demand(&house, topics[turn % topics.len()], input)
    });
    for body in largest() {
        let stands = allocations::begin();
        webhook::order(&house, "orders/create", &body);
        let took = allocations::peak() - stands;
        assert!(took < LARGEST, "{} MiB for one webhook", took >> 20);
    }
    let stored = house.searched();
    assert!(stored > 100_000, "the store was searched: {stored} bytes");
    Run::of("config").over(4_000, &mut |input| {
        config(input);
        "judged".to_owned()
    });
    Run::of("device").over(4_000, &mut |input| {
        device(input);
        "judged".to_owned()
    });
}
