//! The gate: may this event leave, under which name, in which words?
//!
//! Pure. It does no I/O, asks no clock and rolls no dice: time and randomness are arguments, so
//! every decision can be replayed in a test. The same code runs in the shopper's browser (as
//! WebAssembly) and on the endpoint.
//!
//! Read it in the order an event travels:
//!
//! 1. [`shopify`] parses what Shopify hands over (through [`node::Node`]) into our own nouns,
//!    [`event`];
//! 2. [`consent`] decides: only it can make a [`consent::Grant`], and nothing that leaves is built
//!    without one;
//! 3. [`conversion`] puts an event into the words of [`tiktok`]: [`ids`] names it,
//!    [`tiktok::person`] hashes who it was, [`page`] cleans its URL;
//! 4. [`session`] is one page view in the browser: what is held, what the device keeps
//!    ([`device`]), and the [`plan`] of things the shell must now do;
//! 5. [`beacon`] is what the browser sends; [`admission`] is the endpoint's own second decision
//!    about it;
//! 6. [`order`] is what the server learns from Shopify: which Purchase it proves, and at which
//!    figures;
//! 7. [`tiktok::events_api`] is what TikTok's Events API receives.
//!
//! [`settings`] is what it knows of a shop, and [`limits`] how long a text or a list may be.
//!
//! What it does not do: it stores nothing, sends nothing, and knows no HTTP.
#![forbid(unsafe_code)]

pub mod admission;
mod base64;
pub mod beacon;
pub mod consent;
pub mod contact;
pub mod conversion;
pub mod device;
pub mod door;
pub mod event;
mod expected;
pub mod hex;
pub mod ids;
pub mod jar;
pub mod json;
pub mod limits;
pub mod node;
pub mod order;
pub mod page;
pub mod plan;
pub mod refusal;
pub mod session;
pub mod settings;
pub mod shopify;
pub mod text;
pub mod tiktok;
pub mod time;
