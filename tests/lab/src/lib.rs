//! The lab: a local Shopify and a local TikTok. `npm start` shows them to a newcomer; the browser
//! tests, the endpoint's tests and the crash test run against them.
//!
//! A guided tour:
//! - [`tiktok`] is the strict stand-in for TikTok: Events API, browser pixel, dedup across both legs, faults on demand.
//!   Rust tests start it in-process: [`tiktok::Standin::start`].
//! - [`shop`] is the replica of Shopify: storefront, checkout, both pixel sandboxes, and the webhooks that tell of an order.
//! - [`hosts`] puts both on one port; [`certificate`] makes tls mode's; [`echo`] is the witness of the replica's own check.
//! - [`listener`] serves a router on plain http or TLS, on connections that a fault can cut.
//! - [`clock`] is time that a test can move.
//!
//! Nothing here is part of the product, and nothing here may be reached from anywhere but loopback.

pub mod certificate;
pub mod clock;
pub mod echo;
pub mod hosts;
pub mod listener;
pub mod shop;
pub mod tiktok;
