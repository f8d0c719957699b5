//! Base64 (RFC 4648) as cookies hold it.

use crate::text::of_utf8;

/// The URL alphabet, without padding (RFC 4648, section 5).
pub(crate) fn url(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .enumerate()
            .fold(0_u32, |group, (at, byte)| group | u32::from(*byte) << (16 - 8 * at));
        for at in 0..=chunk.len() {
            out.push(char::from(character((group >> (18 - 6 * at) & 63) as u8)));
        }
    }
    out
}

/// Of the URL alphabet. (A table would not get shorter by being compressed.)
fn character(sextet: u8) -> u8 {
    match sextet {
        0..=25 => b'A' + sextet,
        26..=51 => b'a' - 26 + sextet,
        52..=61 => sextet - 52 + b'0',
        62 => b'-',
        _ => b'_',
    }
}

/// The six bits of a character of the URL alphabet.
pub(crate) fn sextet(byte: u8) -> Option<u8> {
    (0..64).find(|sextet| character(*sextet) == byte)
}

/// The UTF-8 text behind either alphabet, padded or not: cookies are written by many hands.
pub(crate) fn text(coded: &str) -> Option<String> {
    let coded = coded.trim_end_matches('=').as_bytes();
    let mut out = Vec::with_capacity(coded.len() * 3 / 4);
    for chunk in coded.chunks(4) {
        if chunk.len() == 1 {
            return None;
        }
        let mut group = 0_u32;
        for (at, byte) in chunk.iter().enumerate() {
            let byte = match byte {
                b'+' => b'-',
                b'/' => b'_',
                other => *other,
            };
            group |= u32::from(sextet(byte)?) << (18 - 6 * at);
        }
        out.extend_from_slice(&group.to_be_bytes()[1..chunk.len()]);
    }
    of_utf8(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_base64_of_rfc_4648() {
        // RFC 4648, section 10.
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(url(plain.as_bytes()), coded.trim_end_matches('='));
            assert_eq!(text(coded).as_deref(), Some(plain));
            assert_eq!(text(coded.trim_end_matches('=')).as_deref(), Some(plain));
        }
        assert_eq!((text("Pz8_"), text("Pz8/")), (Some("???".to_owned()), Some("???".to_owned())));
        for wrong in ["Z", "Zm9v!", "Zg==Zg", "//4A"] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
    }
}
