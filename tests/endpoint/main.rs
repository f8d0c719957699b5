//! The endpoint as a browser and as TikTok see it: the real binary, real sockets, a strict stand-in.

mod accepting;
mod command_line;
mod delivery_table;
mod faults;
mod holding;
mod malformed;
mod privacy;
mod running;
mod store_lives;
mod support;
mod withdrawing;
