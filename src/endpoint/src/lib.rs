//! Shell 2: the gate behind HTTP, with a durable store. The binary `assent`.
//!
//! A guided tour, the way an event takes:
//! 1. [`config`] reads `assent.toml` once and names every fault in it; [`serve`] wires everything together;
//! 2. [`http`] takes a beacon and asks the gate to decide again, or a webhook and checks that Shopify signed it;
//! 3. [`store`] writes receipt, context, event and debt in one transaction, and only then a 202 is said; an order is joined
//!    there with what the shopper's browser left under consent;
//! 4. [`delivery`] pays the debt: tables say what an answer of TikTok's means, a courier carries it out;
//! 5. [`compliance`] carries out what Shopify demands for a customer or a shop: a report, or an erasure;
//! 6. [`cli`] is the command line; [`why`], [`report`], [`snippet`], [`extension`], [`map`], [`consent`], [`receipts`],
//!    [`forget`] and [`webhooks`] are its commands.
//!
//! What is deliberately absent: any decision about consent (the gate's), any Shopify field name (the gate's parser's),
//! any clock but [`clock`], and any text of TikTok's or a shopper's in the log.
#![forbid(unsafe_code)]

pub mod calendar;
pub mod cidr;
pub mod cli;
pub mod clock;
mod commands;
pub mod compliance;
pub mod config;
pub mod delivery;
mod dist;
pub mod http;
pub mod pixel;
pub mod rules;
pub mod secret;
pub mod store;
mod tree;
