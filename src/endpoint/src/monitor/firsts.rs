//! The first of its kind of each shop since the process began, a line of the log each: so that who sets
//! up a shop and watches the log sees that it works.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};

use assent_gate::settings::ShopDomain;

use crate::rules::debt::End;
use crate::rules::mode::Mode;
use crate::store::{Happened, Happening};

#[derive(Debug, Clone, Copy)]
#[repr(u8)]
enum First {
    Event = 1,
    Order = 2,
    Delivery = 4,
}

#[derive(Debug)]
pub(crate) struct Firsts(HashMap<String, AtomicU8>);

impl Firsts {
    pub(super) fn of(shops: &[String]) -> Self {
        Self(shops.iter().map(|shop| (shop.clone(), AtomicU8::new(0))).collect())
    }

    fn is_news(&self, shop: &ShopDomain, first: First) -> bool {
        let seen = self.0.get(shop.as_str());
        seen.is_some_and(|seen| seen.fetch_or(first as u8, Ordering::Relaxed) & first as u8 == 0)
    }

    /// What the store has committed.
    pub(super) fn happened(&self, happened: &[Happened]) {
        for Happened { shop, mode, what } in happened {
            let domain = shop.as_str();
            let mode = match mode {
                Mode::Live => "live",
                Mode::Test => "test",
            };
            match what {
                Happening::Accepted(name) if self.is_news(shop, First::Event) => {
                    let name = name.as_str();
                    tracing::info!(shop = domain, name, mode, "the first event from a browser");
                }
                Happening::Ended { end: End::Delivered, .. }
                    if self.is_news(shop, First::Delivery) =>
                {
                    tracing::info!(shop = domain, mode, "the first event that TikTok has taken");
                }
                Happening::Accepted(_)
                | Happening::Ended { .. }
                | Happening::Duplicate(_)
                | Happening::Recovered(_) => {}
            }
        }
    }

    /// A signed webhook of an order.
    pub(crate) fn order(&self, shop: &ShopDomain, topic: &'static str) {
        if self.is_news(shop, First::Order) {
            tracing::info!(shop = shop.as_str(), topic, "the first order webhook");
        }
    }
}
