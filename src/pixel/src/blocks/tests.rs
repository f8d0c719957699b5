//! The allocator on a made-up memory, in which a test knows what is in use.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{Blocks, HEAD, Memory, PAGE};

/// Words from the first page that is the allocator's on.
#[derive(Debug, Default)]
struct Made {
    words: RefCell<Vec<usize>>,
    most: usize,
}

/// Two pages of statics come before.
const FIRST: usize = 2;

impl Made {
    fn index(at: usize) -> usize {
        assert_eq!(at % 4, 0, "{at} is no word's address");
        (at - FIRST * PAGE) / 4
    }
}

impl Memory for Made {
    fn first(&self) -> usize {
        FIRST
    }

    fn pages(&self) -> usize {
        FIRST + self.words.borrow().len() * 4 / PAGE
    }

    fn grow(&self, pages: usize) -> Option<()> {
        let mut words = self.words.borrow_mut();
        let more = words.len() + (pages + pages % 2) * PAGE / 4;
        (more * 4 <= self.most * PAGE).then(|| words.resize(more, 0))
    }

    fn word(&self, at: usize) -> usize {
        self.words.borrow()[Self::index(at)]
    }

    fn write(&self, at: usize, word: usize) {
        self.words.borrow_mut()[Self::index(at)] = word;
    }

    fn clear(&self, at: usize, bytes: usize) {
        self.words.borrow_mut()[Self::index(at)..][..bytes / 4].fill(0);
    }
}

fn blocks(most: usize) -> Box<Blocks<Made>> {
    Box::new(Blocks::new(Made { words: RefCell::default(), most }))
}

fn rounded(size: usize) -> usize {
    size.max(16).next_power_of_two()
}

/// No address.
const BYTES: usize = 1;

/// A number that follows from the one before; the same in every run.
fn dice(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).expect("31 bits")
}

#[test]
fn no_two_blocks_overlap_and_each_lies_where_its_alignment_wants_it() {
    let blocks = blocks(1000);
    let mut taken = BTreeMap::new();
    let mut state = 1;
    for step in 0..5_000 {
        let most = if step % 100 == 0 { 100_000 } else { 700 };
        let size = dice(&mut state) % most;
        let at = blocks.hand_out(size, step % 3 == 0).expect("there is room");
        assert_eq!(at % rounded(size).min(HEAD), 0, "{size} at {at}");
        assert!((1..size).all(|within| (at + within) % PAGE >= HEAD || size > 8192));
        taken.insert(at, at + size.max(1));
    }
    let ends = taken.values().zip(taken.keys().skip(1));
    assert!(ends.into_iter().all(|(end, next)| end <= next));
}

/// Blocks in which the addresses of others stand among numbers. What is in use is what a search of
/// the test's own reaches from its roots: it must stay as it is, and only the rest may be handed
/// out. (The allocator may keep more: what stands in a block behind what was asked for may be
/// anything.)
#[test]
fn a_sweep_keeps_what_can_be_reached_and_hands_out_the_rest_again() {
    let blocks = blocks(400);
    let mut state = 7;
    // By address: what stands in it, a word each.
    let mut live: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut handed_out = 0;
    for round in 0..40 {
        let mut known: Vec<usize> = live.keys().copied().collect();
        for _ in 0..300 {
            let most = if dice(&mut state).is_multiple_of(50) { 40_000 } else { 300 };
            let size = 4 + dice(&mut state) % most;
            let is_bytes = dice(&mut state).is_multiple_of(3);
            let at = blocks.hand_out(size, is_bytes).expect("there is room");
            handed_out += size;
            let before = live.range(..at + size).next_back();
            assert!(
                before.is_none_or(|(other, words)| other + words.len() * 4 <= at),
                "round {round}: {at} is in use"
            );
            let mut word = |_| match dice(&mut state) % 120 {
                // In a block of bytes it is none.
                0 if !known.is_empty() => known[dice(&mut state) % known.len()] + 3,
                1 => FIRST * PAGE + dice(&mut state) % (400 * PAGE),
                _ => 0,
            };
            let words: Vec<usize> = (0..size / 4).map(&mut word).collect();
            for (index, word) in words.iter().enumerate() {
                blocks.memory.write(at + index * 4, *word);
            }
            known.push(at);
            live.insert(at, if is_bytes { vec![BYTES; size / 4] } else { words });
        }
        let roots: Vec<usize> = live.keys().copied().step_by(40).take(12).collect();
        let before: BTreeMap<usize, usize> = live
            .iter()
            .flat_map(|(at, words)| (0..words.len()).map(move |index| at + index * 4))
            .map(|at| (at, blocks.memory.word(at)))
            .collect();
        blocks.sweep(roots.iter().copied());
        let mut reached = BTreeMap::new();
        let mut ahead = roots;
        while let Some(word) = ahead.pop() {
            let Some((at, words)) = live.range(..=word).next_back() else { continue };
            if word < at + words.len() * 4 && reached.insert(*at, words.clone()).is_none() {
                ahead.extend(words);
            }
        }
        for (at, words) in &reached {
            for place in (0..words.len()).map(|index| at + index * 4) {
                assert_eq!(blocks.memory.word(place), before[&place], "round {round}: {place}");
            }
        }
        live = reached;
    }
    assert!(handed_out > 5 * blocks.memory.pages() * PAGE, "{handed_out} bytes");
}

/// What is free is overwritten, so that whoever still uses it is found out.
#[test]
fn what_nobody_reaches_is_spoilt_and_the_memory_does_not_grow() {
    let blocks = blocks(400);
    let kept = blocks.hand_out(24, false).expect("room");
    let text = blocks.hand_out(24, true).expect("room");
    let lost = blocks.hand_out(24, false).expect("room");
    let large = blocks.hand_out(100_000, false).expect("room");
    for at in [kept, text, lost, large] {
        blocks.memory.write(at, if at == kept { text + 8 } else { 5 });
    }
    blocks.memory.write(text + 4, lost); // a text is not searched
    blocks.sweep([kept].into_iter());
    assert_eq!([kept, text].map(|at| blocks.memory.word(at)), [text + 8, 5]);
    assert_ne!(blocks.memory.word(lost), 5);
    assert_ne!(blocks.memory.word(large), 5);
    let pages = blocks.memory.pages();
    assert!(!blocks.is_due());
    for _ in 0..100 {
        blocks.hand_out(100_000, false).expect("room");
        blocks.sweep([kept].into_iter());
    }
    assert_eq!(blocks.memory.pages(), pages);
}

#[test]
fn where_there_is_no_more_memory_nothing_is_handed_out_and_a_sweep_makes_room() {
    let blocks = blocks(20);
    let taken = std::iter::from_fn(|| blocks.hand_out(5000, false)).count();
    assert_eq!(taken, 20 * 3);
    assert_eq!(blocks.hand_out(100_000, true), None);
    blocks.sweep(std::iter::empty());
    assert!(blocks.hand_out(100_000, true).is_some());
}
