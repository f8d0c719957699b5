//! The session with everything around it in the test's hand: device, dice, clock and answers.

mod addresses;
mod answers;
mod bridge;
mod click;
mod cmp;
mod consent;
mod delivery;
mod door;
mod ending;
mod exploration;
mod ground;
mod looks;
mod model;
mod past;
mod payloads;
mod plans;
mod recall;
mod two_pixels;
mod unreadable_device;
mod waiting_room;
mod world;
