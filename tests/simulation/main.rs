//! The whole endpoint under one seed: the real router, store, courier, clerk and sweep, a strict
//! TikTok, Shopify, and shoppers whose clocks are wrong, with crashes and faults between any two
//! steps. [`judge`] knows what happened in truth and looks at every effect (a 202, a send, an end),
//! [`audit`] at the whole store every 1,000 steps.
//!
//! **Why a step machine of our own** and neither turmoil nor madsim: the endpoint is three things
//! already cut so that time and chance are arguments (a router that is a function, deeds that are
//! awaited one at a time, a courier whose queue and flights know no network). Interleavings that
//! matter lie between deeds, never inside one: the one writer does them one after the other. So
//! drawing the next step from a seed gives every interleaving there is, at thousands of steps a
//! second. turmoil simulates hosts and sockets around tokio's paused clock, which runs ahead
//! whenever the runtime is idle, and it is idle whenever it waits for the writer's thread; madsim
//! wants the standard library's time and every crate with a socket replaced. Both would simulate
//! what hyper does and leave the writer's thread as the one thing that is not deterministic.
//!
//! A seed that fails is printed with the command that repeats it, and made small: steps are left
//! out for as long as the same promise is broken.
//! `ASSENT_SIMULATION_SEED` and `…_LENGTH` choose one, `…_KEEP` its steps, `…_STEPS` how many are
//! taken in all.

mod audit;
mod courier;
mod device;
mod dice;
mod faults;
mod judge;
mod log;
mod names;
mod run;
mod server;
mod shopify;
mod shops;
mod tiktok;
mod trail;
mod visit;
mod world;

#[path = "../endpoint/support/mod.rs"]
mod support;
