//! The two copies of an event: the browser's and the server's.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    Browser,
    Server,
}

/// Which of the two copies an event has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Legs {
    pub browser: bool,
    pub server: bool,
}

impl Legs {
    pub(super) fn of(to: &[Leg]) -> Self {
        Self { browser: to.contains(&Leg::Browser), server: to.contains(&Leg::Server) }
    }

    pub fn any(self) -> bool {
        self.browser || self.server
    }
}
