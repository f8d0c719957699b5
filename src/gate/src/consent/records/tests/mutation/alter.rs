//! How a value is altered: at every place in turn, and by chance.

use super::times;

/// Words that tools write for yes, for no and for marketing.
const WORDS: &[&str] = &[
    "accept_selected",
    "legitimate interest",
    "accept_all",
    "advertisement",
    "advertising",
    "non_gdpr",
    "marketing",
    "targeting",
    "accepted",
    "explicit",
    "granted",
    "implied",
    "dismiss",
    "revoked",
    "denied",
    "reject",
    "ACCEPT",
    "tiktok",
    "accept",
    "C0004",
    "permit",
    "false",
    "allow",
    "true",
    "deny",
    "DENY",
    "null",
    "wait",
    "Auto",
    "yes",
    "no",
    "{}",
    "[]",
    "1",
    "0",
    "3",
    "5",
    "-1",
    "\"\"",
    "\"true\"",
];

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.roll() % end.max(1) as u64) as usize
    }

    pub(super) fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// Mutations of one place each: every cut, every byte deleted, a bit and an insertion at every
/// place, and another word for every word.
pub(super) fn systematic(text: &str, dice: &mut Dice, see: &mut dyn FnMut(String)) {
    let bytes = text.as_bytes();
    let mut see_bytes = |bytes: Vec<u8>| String::from_utf8(bytes).into_iter().for_each(&mut *see);
    for at in 0..bytes.len().min(250 * times()) {
        see_bytes(bytes[..at].to_vec());
        see_bytes([&bytes[..at], &bytes[at + 1..]].concat());
        for _ in 0..times() {
            let mut one = bytes.to_vec();
            one[at] ^= 1 << dice.below(7);
            see_bytes(one);
        }
        let sign = b"0123456789\",:=.~!_&"[dice.below(19)];
        see_bytes([&bytes[..at], &[sign], &bytes[at..]].concat());
    }
    for (at, found) in words(text) {
        for word in WORDS.iter().filter(|_| dice.below(8) < times()) {
            see([&text[..at], word, &text[at + found..]].concat());
        }
    }
}

/// Where a word stands, and how long it is.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut places: Vec<(usize, usize)> = Vec::new();
    for word in WORDS {
        places.extend(text.match_indices(word).map(|(at, _)| (at, word.len())));
    }
    places
}

pub(super) fn cut(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A piece between two signs of structure, as JSON's members, a literal's, a list's, a form's and
/// IAB's segments are.
fn piece(text: &str, dice: &mut Dice) -> (usize, usize) {
    let sign = |c: char| ",&!.~_:={}[]".contains(c);
    let ends: Vec<usize> =
        text.char_indices().filter(|(_, c)| sign(*c)).map(|(at, _)| at).collect();
    let from = if ends.is_empty() { 0 } else { ends[dice.below(ends.len())] };
    let to =
        ends.iter().copied().filter(|end| *end > from).nth(dice.below(3)).unwrap_or(text.len());
    (from, to)
}

pub(super) fn by_chance(text: &str, donor: &str, dice: &mut Dice) -> String {
    let from = cut(text, dice.below(text.len() + 1));
    let to = cut(text, from + dice.below(8)).max(from);
    match dice.below(10) {
        0 => {
            let mut bytes = text.as_bytes().to_vec();
            if let Some(byte) = bytes.get_mut(from) {
                *byte ^= 1 << dice.below(7);
            }
            String::from_utf8(bytes).unwrap_or_default()
        }
        1 => [&text[..from], &text[to..]].concat(),
        2 => {
            let sign = dice.one(&[
                ",", ":", "\"", "'", "{", "}", "[", "]", "%", "=", "&", ".", "~", ";", " ", "!",
                "_", "\\", "%2C", "%22",
            ]);
            [&text[..from], sign, &text[from..]].concat()
        }
        3 => [&text[..from], dice.one(WORDS), &text[from..]].concat(),
        4 | 5 => match words(text) {
            places if places.is_empty() => text.to_owned(),
            places => {
                let (at, length) = places[dice.below(places.len())];
                [&text[..at], dice.one(WORDS), &text[at + length..]].concat()
            }
        },
        6 => {
            // A piece once more, with another word in it perhaps.
            let (from, to) = piece(text, dice);
            let twice = &text[from..to];
            let twice = match words(twice) {
                places if places.is_empty() => twice.to_owned(),
                places => {
                    let (at, length) = places[dice.below(places.len())];
                    [&twice[..at], dice.one(WORDS), &twice[at + length..]].concat()
                }
            };
            if dice.below(2) == 0 {
                [&text[..to], &twice, &text[to..]].concat()
            } else {
                [&text[..from], &twice, &text[from..]].concat()
            }
        }
        7 => {
            let (a, b) = (piece(text, dice), piece(text, dice));
            let ((a, b), (c, d)) = if a.0 <= b.0 { (a, b) } else { (b, a) };
            if b > c {
                return text[..from].to_owned();
            }
            [&text[..a], &text[c..d], &text[b..c], &text[a..b], &text[d..]].concat()
        }
        // The beginning of this one and the end of another, at one place or at two.
        8 => [&text[..from], &donor[cut(donor, from)..]].concat(),
        _ => {
            let (a, b) = piece(donor, dice);
            [&text[..from], &donor[a..b], &text[to..]].concat()
        }
    }
}
