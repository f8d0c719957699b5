//! Consent: the only place where a [`Grant`] can be made.
//!
//! [`decide`] takes what was read ([`Signals`]) and what the shop asks for ([`Policy`]) and answers
//! with the first rule of the contract's list that applies. Silence is a no: missing, odd or
//! unreadable is never granted.
//!
//! It imports nothing of what is built on it: neither settings nor beacons nor a destination. A new
//! CMP is one file in `records/` and one line in its table.

mod conflict;
mod decision;
mod decode;
mod evidence;
mod policy;
pub mod records;
mod rule;
mod signals;
mod source;
#[cfg(test)]
mod tests;

pub use conflict::{Conflict, conflicts};
pub use decision::{Decision, Grant, decide};
pub use evidence::{Basis, Evidence};
pub use policy::{Cmp, CmpExpected, Meanwhile, MeanwhileExpected, Policy};
pub use records::{RECORD_AHEAD, Record, Verdict};
pub use rule::Rule;
pub use signals::{Shopify, Signals};
pub use source::{Source, SourceExpected};
