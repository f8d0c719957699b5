//! What must not stand in a text that is otherwise told: somebody's e-mail address or phone number
//! (docs/contract.md#addresses).

use crate::text::decoded;

/// Whether the text, decoded as often as it takes, holds an e-mail address or a phone number. A
/// plain run of digits is an id.
pub fn holds_contact(text: &str) -> bool {
    let (mut last, mut run) = (0, 0);
    // How far an address is written: its `@`, behind that a sign, a dot. There are other dots than
    // ASCII's.
    let mut host = 0;
    // The digits behind a `+` or a `00`, and 1. Signs that are written between them do not count.
    let mut digits = 0;
    for byte in decoded(text) {
        host = match (byte, host) {
            (..=b' ', _) => 0,
            (_, 3) => return true,
            (b'@', _) => u8::from(last > b' '),
            (_, 1) => 2,
            (b'.' | 0x80.., 2) => 3,
            _ => host,
        };
        digits = match byte {
            b'+' => 1,
            b'0'..=b'9' if digits > 0 => digits + 1,
            b'0' if last == b'0' && run == 1 => 1,
            b' ' | b'-' | b'.' | b'/' | b'(' | b')' | 0x80.. => digits,
            _ => 0,
        };
        if digits == 9 {
            return true;
        }
        run = if byte.is_ascii_digit() { run + 1 } else { 0 };
        last = byte;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the contract's definition: `x@y.z`; `+` or `00` and 8 to 15 digits, with or without
    /// ` -./()` between.
    #[test]
    fn an_address_or_a_number_is_found_however_often_it_was_encoded() {
        for text in [
            "jane@example.com",
            "jane.doe%40example.com",
            "jane%2540example%252Ecom",
            "jane%25252540example.com",
            "jane＠example．com",
            "jane%EF%BC%A0example.com",
            "jane%25EF%25BC%25A0example.com",
            "jane%EF%B9%ABexample.com",
            "jane@例え。jp",
            "to+jane+doe%40example.com+now",
            "mailto:jane@example.com?subject=x",
            "%00jane@example.com",
            "100%&jane@example.com%",
            "+4915112345678",
            "%2B4915112345678",
            "%252B49%2520151%252012345678",
            "%2B49+151+12345678",
            "+49 (0)151 / 12-34.56",
            "+49\u{a0}151\u{2011}12345678",
            "＋４９１５１１２３４５６７８",
            "004915112345678",
            "0049-151-12345678",
            "call%20me:%20+1%20(213)%20373-4253",
            "x%2B4915112345678",
            "x%2B4915112345678%2520",
            "1+%2B4915112345678",
            "+12345678",
        ] {
            assert!(holds_contact(text), "{text}");
        }
    }

    #[test]
    fn ids_dates_and_words_are_neither() {
        for text in [
            "",
            "%",
            "%%",
            "@",
            "@brand",
            "@brand.example",
            "jane@example",
            "jane%40",
            "a @ b.c",
            "jane@.com",
            "jane@example.",
            "1801234567890123",
            "4006381333931",
            "10049151123456",
            "100-00-1",
            "summer+20261129",
            "Black+Friday+20261127",
            "caf%C3%A9+20261127",
            "2026-11-29T10:00:00+01:00",
            "10:00:00",
            "+1234567",
            "001234567",
            "C++ 11 12",
            "00%2012",
        ] {
            assert!(!holds_contact(text), "{text}");
        }
    }
}
