//! `assent check --wait`: a person clicks through the shop, and what arrives is ticked off.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use assent_gate::tiktok::EventName;
use assent_gate::time::Timestamp;
use tokio::time::{Instant, sleep, timeout_at};

use crate::clock::Clock;
use crate::commands::failure::Failure;
use crate::config::Shop;
use crate::rules::debt::{End, Stage};
use crate::store::StoreError;
use crate::store::read::{AtWork, Reader};
use crate::store_place::StorePlace;

/// Between two looks at the store.
const EVERY: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(600);

/// The word that README's way to it ends with.
const VERIFIED: &str = "First verified event: TikTok took what your shop's browser sent.";

#[derive(Debug, thiserror::Error)]
enum WaitError {
    #[error("stopped; not seen yet: {0}")]
    Stopped(String),
    #[error(
        "10 minutes are over; not seen yet: {0}. Open the browser's console in the shop with \
         ?assent_debug=1 behind its address (`debug = true`): it says what keeps the pixel"
    )]
    Late(String),
    #[error("nothing to wait for: no event of this shop goes by the server")]
    Nothing,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Until all has arrived, on Ctrl-C, or for 10 minutes.
pub(super) async fn wait(
    store: &StorePlace,
    shop: &Arc<Shop>,
    clock: &Clock,
) -> Result<(), Failure> {
    let domain = shop.settings.shop.clone();
    let look = || Reader::open(store)?.at_work(&domain, clock.now());
    let by_server = |name: &EventName| !shop.settings.server_leg_is_off(*name);
    let names = [EventName::AddToCart, EventName::InitiateCheckout].into_iter().filter(by_server);
    let waiting = Waiting::new(names.collect(), clock.now(), &look()?);
    // It fails only where no handler can be set: then the system's own ends the process.
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    Ok(watch(waiting, look, tell, stop).await?)
}

/// Progress is no part of the answer.
fn tell(text: &str) {
    // Nobody to tell it to is no failure.
    _ = writeln!(std::io::stderr(), "{text}");
}

async fn watch(
    mut waiting: Waiting,
    look: impl Fn() -> Result<AtWork, StoreError>,
    tell: impl Fn(&str),
    stop: impl Future<Output = ()>,
) -> Result<(), WaitError> {
    if waiting.steps.is_empty() {
        return Err(WaitError::Nothing);
    }
    tell(&waiting.instruction());
    let end = Instant::now() + LONGEST;
    tokio::pin!(stop);
    loop {
        waiting.see(&look()?).iter().for_each(|ticked| tell(ticked));
        if waiting.is_done() {
            tell(VERIFIED);
            return Ok(());
        }
        tokio::select! {
            () = &mut stop => return Err(WaitError::Stopped(waiting.missing())),
            slept = timeout_at(end, sleep(EVERY)) => {
                if slept.is_err() {
                    return Err(WaitError::Late(waiting.missing()));
                }
            }
        }
    }
}

/// What is still to be seen since a moment.
#[derive(Debug)]
struct Waiting {
    since: Timestamp,
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    name: EventName,
    what: What,
    /// Of this event when the waiting began: how many had been delivered at that moment.
    before: usize,
    is_seen: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Arrives,
    IsDelivered,
}

impl Waiting {
    fn new(names: Vec<EventName>, since: Timestamp, now: &AtWork) -> Self {
        let steps = names.into_iter().flat_map(|name| {
            let before = delivered(now, name, since);
            [What::Arrives, What::IsDelivered].map(|what| Step {
                name,
                what,
                before,
                is_seen: false,
            })
        });
        Self { since, steps: steps.collect() }
    }

    fn instruction(&self) -> String {
        let begins = self.steps.iter().any(|step| step.name == EventName::InitiateCheckout);
        let checkout = if begins { ", then begin the checkout" } else { "" };
        format!(
            "Now open your shop, accept cookies, and add something to the cart{checkout}. (Page and product views \
             go by the browser alone: TikTok's Pixel Helper shows them.) Waiting 10 minutes; Ctrl-C ends it."
        )
    }

    /// What is new, a line each.
    fn see(&mut self, now: &AtWork) -> Vec<String> {
        let since = self.since;
        let mut ticked = Vec::new();
        for step in self.steps.iter_mut().filter(|step| !step.is_seen) {
            let Step { name, what, before, .. } = *step;
            step.is_seen = match what {
                What::Arrives => now
                    .arrivals
                    .iter()
                    .any(|arrivals| arrivals.name == name.as_str() && arrivals.last_at >= since),
                What::IsDelivered => delivered(now, name, since) > before,
            };
            if step.is_seen {
                ticked.push(format!("✓ {}", step.words()));
            }
        }
        ticked
    }

    fn is_done(&self) -> bool {
        self.steps.iter().all(|step| step.is_seen)
    }

    fn missing(&self) -> String {
        let missing = self.steps.iter().filter(|step| !step.is_seen);
        missing.map(Step::words).collect::<Vec<_>>().join(", ")
    }
}

impl Step {
    fn words(&self) -> String {
        let what = match self.what {
            What::Arrives => "came from the browser",
            What::IsDelivered => "was taken by TikTok",
        };
        format!("{} {what}", self.name.as_str())
    }
}

fn delivered(now: &AtWork, name: EventName, since: Timestamp) -> usize {
    let is_new = |end: &&crate::store::read::EndSeen| {
        end.name == name.as_str()
            && end.at >= since
            && end.stage == Some(Stage::Ended(End::Delivered))
    };
    now.ends.iter().filter(is_new).count()
}

#[cfg(test)]
mod tests;
