//! The session with everything around it in the test's hand: device, dice, clock and answers.

mod consent;
mod delivery;
mod ending;
mod exploration;
mod world;
