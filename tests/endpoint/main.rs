//! The endpoint as a browser and as TikTok see it: the real binary, real sockets, a strict
//! stand-in.

mod accepting;
mod admin;
mod bench;
mod burst;
mod command_line;
mod compliance;
mod consent_read;
mod delivery_table;
mod faults;
mod forgetting;
mod holding;
mod malformed;
mod order_paths;
mod orders;
mod pasting;
mod pixels;
mod privacy;
mod receipts;
mod running;
mod store_grants;
mod store_lives;
mod store_paths;
mod support;
mod webhooks;
mod withdrawing;
