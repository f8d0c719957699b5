//! `[shops.events]` and `[shops.custom_events]`: which events a shop has, and in which copies.

use std::collections::BTreeMap;

use assent_gate::settings::{CustomEvent, Leg};
use assent_gate::text::Text;
use assent_gate::tiktok::EventName;
use serde::Deserialize as _;
use serde::de::value::{Error as ValueError, StrDeserializer};

use super::did_you_mean::none_of;
use super::fault_collector::FaultCollector;
use super::shop_file::{self, CustomEventTable};
use super::shop_name::ShopName;

impl FaultCollector<'_> {
    fn legs(&mut self, at: &ShopName, key: &str, legs: &[String]) -> Vec<Leg> {
        let mut read = Vec::new();
        for text in legs {
            match Leg::deserialize(StrDeserializer::<ValueError>::new(text)) {
                Ok(leg) => read.push(leg),
                Err(_) => self.shop_fault(at, key, none_of(text, &shop_file::LEGS)),
            }
        }
        read
    }

    fn event_name(&mut self, at: &ShopName, key: &str, text: &str) -> Option<EventName> {
        let name = text.parse().ok();
        if name.is_none() {
            self.shop_fault(at, key, none_of(text, &shop_file::events()));
        }
        name
    }

    /// TikTok's `page` call takes no event_id: two copies of a Pageview could never become one.
    fn one_leg_only(&mut self, at: &ShopName, key: &str, name: Option<EventName>, legs: &[Leg]) {
        if name == Some(EventName::Pageview)
            && legs.contains(&Leg::Browser)
            && legs.contains(&Leg::Server)
        {
            let what = "Pageview may have one leg only, for it cannot be deduplicated";
            self.shop_fault(at, key, what);
        }
    }

    pub(super) fn events(
        &mut self,
        at: &ShopName,
        events: &BTreeMap<String, Vec<String>>,
    ) -> BTreeMap<EventName, Vec<Leg>> {
        let mut routes = BTreeMap::new();
        for (name, legs) in events {
            let key = format!("events.{name}");
            let (name, legs) = (self.event_name(at, &key, name), self.legs(at, &key, legs));
            self.one_leg_only(at, &key, name, &legs);
            if let Some(name) = name {
                routes.insert(name, legs);
            }
        }
        routes
    }

    /// In the order in which JavaScript lists an object's keys: a browser says which settings it
    /// runs with by a hash of what it lists.
    pub(super) fn custom_events(
        &mut self,
        at: &ShopName,
        events: &BTreeMap<String, CustomEventTable>,
    ) -> Vec<(Text, CustomEvent)> {
        let mut routes = Vec::new();
        for (own, custom) in events {
            let key = format!("custom_events.{own}");
            let (Some(event), Some(to)) = (&custom.event, &custom.to) else {
                let what = "both `event` (one of TikTok's) and `to` (a list) are needed";
                self.shop_fault(at, &key, what);
                continue;
            };
            let (event, to) = (self.event_name(at, &key, event), self.legs(at, &key, to));
            self.one_leg_only(at, &key, event, &to);
            if event == Some(EventName::Purchase) {
                let what = "a Purchase comes from the checkout only, never from a custom event";
                self.shop_fault(at, &key, what);
            }
            if let Some(event) = event {
                routes.push((Text::from(own.as_str()), CustomEvent { event, to }));
            }
        }
        routes.sort_by_key(|(own, _)| (array_index(own).is_none(), array_index(own)));
        routes
    }
}

/// Keys that are array indices come first, by their number (ECMA-262, OrdinaryOwnPropertyKeys).
fn array_index(key: &str) -> Option<u32> {
    key.parse().ok().filter(|index: &u32| *index < u32::MAX && index.to_string() == key)
}
