//! How an input is damaged: at the level of bytes, of JSON's or TOML's words, and by growing.

use std::ops::Range;

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same cases.
#[derive(Debug)]
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() >> 1).expect("63 bits") % end.max(1)
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// What no client library writes in a value's place, and words that a value turns on.
const VALUES: &[&[u8]] = &[
    b"null",
    b"true",
    b"false",
    b"0",
    b"-1",
    b"-0",
    b"1e999",
    b"-1e999",
    b"1e-999",
    b"0.1e1",
    b"1772442000.0",
    b"1772442000",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"340282366920938463463374607431768211456",
    b"00001",
    b"NaN",
    b"Infinity",
    b"0x10",
    b"{}",
    b"[]",
    b"[[]]",
    b"{\"a\":{\"a\":{\"a\":{}}}}",
    b"\"\"",
    b"\"true\"",
    b"\"granted\"",
    b"\"denied\"",
    b"\"unknown\"",
    b"\"all_yes\"",
    b"\"shopify_only\"",
    b"\"consent\"",
    b"\"\\u0000\"",
    b"\"\\ud800\"",
    b"\"\\udc00\\ud800\"",
    b"\"\\ud83d\\ude00\"",
    b"\"\\x41\"",
    b"\"\\u12\"",
    b"\"\xEF\xBB\xBF\"",
    b"\"\xFF\xFE\"",
    b"\"\xC0\xAF\"",
    b"\"\xED\xA0\x80\"",
    b"\"a\x00b\"",
    b"\"a\nb\"",
    b"\"planted.jane@example.com\"",
    b"\"acme.myshopify.com\"",
    b"\"named.myshopify.com\"",
    b"'single'",
    b"1 2",
    b"/* */ 1",
];
/// What may come between any two bytes.
const SIGNS: &[&[u8]] = &[
    b"\x00",
    b"\xEF\xBB\xBF",
    b"\xFF",
    b"\xC3",
    b"\xF0\x9F\x98",
    b"\xE2\x80\xAE",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\",
    b"\\u",
    b"\r",
    b"\n",
    b"=",
    b"%",
    b"%00",
    b";",
    b"&",
    b"#",
    b".",
    b"'''",
];
/// As long as an input of 70,000 bytes is asked for.
pub const LONG: usize = 70_000;

/// A damaged copy; `donor` is another seed.
pub fn damaged(seed: &[u8], donor: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..*dice.one(&[1, 1, 2, 3]) {
        bytes = once(&bytes, donor, dice);
    }
    bytes
}

fn once(bytes: &[u8], donor: &[u8], dice: &mut Dice) -> Vec<u8> {
    let at = dice.below(bytes.len() + 1);
    let end = (at + dice.below(12)).min(bytes.len());
    let words = words(bytes);
    match dice.below(16) {
        0 => {
            let mut flipped = bytes.to_vec();
            if let Some(byte) = flipped.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
            flipped
        }
        1 => put(bytes, at..end, b""),
        2 => put(bytes, at..at, any(SIGNS, dice)),
        3 => bytes[..at].to_vec(),
        4 => [&bytes[..at], &donor[dice.below(donor.len() + 1)..]].concat(),
        5 => long(bytes, at, &words, dice),
        6 => deep(bytes, at, &words, dice),
        _ if words.is_empty() => put(bytes, at..end, any(SIGNS, dice)),
        7..=10 => put(bytes, dice.one(&words).clone(), any(VALUES, dice)),
        11 => {
            // Another seed's word in this one's place.
            let others = self::words(donor);
            let other = if others.is_empty() { 0..0 } else { dice.one(&others).clone() };
            put(bytes, dice.one(&words).clone(), &donor[other])
        }
        12 => {
            let (one, other) = (dice.one(&words).clone(), dice.one(&words).clone());
            let moved = bytes[one].to_vec();
            put(bytes, other, &moved)
        }
        13 | 14 => twice(bytes, dice),
        _ => put(bytes, dice.one(&words).clone(), b""),
    }
}

fn any(of: &[&'static [u8]], dice: &mut Dice) -> &'static [u8] {
    of[dice.below(of.len())]
}

fn put(bytes: &[u8], place: Range<usize>, new: &[u8]) -> Vec<u8> {
    [&bytes[..place.start], new, &bytes[place.end..]].concat()
}

/// Texts in quotes, and numbers and words without: JSON's names and values, TOML's keys and values,
/// a cookie string's parts.
fn words(bytes: &[u8]) -> Vec<Range<usize>> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-+._".contains(&byte);
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let from = at;
        at += 1;
        if bytes[from] == b'"' {
            while at < bytes.len() && bytes[at] != b'"' {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            at = (at + 1).min(bytes.len());
        } else if is_word(bytes[from]) {
            while at < bytes.len() && is_word(bytes[at]) {
                at += 1;
            }
        } else {
            continue;
        }
        found.push(from..at);
    }
    found
}

/// A member, or a line, once more: as it is, or with another value.
fn twice(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let is_end = |byte: &u8| b",{}[]\n;&".contains(byte);
    let at = dice.below(bytes.len() + 1);
    let from = bytes[..at].iter().rposition(is_end).map_or(0, |end| end + 1);
    let to = bytes[at..].iter().position(is_end).map_or(bytes.len(), |end| at + end);
    let mut member = bytes[from..to].to_vec();
    if dice.below(2) == 0
        && let Some(value) = words(&member).last().cloned()
    {
        member = put(&member, value, any(VALUES, dice));
    }
    let between: &[u8] = if bytes.contains(&b'{') { b"," } else { b"\n" };
    if dice.below(2) == 0 {
        put(bytes, to..to, &[between, &member].concat())
    } else {
        put(bytes, from..from, &[&member, between].concat())
    }
}

/// Something grows until the whole has some 70,000 bytes: a text, or a list of many.
fn long(bytes: &[u8], at: usize, words: &[Range<usize>], dice: &mut Dice) -> Vec<u8> {
    const UNITS: &[&[u8]] = &[
        b"a",
        b"1",
        b" ",
        b"\xC3\xA9",
        b"\\u0061",
        b"%7B",
        b"\"a\",",
        b"{},",
        b"0,",
        b"\\",
        b"a=b; ",
    ];
    // Most runs would do nothing else.
    if dice.below(8) > 0 {
        return put(bytes, at..at, any(SIGNS, dice));
    }
    let unit = any(UNITS, dice);
    let much = unit.repeat(LONG.saturating_sub(bytes.len()) / unit.len());
    match words {
        [] => put(bytes, at..at, &much),
        words => {
            let word = dice.one(words).clone();
            let inside = if bytes[word.start] == b'"' { word.start + 1 } else { word.end };
            put(bytes, inside..inside, &much)
        }
    }
}

/// A value becomes a nest, of a depth that is just allowed, or not.
fn deep(bytes: &[u8], at: usize, words: &[Range<usize>], dice: &mut Dice) -> Vec<u8> {
    const NESTS: [(&str, &str); 3] = [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":[", "]}]")];
    let (open, close) = NESTS[dice.below(3)];
    let levels = *dice.one(&[3, 31, 32, 33, 64, 200, 10_000]);
    let nest = [open.repeat(levels), "1".to_owned(), close.repeat(levels)].concat();
    let place = if words.is_empty() { at..at } else { dice.one(words).clone() };
    put(bytes, place, nest.as_bytes())
}
