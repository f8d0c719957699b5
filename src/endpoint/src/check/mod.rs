//! `assent check`, and the dashboard's page of the same name: does all of it work, and what is to be
//! done? [`asking`] finds out, each question with a deadline; [`rules`] makes lines of what was found, as
//! pure functions. A line says nothing personal and no secret.
//!
//! What is deliberately absent: a question that could be counted. TikTok is asked by a test event where the
//! shop has a code for them, else by a request without events.

mod line;
mod rules;

pub use self::line::{Group, Light, Line, Verdict};
