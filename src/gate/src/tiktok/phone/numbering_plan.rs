use crate::text::{decimal, split};

/// How one country writes its numbers. A national number is what follows the country's code in
/// E.164.
#[derive(Debug)]
pub(super) struct NumberingPlan {
    /// Lower case.
    country: [u8; 2],
    code: [u8; 2],
    /// From how many to how many digits a national number has: a figure of 16 each.
    lengths: u8,
    /// The same of one that begins with the digits of the country's own code.
    like_code: u8,
    /// What is dialled before a national number, and before a foreign one: [`TRUNKS`] and
    /// [`DIALLED`]. [`ZERO`] where a national number may begin with 0.
    habits: u8,
}

/// The first that leaves a national number counts.
const TRUNKS: [&str; 7] = ["-", "0", "1", "8", "06", "80 8 0", "0 8"];
/// Belarus: 8 is dialled, then 0 and the area.
const EIGHTY: u8 = 5;
/// Where it is `-` nothing can be read: a number with what is dialled there is omitted.
const DIALLED: [&str; 11] =
    ["-", "00", "011", "0011", "810", "0", "001", "119", "010", "000", "009"];
const ZERO: u8 = 0x80;

/// With what a carrier is chosen, by country code: what follows is left unread.
const CARRIERS: [(u16, &str); 5] = [(82, "08"), (86, "12"), (86, "179"), (352, "1"), (972, "01")];
const ARGENTINA: u16 = 54;

impl NumberingPlan {
    pub(super) const fn new(
        country: [u8; 2],
        code: u16,
        lengths: u8,
        like_code: u8,
        habits: u8,
    ) -> Self {
        Self { country, code: code.to_le_bytes(), lengths, like_code, habits }
    }

    pub(super) fn is_of(&self, country: &str) -> bool {
        self.country == country.as_bytes()
    }

    pub(super) fn code(&self) -> u16 {
        u16::from_le_bytes(self.code)
    }

    pub(super) fn dialling(&self) -> &'static str {
        DIALLED[usize::from(self.habits >> 3 & 15)]
    }

    pub(super) fn may_begin_with_code(&self, digits: &str) -> bool {
        is_within(self.like_code, digits)
    }

    /// In E.164, of a national number with or without what is dialled before it.
    pub(super) fn number(&self, digits: &str) -> Option<String> {
        if CARRIERS.iter().any(|(code, by)| *code == self.code() && digits.starts_with(by)) {
            return None;
        }
        let code = decimal(self.code().into());
        if self.code() == ARGENTINA
            && let Some((area, own)) = argentine_mobile(digits)
        {
            return Some(["+", &code, "9", area, own].concat());
        }
        let domestic = split(TRUNKS[usize::from(self.trunk())], b' ')
            .find_map(|trunk| digits.strip_prefix(trunk).filter(|rest| self.takes(rest)));
        let national = domestic.or_else(|| self.takes(digits).then_some(digits))?;
        Some(["+", &code, national].concat())
    }

    fn takes(&self, digits: &str) -> bool {
        let begins = match digits.as_bytes().first() {
            Some(b'0') => self.habits & ZERO != 0,
            Some(b'8') => self.trunk() != EIGHTY,
            _ => true,
        };
        begins && is_within(self.lengths, digits)
    }

    fn trunk(&self) -> u8 {
        self.habits & 7
    }
}

/// Area and own number of a mobile that is written as inside Argentina: area, 15, number, of
/// twelve digits in all. Abroad 9 goes before the area instead.
fn argentine_mobile(digits: &str) -> Option<(&str, &str)> {
    let digits = digits.strip_prefix('0').unwrap_or(digits);
    (2..5).filter(|_| digits.len() == 12).find_map(|length| {
        let (area, rest) = digits.split_at_checked(length)?;
        ((length == 2) == digits.starts_with("11")).then_some((area, rest.strip_prefix("15")?))
    })
}

fn is_within(lengths: u8, digits: &str) -> bool {
    (usize::from(lengths >> 4)..=usize::from(lengths & 15)).contains(&digits.len())
}
