//! The signs of a text as a reader sees them. Contacts are copied out of address books and chats,
//! which put marks of direction around a number, and typed on keyboards of every script.

/// Ranges of characters, and what stands in their place: nothing at all, for what shows nothing.
const INSTEAD: [(u16, u16, Option<char>); 33] = [
    // Control characters but the blanks among them.
    (0x00, 0x08, None),
    (0x0e, 0x1f, None),
    (0x7f, 0x84, None),
    (0x86, 0x9f, None),
    // The soft hyphen, and Unicode's other characters that show nothing: marks of direction,
    // joiners, blanks without width, fillers, choices between two forms of a sign, byte order marks.
    (0xad, 0xad, None),
    (0x34f, 0x34f, None),
    (0x61c, 0x61c, None),
    (0x115f, 0x1160, None),
    (0x17b4, 0x17b5, None),
    (0x180b, 0x180f, None),
    (0x200b, 0x200f, None),
    (0x202a, 0x202e, None),
    (0x2060, 0x206f, None),
    (0x3164, 0x3164, None),
    (0xfe00, 0xfe0f, None),
    (0xfeff, 0xfeff, None),
    (0xffa0, 0xffa0, None),
    (0xfff0, 0xfffb, None),
    // Braille's empty cell.
    (0x2800, 0x2800, Some(' ')),
    // Hyphens, dashes, the sign for minus.
    (0x2010, 0x2015, Some('-')),
    (0x2043, 0x2043, Some('-')),
    (0x2212, 0x2212, Some('-')),
    (0xfe58, 0xfe58, Some('-')),
    (0xfe63, 0xfe63, Some('-')),
    // What is typed for an apostrophe. NFKC would make a blank and an accent of some of them.
    (0xa8, 0xa8, Some('\'')),
    (0xaf, 0xaf, Some('\'')),
    (0xb4, 0xb4, Some('\'')),
    (0xb8, 0xb8, Some('\'')),
    (0x2bb, 0x2bd, Some('\'')),
    (0x2d8, 0x2dd, Some('\'')),
    (0x2018, 0x201b, Some('\'')),
    // The full stop of a Chinese or Japanese keyboard.
    (0x3002, 0x3002, Some('.')),
    (0xff61, 0xff61, Some('.')),
];

/// Where a script's ten digits begin. Digits beyond the first 65,536 characters are left as they
/// are, but for those that NFKC knows.
const ZEROS: [u16; 36] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

/// Without what shows nothing; digits of any script as 0 to 9, hyphens of any kind as `-`.
pub(crate) fn signs(text: &str) -> String {
    text.chars().filter_map(sign).collect()
}

fn sign(c: char) -> Option<char> {
    let Ok(code) = u16::try_from(u32::from(c)) else {
        // Tags, and more choices of form.
        return (u32::from(c) < 0xe_0000).then_some(c);
    };
    if let Some(digit) =
        ZEROS.iter().find_map(|zero| Some(code.checked_sub(*zero)?).filter(|n| *n < 10))
    {
        return char::from_digit(u32::from(digit), 10);
    }
    let instead = INSTEAD.iter().find(|(first, last, _)| (*first..=*last).contains(&code));
    instead.map_or(Some(c), |(_, _, instead)| *instead)
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
        assert!(ZEROS.is_sorted());
    }

    #[test]
    fn other_signs_stay_as_they_are() {
        let text = "Ünï çødé ß 漢字 ジャン עברית ٪ 😀 + @ . ª º";
        assert_eq!(signs(text), text);
    }
}
