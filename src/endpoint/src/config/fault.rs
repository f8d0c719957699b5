//! One thing that is wrong with a configuration.

use std::fmt;

/// Where in the file; lines and columns begin at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Point(usize, usize),
    Line(usize),
    /// The file does not have it.
    Nowhere,
}

/// Where it is and what to do about it. It repeats no value that could be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    pub what: String,
}

impl Place {
    /// For the order of the file: what has no place in it comes last.
    fn line(self) -> usize {
        match self {
            Self::Point(line, _) | Self::Line(line) => line,
            Self::Nowhere => usize::MAX,
        }
    }

    /// As compilers and editors write it behind a file's name.
    pub(super) fn behind(self) -> String {
        match self {
            Self::Point(line, column) => format!(":{line}:{column}"),
            Self::Line(line) => format!(":{line}"),
            Self::Nowhere => String::new(),
        }
    }
}

impl Fault {
    pub(super) fn at(place: Place, what: impl Into<String>) -> Self {
        Self { place, what: what.into() }
    }

    pub(super) fn sort(faults: &mut [Self]) {
        faults.sort_by_key(|fault| fault.place.line());
    }
}

/// Without the file's name, which only [`super::ConfigError`] knows.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Point(line, column) => write!(f, "line {line}, column {column}: {}", self.what),
            Place::Line(line) => write!(f, "line {line}: {}", self.what),
            Place::Nowhere => f.write_str(&self.what),
        }
    }
}
