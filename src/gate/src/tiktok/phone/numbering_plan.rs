use crate::text::{Text, decimal, split};

/// How one country writes its numbers. A national number is what follows the country's code in
/// E.164.
#[derive(Debug, Clone, Copy)]
pub(super) struct NumberingPlan {
    /// Lower case.
    country: [u8; 2],
    code: u16,
    /// From how many to how many digits a national number has: a figure of 16 each.
    lengths: u8,
    /// The same of one that begins with the digits of the country's own code.
    like_code: u8,
    /// What is dialled before a national number, and before a foreign one: [`TRUNKS`] and
    /// [`DIALLED`]. [`ZERO`] where a national number may begin with 0.
    habits: u8,
}

/// The first that leaves a national number counts; nothing at all is the last of each.
const TRUNKS: &str = "- ,0 ,1 ,8 ,06 ,80 8 0 ,0 8 ";
/// Belarus: 8 is dialled, then 0 and the area.
const EIGHTY: u8 = 5;
/// Where it is `-` nothing can be read: a number with what is dialled there is omitted.
const DIALLED: &str = "-,00,011,0011,810,0,001,119,010,000,009";
const ZERO: u8 = 0x80;

/// With what a carrier is chosen, behind the country code: what follows is left unread.
const CARRIERS: &str = "+8208 +8612 +86179 +3521 +97201";
const ARGENTINA: u16 = 54;
const RUSSIA: u16 = 7;

impl NumberingPlan {
    pub(super) const fn new(
        country: [u8; 2],
        code: u16,
        lengths: u8,
        like_code: u8,
        habits: u8,
    ) -> Self {
        Self { country, code, lengths, like_code, habits }
    }

    /// Country, code and the other figures.
    pub(super) const fn columns(&self) -> ([u8; 2], u16, [u8; 3]) {
        (self.country, self.code, [self.lengths, self.like_code, self.habits])
    }

    pub(super) fn is_of(&self, country: &str) -> bool {
        self.country == country.as_bytes()
    }

    /// What follows the country's code; no code is another one's beginning.
    pub(super) fn behind_code<'a>(&self, digits: &'a str) -> Option<&'a str> {
        digits.strip_prefix(&*self.code())
    }

    fn code(&self) -> Text {
        decimal(self.code.into()).into()
    }

    pub(super) fn dialling(&self) -> &'static str {
        entry(DIALLED, self.habits >> 3 & 15)
    }

    pub(super) fn may_begin_with_code(&self, digits: &str) -> bool {
        is_within(self.like_code, digits)
    }

    /// In E.164, of a national number with or without what is dialled before it.
    pub(super) fn number(&self, digits: &str) -> Option<Text> {
        let mut number = ["+", &self.code()].concat();
        let whole = Text::from([&number, digits].concat());
        if split(CARRIERS, b' ').any(|by| whole.starts_with(by)) {
            return None;
        }
        if self.code == ARGENTINA
            && let Some((area, own)) = argentine_mobile(digits)
        {
            number.push('9');
            number.push_str(area);
            number.push_str(own);
            return Some(number.into());
        }
        let national = split(entry(TRUNKS, self.trunk()), b' ')
            .find_map(|trunk| digits.strip_prefix(trunk).filter(|rest| self.takes(rest)))?;
        number.push_str(national);
        Some(number.into())
    }

    fn takes(&self, digits: &str) -> bool {
        let begins = match digits.as_bytes().first() {
            Some(b'0') => self.habits & ZERO != 0,
            // In Russia a long number begins with 810, which is then no 8 before another.
            Some(b'1') => self.code != RUSSIA,
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
    if digits.len() != 12 {
        return None;
    }
    let area = match digits.get(3..5) {
        _ if digits.starts_with("11") => 2,
        Some("15") => 3,
        _ => 4,
    };
    Some((digits.get(..area)?, digits.get(area..)?.strip_prefix("15")?))
}

fn entry(list: &'static str, at: u8) -> &'static str {
    split(list, b',').nth(at.into()).unwrap_or_default()
}

fn is_within(lengths: u8, digits: &str) -> bool {
    (usize::from(lengths >> 4)..=usize::from(lengths & 15)).contains(&digits.len())
}
