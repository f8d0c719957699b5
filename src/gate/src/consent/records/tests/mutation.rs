//! No grant from garbage: whatever is done to a value that says no or nothing, a yes is read from
//! it only where a strict reader (strict/mod.rs) reads one too; nor from a value that was cut. A
//! seed is printed; the same one gives the same cases.

mod alter;
mod row;

use std::cell::RefCell;
use std::collections::BTreeMap;

use self::row::{Row, base64, percent};
use alter::{Dice, by_chance, cut, systematic};

use super::strict::{self, Device};
use super::*;
use crate::consent::decode::{self, Bits};
use crate::json::Json;
use crate::text::percent_decoded;

/// Of mutations by chance, over all rows.
const BY_CHANCE: usize = 60_000;

/// What the dice begin with: the same in every run, unless it is asked for another
/// (`ASSENT_SEED=7`).
fn seed() -> u64 {
    number_of("ASSENT_SEED", 0x5EED_0003)
}

/// How many times more than usual (`ASSENT_MUTATIONS=50`, with `--release`).
fn times() -> usize {
    usize::try_from(number_of("ASSENT_MUTATIONS", 1)).expect("a small number")
}

fn number_of(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}

const RECORDS: &str = include_str!("../../../../../../tests/vectors/consent-records.json");
const TCF: &str = include_str!("../../../../../../tests/vectors/tcf.json");
const GPP: &str = include_str!("../../../../../../tests/vectors/gpp.json");

/// How a value is wrapped, found by unwrapping it.
#[derive(Clone, Copy, PartialEq)]
enum Wrap {
    Plain,
    Percent,
    Base64,
}

impl Wrap {
    fn of(value: &str) -> (Self, String) {
        let Some(text) = percent_decoded(value) else { return (Self::Plain, value.to_owned()) };
        match crate::base64::text(&text) {
            Some(inner) if inner.starts_with('{') => (Self::Base64, inner),
            _ if text != value => (Self::Percent, text),
            _ => (Self::Plain, value.to_owned()),
        }
    }

    fn wrap(self, inner: &str) -> String {
        match self {
            Self::Plain => inner.to_owned(),
            Self::Percent => percent(inner),
            Self::Base64 => base64(inner),
        }
    }
}

/// What is counted, and what went wrong.
#[derive(Default)]
struct Tally {
    cases: usize,
    /// Mutations that became a yes for both readers: without them the property would be empty.
    shared: usize,
    wrong: BTreeMap<String, String>,
}

fn judge(row: &Row, value: &str, tally: &mut Tally) {
    tally.cases += 1;
    let jar = row.jar(value);
    // The whole of what is on the device now and then; else this tool's records.
    let own = !tally.cases.is_multiple_of(64);
    let formats = FORMATS.iter().filter(|format| !own || format.source.as_str() == row.source);
    let read = |format| read_as(std::slice::from_ref(format), &jar, Cmp::Auto, &[]);
    let records: Vec<Record> = formats.flat_map(read).collect();
    for record in &records {
        let source = record.source.as_str();
        // Another of this tool's own says no or cannot be read: then this one grants nothing.
        let own = records.iter().filter(|other| other.source == record.source);
        let together = own.map(|other| other.verdict).max();
        if !record.deciding
            || record.verdict != Verdict::Granted
            || together >= Some(Verdict::Unreadable)
        {
            continue;
        }
        let text = |(key, stored): &(Text, Stored)| (key.as_str().into(), stored.text().to_owned());
        let storage: Vec<(String, String)> = jar.storage.iter().map(text).collect();
        let device = Device::new(jar.cookie.as_deref().unwrap_or_default(), &storage);
        if strict::grants(&device, source, &record.key) {
            tally.shared += 1;
        } else {
            let (wrap, inner) = Wrap::of(value);
            let inner = if wrap == Wrap::Plain { "" } else { &inner };
            tally
                .wrong
                .entry(format!("{source} {}", record.key))
                .or_insert(format!("{value}\n      {inner}"));
        }
    }
}

fn settle(what: &str, tally: &Tally) {
    println!(
        "{what}: seed {}, {} cases, {} of them a yes to both readers",
        seed(),
        tally.cases,
        tally.shared
    );
    let list: Vec<String> =
        tally.wrong.iter().map(|(record, value)| format!("  {record}: {value}")).collect();
    assert!(list.is_empty(), "a yes that the strict reader does not share:\n{}", list.join("\n"));
}

