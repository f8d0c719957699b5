//! The signs of a text as a reader sees them. Contacts are copied out of address books and chats,
//! which put marks of direction around a number, and typed on keyboards of every script.

/// The first of some characters, how many more there are, and what stands in their place: nothing at
/// all (0) for what shows nothing; for digits the digit of the same worth. Digits beyond the first
/// 65,536 characters are left as they are, but for those that NFKC knows.
const INSTEAD: [(u16, u8, u8); 69] = [
    // Control characters but the blanks among them.
    (0x00, 8, 0),
    (0x0e, 17, 0),
    (0x7f, 5, 0),
    (0x86, 25, 0),
    // The soft hyphen, and Unicode's other characters that show nothing: marks of direction,
    // joiners, blanks without width, fillers, choices between two forms of a sign, byte order marks.
    (0xad, 0, 0),
    (0x34f, 0, 0),
    (0x61c, 0, 0),
    (0x115f, 1, 0),
    (0x17b4, 1, 0),
    (0x180b, 4, 0),
    (0x200b, 4, 0),
    (0x202a, 4, 0),
    (0x2060, 15, 0),
    (0x3164, 0, 0),
    (0xfe00, 15, 0),
    (0xfeff, 0, 0),
    (0xffa0, 0, 0),
    (0xfff0, 11, 0),
    // Braille's empty cell.
    (0x2800, 0, b' '),
    // Hyphens, dashes, the sign for minus.
    (0x2010, 5, b'-'),
    (0x2043, 0, b'-'),
    (0x2212, 0, b'-'),
    (0xfe58, 0, b'-'),
    (0xfe63, 0, b'-'),
    // What is typed for an apostrophe. NFKC would make a blank and an accent of some of them.
    (0xa8, 0, b'\''),
    (0xaf, 0, b'\''),
    (0xb4, 0, b'\''),
    (0xb8, 0, b'\''),
    (0x2bb, 2, b'\''),
    (0x2d8, 5, b'\''),
    (0x2018, 3, b'\''),
    // The full stop of a Chinese or Japanese keyboard.
    (0x3002, 0, b'.'),
    (0xff61, 0, b'.'),
    // Where a script's ten digits begin.
    (0x660, 9, b'0'),
    (0x6f0, 9, b'0'),
    (0x7c0, 9, b'0'),
    (0x966, 9, b'0'),
    (0x9e6, 9, b'0'),
    (0xa66, 9, b'0'),
    (0xae6, 9, b'0'),
    (0xb66, 9, b'0'),
    (0xbe6, 9, b'0'),
    (0xc66, 9, b'0'),
    (0xce6, 9, b'0'),
    (0xd66, 9, b'0'),
    (0xde6, 9, b'0'),
    (0xe50, 9, b'0'),
    (0xed0, 9, b'0'),
    (0xf20, 9, b'0'),
    (0x1040, 9, b'0'),
    (0x1090, 9, b'0'),
    (0x17e0, 9, b'0'),
    (0x1810, 9, b'0'),
    (0x1946, 9, b'0'),
    (0x19d0, 9, b'0'),
    (0x1a80, 9, b'0'),
    (0x1a90, 9, b'0'),
    (0x1b50, 9, b'0'),
    (0x1bb0, 9, b'0'),
    (0x1c40, 9, b'0'),
    (0x1c50, 9, b'0'),
    (0xa620, 9, b'0'),
    (0xa8d0, 9, b'0'),
    (0xa900, 9, b'0'),
    (0xa9d0, 9, b'0'),
    (0xa9f0, 9, b'0'),
    (0xaa50, 9, b'0'),
    (0xabf0, 9, b'0'),
    (0xff10, 9, b'0'),
];

/// Without what shows nothing; digits of any script as 0 to 9, hyphens of any kind as `-`.
pub(crate) fn signs(text: &str) -> String {
    let mut seen = String::new();
    for c in text.chars() {
        seen.extend(sign(c));
    }
    seen
}

fn sign(c: char) -> Option<char> {
    // Most texts have none of them. The module goes by its size.
    if !cfg!(feature = "swept") && matches!(c, ' '..='~') {
        return Some(c);
    }
    let Ok(code) = u16::try_from(u32::from(c)) else {
        // Tags, and more choices of form.
        return (u32::from(c) < 0xe_0000).then_some(c);
    };
    let mut ranges = INSTEAD.iter();
    match ranges.find(|(first, more, _)| code.wrapping_sub(*first) <= u16::from(*more)) {
        None => Some(c),
        Some((_, _, 0)) => None,
        Some((first, _, b'0')) => char::from_digit(u32::from(code - first), 10),
        Some((_, _, instead)) => Some(char::from(*instead)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Unicode 17's DerivedCoreProperties.txt lists as Default_Ignorable_Code_Point below U+10000.
    #[test]
    fn what_shows_nothing_is_left_out() {
        for (first, last) in [
            (0xad, 0xad),
            (0x34f, 0x34f),
            (0x61c, 0x61c),
            (0x115f, 0x1160),
            (0x17b4, 0x17b5),
            (0x180b, 0x180f),
            (0x200b, 0x200f),
            (0x202a, 0x202e),
            (0x2060, 0x206f),
            (0x3164, 0x3164),
            (0xfe00, 0xfe0f),
            (0xfeff, 0xfeff),
            (0xffa0, 0xffa0),
            (0xfff0, 0xfff8),
            (0xe_0000, 0xe_0fff),
        ] {
            for c in (first..=last).filter_map(char::from_u32) {
                assert_eq!(signs(&format!("a{c}b")), "ab", "{:x}", u32::from(c));
            }
        }
    }

    #[test]
    fn digits_are_those_of_every_script_below_65536() {
        let written = "٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ ०१२३४५६७८९ ০১২৩৪৫৬৭৮৯ ๐๑๒๓๔๕๖๗๘๙ ០១២៣៤៥៦៧៨៩ ၀၁၂၃၄၅၆၇၈၉ ０１２３４５６７８９";
        assert_eq!(signs(written), ["0123456789"; 8].join(" "));
    }

    #[test]
    fn other_signs_stay_as_they_are() {
        let text = "Ünï çødé ß 漢字 ジャン עברית ٪ 😀 + @ . ª º";
        assert_eq!(signs(text), text);
    }
}
