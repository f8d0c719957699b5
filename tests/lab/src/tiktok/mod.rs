//! A strict stand-in for TikTok: the Events API with every rule of
//! docs/facts/tiktok.md#rules-of-the-stand-in, the browser pixel, one dedup store over both legs
//! (docs/facts/tiktok.md#deduplication), and faults on demand.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use assent_lab::tiktok::{Answer, Fault, Options, Standin};
//! let tiktok = Standin::start(Options::one("C4LAB0000000000000TT", "a-token")).await?;
//! let api_base = tiktok.base_url();                           // for `[tiktok] api_base`
//! tiktok.fault(Fault::Answer(Answer::of(40100)).times(3));    // the next three requests are throttled
//! // … the endpoint under test works …
//! assert_eq!(tiktok.counted().len(), 1);                      // what TikTok counts
//! assert!(tiktok.violations().is_empty());
//! # Ok(()) }
//! ```

mod control;
mod dedup;
mod event;
mod exchange;
mod fault;
mod http;
mod match_keys;
mod object;
mod properties;
mod rules;
mod standin;
mod state;

pub use control::router as control_router;
pub use dedup::{Conversion, Copy};
pub use event::{Event, Leg, Outcome, Seen};
pub use exchange::Said;
pub use fault::{Answer, Fault, Timed};
pub use http::{events_api_router, pixel_router};
pub use rules::Refusal;
pub use standin::{Options, Standin};
pub use state::{Received, Tiktok};
