//! Does an event count, or does it only show up under Test Events? A test stays a test: the mode is
//! the shop's when the event is accepted, and is stored with it.

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    #[default]
    Live,
    Test,
}

impl Mode {
    pub fn of(test: bool) -> Self {
        if test { Self::Test } else { Self::Live }
    }

    pub fn is_test(self) -> bool {
        self == Self::Test
    }
}
