//! The session with everything around it in the test's hand: device, dice, clock and answers.

mod bridge;
mod click;
mod cmp;
mod consent;
mod delivery;
mod ending;
mod exploration;
mod model;
mod unreadable_device;
mod world;
