//! The session with everything around it in the test's hand: device, dice, clock and answers.

mod exploration;
mod promises;
mod world;