#[test]
fn a_mutated_no_or_nothing_is_never_a_yes_that_a_strict_reader_does_not_share() {
    let rows = Row::all();
    let mut tally = Tally::default();
    let mut dice = Dice(seed());
    let others: Vec<&Row> = rows.iter().filter(|row| !row.says_yes).collect();
    let mut donors: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    rows.iter().for_each(|row| donors.entry(row.source.clone()).or_default().push(row));
    for row in &others {
        let Row { wrap, inner, .. } = row;
        if row.source != "gpp" {
            systematic(&row.value, &mut dice, &mut |value| judge(row, &value, &mut tally));
        }
        if *wrap != Wrap::Plain {
            systematic(inner, &mut dice, &mut |inner| judge(row, &wrap.wrap(&inner), &mut tally));
        }
        for value in [
            percent(&row.value),
            percent(&percent(&row.value)),
            base64(&row.value),
            inner.clone(),
            row.value.repeat(2),
        ] {
            judge(row, &value, &mut tally);
        }
    }
    for _ in 0..BY_CHANCE * times() {
        let row = others[dice.below(others.len())];
        let donors = &donors[&row.source];
        let donor = donors[dice.below(donors.len())];
        let bare = dice.below(3) == 0;
        let (mut text, donor) = if bare {
            (row.value.clone(), &donor.value)
        } else {
            (row.inner.clone(), &donor.inner)
        };
        for _ in 0..=dice.below(4) {
            text = by_chance(&text, donor, &mut dice);
            text.truncate(cut(&text, 2000));
        }
        let value = if bare { text } else { row.wrap.wrap(&text) };
        judge(row, &value, &mut tally);
    }
    settle("mutated refusals and silences", &tally);
    assert!(
        tally.cases >= 200_000 && tally.shared > 500,
        "{} cases, {} shared",
        tally.cases,
        tally.shared
    );
}

#[test]
fn a_yes_that_was_cut_is_a_yes_only_where_a_strict_reader_reads_one() {
    let mut tally = Tally::default();
    for row in Row::all().iter().filter(|row| row.says_yes) {
        let Row { wrap, inner, .. } = row;
        for at in (0..row.value.len()).filter(|at| row.value.is_char_boundary(*at)) {
            judge(row, &row.value[..at], &mut tally);
        }
        for at in (0..inner.len()).filter(|at| *wrap != Wrap::Plain && inner.is_char_boundary(*at))
        {
            judge(row, &wrap.wrap(&inner[..at]), &mut tally);
        }
    }
    settle("cut grants", &tally);
}

#[test]
fn every_yes_of_the_vectors_is_one_to_the_strict_reader() {
    let mut tally = Tally::default();
    let rows = Row::all();
    let granting: Vec<&Row> =
        rows.iter().filter(|row| row.says_yes && row.source != "shopify").collect();
    for row in &granting {
        let before = tally.shared;
        judge(row, &row.value, &mut tally);
        assert!(
            tally.shared > before || !tally.wrong.is_empty(),
            "{} {} {}",
            row.source,
            row.key,
            row.value
        );
    }
    settle("grants as they stand", &tally);
}

/// No decoder panics, and each tells a tree from nothing; every one is asked about every text.
#[test]
fn no_decoder_and_no_reading_panics_on_anything() {
    const SIGNS: &str = "{}[]\",:'\\%=&!.~_ +-/0123456789abcdefABCDEFtrufalsnCPYNé\u{0}\n😀";
    let signs: Vec<char> = SIGNS.chars().collect();
    let rows = Row::all();
    let mut dice = Dice(seed());
    let cases = RefCell::new(0_usize);
    let ask = |text: &str| {
        *cases.borrow_mut() += 1;
        for json in [
            Json::parse(text),
            decode::percent_json(text),
            decode::base64_json(text),
            decode::literal(text),
        ] {
            json.iter().for_each(|json| json.each("a", &mut |_| {}));
        }
        drop(decode::query(text));
        drop(decode::pairs(text, b',', b':'));
        drop((tcf::said(text), gpp::said(text), usp::opted_out(text)));
        if let Some(bits) = Bits::of(text) {
            (bits.number(0, 64), bits.fibonacci(0), bits.bit(usize::MAX / 2))
                .clone_into(&mut (None, None, None));
        }
    };
    for _ in 0..60_000 {
        let text: String = (0..dice.below(60)).map(|_| signs[dice.below(signs.len())]).collect();
        ask(&text);
    }
    for _ in 0..20_000 {
        let row = &rows[dice.below(rows.len())];
        let text = by_chance(&row.inner, &row.value, &mut dice);
        ask(&text[..cut(&text, 2000)]);
    }
    // Bytes of any kind, as whole cookie strings and under every key of localStorage.
    let names: Vec<String> = FORMATS
        .iter()
        .flat_map(|format| format.keys)
        .map(|key| key.name().replace('*', "12"))
        .collect();
    for _ in 0..3_000 {
        let bytes: Vec<u8> = (0..dice.below(60)).map(|_| dice.below(256) as u8).collect();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let name = &names[dice.below(names.len())];
        let cookie = if dice.below(2) == 0 { format!("{name}={text}") } else { text.clone() };
        let jar = Jar {
            cookie: Some(cookie.into()),
            storage: vec![(name.clone().into(), Stored::Text(text.into()))],
        };
        for record in read(&jar, Cmp::Auto, &[]) {
            assert!(record.deciding || record.source.as_str() != "tcf");
        }
        *cases.borrow_mut() += 1;
    }
    println!("garbage: seed {}, {} cases", seed(), cases.borrow());
}
