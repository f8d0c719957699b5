//! Shell 2: the gate behind HTTP, with a durable store. The binary `assent`.
//!
//! A guided tour, the way an event takes:
//! 1. [`cli`] is the list of commands, each of which has a file in `commands`. `assent serve`
//!    reads `assent.toml` ([`config`]: once, and every fault in it is named) and wires everything
//!    together.
//! 2. [`http`] takes a beacon and asks the gate to decide again, or a webhook and checks that
//!    Shopify signed it.
//! 3. [`store`] writes receipt, context, event and debt in one transaction; only then is a 202
//!    said. An order meets there what the shopper's browser has left under consent.
//! 4. [`rules`] says what may happen, as pure tables: what an order does to its Purchase, what an
//!    answer of TikTok's means, when a debt is due again.
//! 5. [`delivery`] pays the debt: a courier sends it to TikTok, and writes down what the rules
//!    say.
//! 6. [`compliance`] carries out what Shopify demands for a customer or a shop: a report, or an
//!    erasure.
//! 7. [`monitor`] says how the endpoint is: readiness, series for Prometheus, alerts.
//! 8. Who only reads, such as `assent why` and `assent report`, asks [`store::read::Reader`].
//! 9. [`check`] looks whether all of it works, and says what to do.
//! 10. The dashboard's pages are functions of what `http/admin` has read for them.
//!
//! What is deliberately absent: any decision about consent (the gate's), any Shopify field name
//! (the gate's parser's), any clock but [`clock`], any calendar but [`calendar`] and
//! [`zone`], and any text of
//! TikTok's or a shopper's in the log.
#![forbid(unsafe_code)]

pub mod calendar;
pub mod check;
pub mod cidr;
pub mod cli;
pub mod clock;
mod commands;
pub mod compliance;
pub mod config;
mod dashboard;
mod data_centres;
pub mod delivery;
mod dist;
pub mod http;
mod lenient;
mod logging;
mod lookout;
pub mod module;
pub mod monitor;
mod open_files;
mod pasteable;
pub mod pixel;
mod printed_settings;
mod private_file;
mod registrations;
pub mod rules;
pub mod run_number;
pub mod secret;
pub mod store;
pub mod store_place;
mod tree;
mod wrongs;
pub mod zone;
