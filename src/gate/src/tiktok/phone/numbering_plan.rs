use crate::text::decimal;

/// How one country writes its numbers.
#[derive(Debug)]
pub(super) struct NumberingPlan {
    pub(super) country: [u8; 2],
    code: u16,
    pub(super) trunk: Trunk,
    pub(super) dialling: Dialling,
    /// Bit n is set where a national number (without the trunk prefix) may have n digits.
    lengths: u16,
}

/// What is dialled before a number inside the country, and not from abroad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trunk {
    None,
    Zero,
    One,
    Eight,
    ZeroSix,
}

/// What is dialled before a foreign number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Dialling {
    /// Not one that is read here: a number with it is omitted.
    Other,
    DoubleZero,
    ZeroOneOne,
}

impl NumberingPlan {
    pub(super) const fn new(
        country: [u8; 2],
        code: u16,
        trunk: &[u8],
        dialling: &[u8],
        lengths: u16,
    ) -> Self {
        let trunk = match trunk {
            b"" => Trunk::None,
            b"0" => Trunk::Zero,
            b"1" => Trunk::One,
            b"8" => Trunk::Eight,
            b"06" => Trunk::ZeroSix,
            _ => panic!("a trunk prefix that phone/numbering_plan.rs does not know"),
        };
        let dialling = match dialling {
            b"" => Dialling::Other,
            b"00" => Dialling::DoubleZero,
            b"011" => Dialling::ZeroOneOne,
            _ => panic!("a dialling prefix that phone/numbering_plan.rs does not know"),
        };
        Self { country, code, trunk, dialling, lengths }
    }

    pub(super) fn takes(&self, digits: &str) -> bool {
        digits.len() < 16 && self.lengths >> digits.len() & 1 == 1
    }

    pub(super) fn code(&self) -> String {
        decimal(u64::from(self.code))
    }
}

impl Trunk {
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Zero => "0",
            Self::One => "1",
            Self::Eight => "8",
            Self::ZeroSix => "06",
        }
    }
}

impl Dialling {
    pub(super) fn strip(self, digits: &str) -> Option<&str> {
        match self {
            Self::Other => None,
            Self::DoubleZero => digits.strip_prefix("00"),
            Self::ZeroOneOne => digits.strip_prefix("011"),
        }
    }
}
