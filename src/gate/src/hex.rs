//! Lower-case hexadecimal text of a fixed length, checked once where it comes in.

use crate::text::Text;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// `N` lower-case hex characters. Anything else does not parse, so a raw value cannot stand where a
/// hash belongs.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "Text")]
pub struct Hex<const N: usize>(Text);

/// A hashed visitor or customer is a person's data all the same, and an anchor finds their order:
/// neither is printed. An event's id is what `why` is asked by.
impl<const N: usize> fmt::Debug for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if N < 64 { &self.0 } else { "Hex(…)" })
    }
}

/// SHA-256 of something, 64 characters.
pub type Digest = Hex<64>;

/// A checkout or a cart as it is known outside the browser, 64 characters ([`crate::ids`]).
pub type Anchor = Hex<64>;

/// The name a conversion has in both legs, 32 characters ([`crate::ids`]).
pub type EventId = Hex<32>;

impl<const N: usize> Hex<N> {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first `M` characters.
    pub fn first<const M: usize>(&self) -> Hex<M> {
        const { assert!(M <= N) }
        Hex(self.0[..M].into())
    }

    /// Writes bytes out; `bytes` must hold exactly `N / 2`.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() * 2 == N).then(|| Self(encode(bytes)))
    }
}

impl Digest {
    /// SHA-256 (FIPS 180-4).
    pub fn of(bytes: &[u8]) -> Self {
        Self(encode(&Sha256::digest(bytes)))
    }
}

fn encode(bytes: &[u8]) -> Text {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out.into()
}

/// Only exactly `N` characters of `0-9a-f` are read.
impl<const N: usize> FromStr for Hex<N> {
    type Err = HexExpected<N>;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = text.len() == N && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if fits { Ok(Self(text.into())) } else { Err(HexExpected) }
    }
}

/// A text is not `N` characters of `0-9a-f`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HexExpected<const N: usize>;

impl<const N: usize> fmt::Display for HexExpected<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if N == 64 {
            f.write_str("a SHA-256 is expected: 64 characters of 0-9 and a-f")
        } else {
            write!(f, "{N} characters of 0-9 and a-f are expected")
        }
    }
}

impl<const N: usize> std::error::Error for HexExpected<N> {}

impl<const N: usize> TryFrom<String> for Hex<N> {
    type Error = HexExpected<N>;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl<const N: usize> From<Hex<N>> for String {
    fn from(hex: Hex<N>) -> Self {
        hex.0.into()
    }
}

impl<const N: usize> From<Hex<N>> for Text {
    fn from(hex: Hex<N>) -> Self {
        hex.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_agrees_with_the_standard() {
        // FIPS 180-4 examples: "abc" and the empty message.
        assert_eq!(
            Digest::of(b"abc").as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            Digest::of(b"").as_str(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn a_hash_prints_nothing_and_the_id_of_an_event_itself() {
        let id: EventId = "1163b6cc081573da020c41e1cba14d48".parse().unwrap();
        assert_eq!(
            format!("{id:?} {:?}", Digest::of(b"visitor")),
            "1163b6cc081573da020c41e1cba14d48 Hex(…)"
        );
    }

    #[test]
    fn only_lower_case_hex_of_the_right_length_parses() {
        assert!("1163b6cc081573da020c41e1cba14d48".parse::<EventId>().is_ok());
        for wrong in [
            "",
            "1163B6CC081573DA020C41E1CBA14D48",
            "1163b6cc081573da020c41e1cba14d4",
            "zz63b6cc081573da020c41e1cba14d48",
        ] {
            assert!(wrong.parse::<EventId>().is_err(), "{wrong}");
        }
    }
}
