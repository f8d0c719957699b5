//! A running `assent` beside a stand-in for TikTok, and the few things a browser does to it.
#![allow(dead_code, reason = "two test programs share this, and each uses its part")]

pub(crate) mod beacon;
pub(crate) mod beside;
pub(crate) mod exposition;
pub(crate) mod front;
pub(crate) mod http;
pub(crate) mod orders;
pub(crate) mod place;
pub(crate) mod rows;
pub(crate) mod search;
pub(crate) mod server;
pub(crate) mod terminal;

use std::time::{Duration, Instant};

/// Asks until it is so, and fails with `what` after a while. Nothing here sleeps and hopes.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < patience, "still not so after 60 s: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
