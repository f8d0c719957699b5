//! One `[[shops]]` of the file.

use std::collections::BTreeMap;

use assent_gate::consent::{Cmp, Meanwhile, Policy};
use assent_gate::limits::SETTINGS_LIST;
use assent_gate::order::Money;
use assent_gate::settings::{
    CheckoutValue, ContentId, CustomEvent, Held, Leg, SecretPaths, Settings, ShopDomain,
};
use assent_gate::text::Text;
use assent_gate::tiktok::EventName;
use serde::Deserialize as _;
use serde::de::value::{Error as ValueError, StrDeserializer};

use super::access_token::AccessToken;
use super::configuration::{Secrets, Shop};
use super::fault_collector::FaultCollector;
use super::file;
use super::webhooks::webhooks;
use crate::rules::hold;
use crate::rules::mode::Mode;
use crate::rules::policy::{Confirm, ConfirmOn, PurchasePolicy, ReportedKinds, Unconfirmed};

/// What the gate asks of the setting ([`Policy::is_sound`]), in words.
const UNSOUND_MISSING: &str = "consent.missing = \"shopify\" needs one consent tool named in \
                               consent.cmp (not shopify, auto or bridge) and consent.undecided = \
                               \"shopify\": by it you state that this tool tells Shopify what \
                               shoppers choose";

/// What shops share. `None` where it was faulty and has been said already.
pub(super) struct SharedByShops {
    pub(super) public_url: Option<String>,
    pub(super) pixel_script: Option<String>,
}

impl FaultCollector<'_> {
    /// `None` where a fault leaves no shop to speak of; the fault has been noted.
    pub(super) fn shop(
        &mut self,
        n: usize,
        shop: file::ShopTable,
        world: &SharedByShops,
    ) -> Option<Shop> {
        let at = shop.domain.clone().unwrap_or_else(|| format!("number {}", n + 1));
        let domain = self.domain(&at, shop.domain.as_deref());
        let pixel_code = self.pixel_code(&at, shop.pixel_code.as_deref());
        let storefronts = self.storefronts(&at, &shop.storefronts);
        self.guard(&at, domain.as_ref(), &storefronts, world);
        let cmp = self.cmp(&at, shop.consent.cmp.as_deref());
        let file::ConsentTable { undecided, missing, held, .. } = &shop.consent;
        let undecided =
            self.word(&at, "consent.undecided", undecided.as_deref(), &Meanwhile::WORDS);
        let missing = self.word(&at, "consent.missing", missing.as_deref(), &Meanwhile::WORDS);
        let held = self.word(&at, "consent.held", held.as_deref(), &Held::WORDS);
        if cmp.is_some_and(|cmp| !Policy { cmp, undecided, missing }.is_sound()) {
            self.shop_fault(&at, UNSOUND_MISSING);
        }
        let content_id =
            self.word(&at, "content_id", shop.content_id.as_deref(), &ContentId::WORDS);
        let value =
            self.word(&at, "purchase.value", shop.purchase.value.as_deref(), &CheckoutValue::WORDS);
        let secret_paths = self.word(
            &at,
            "browser.secret_paths",
            shop.browser.secret_paths.as_deref(),
            &SecretPaths::WORDS,
        );
        for (key, list) in [
            ("consent.categories", &shop.consent.categories),
            ("url_parameters", &shop.url_parameters),
            ("url_paths", &shop.url_paths),
        ] {
            self.not_too_many(&at, key, list.len());
        }
        let url_paths = self.url_paths(&at, &shop.url_paths);
        self.not_too_many(&at, "storefronts", storefronts.len());
        self.not_too_many(&at, "custom_events", shop.custom_events.len());
        let events = self.events(&at, &shop.events).into_iter().collect();
        let custom_events = self.custom_events(&at, &shop.custom_events).into_iter().collect();
        let token = self.token(&at, &shop);
        let webhook_secrets = self.webhook_secrets(&at, &shop.webhook_secret_envs);
        let purchase = self.purchase(&at, &shop.purchase, !shop.webhook_secret_envs.is_empty());
        let settings = Settings {
            shop: domain?,
            pixel_code: pixel_code?.into(),
            endpoint: world.public_url.clone()?.into(),
            pixel_script: world.pixel_script.clone()?.into(),
            cmp: cmp?,
            undecided,
            missing,
            held,
            categories: shop.consent.categories,
            storefronts: storefronts.into_iter().map(Text::from).collect(),
            content_id,
            value,
            url_parameters: shop.url_parameters,
            url_paths,
            secret_paths,
            events,
            custom_events,
            debug: shop.debug,
        };
        Some(Shop {
            settings,
            token,
            webhook_secrets,
            webhooks: webhooks(&shop.webhook_secret_envs),
            test_event_code: shop.test_event_code,
            mode: Mode::default(),
            purchase,
            zone: self.zone(&at, shop.time_zone.as_deref()),
        })
    }

    /// The module reads no more than this many of a list.
    fn not_too_many(&mut self, at: &str, key: &str, count: usize) {
        if count > SETTINGS_LIST {
            self.shop_fault(at, &format!("{key}: {count} are too many, {SETTINGS_LIST} at most"));
        }
    }

    pub(super) fn shop_fault(&mut self, at: &str, fault: &str) {
        self.fault(format!("shops ({at}): {fault}"));
    }

    /// One word of a short list; the list's first is the default.
    fn word<T: Copy>(&mut self, at: &str, key: &str, text: Option<&str>, words: &[(&str, T)]) -> T {
        let text = text.unwrap_or(words[0].0);
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return *value;
        }
        let list: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        self.shop_fault(at, &format!("{key}: `{text}` is none of {}", list.join(", ")));
        words[0].1
    }

    fn domain(&mut self, at: &str, text: Option<&str>) -> Option<ShopDomain> {
        let domain = text.and_then(|text| text.parse().ok());
        if domain.is_none() {
            self.shop_fault(
                at,
                "domain: the shop's permanent name is expected, such as `acme.myshopify.com`",
            );
        }
        domain
    }

    fn pixel_code(&mut self, at: &str, text: Option<&str>) -> Option<String> {
        let code = text.filter(|code| {
            (8..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        if code.is_none() {
            self.shop_fault(
                at,
                "pixel_code: TikTok's pixel code is expected (about 20 letters and digits)",
            );
        }
        code.map(str::to_owned)
    }

    fn storefronts(&mut self, at: &str, hosts: &[String]) -> Vec<String> {
        for host in hosts.iter().filter(|host| !is_host(host)) {
            self.shop_fault(
                at,
                &format!("storefronts: `{host}` is not a host name (no scheme, no path)"),
            );
        }
        hosts.iter().map(|host| host.to_ascii_lowercase()).collect()
    }

    /// Shopify's guard blocks, by prefix, every request whose address begins with the shop's own
    /// host.
    fn guard(
        &mut self,
        at: &str,
        domain: Option<&ShopDomain>,
        storefronts: &[String],
        world: &SharedByShops,
    ) {
        let Some(endpoint) =
            world.public_url.as_deref().and_then(|url| url.split_once("://")).map(|(_, rest)| rest)
        else {
            return;
        };
        let own = storefronts.iter().map(String::as_str).chain(domain.map(ShopDomain::as_str));
        for host in own.filter(|host| !host.is_empty() && endpoint.starts_with(host)) {
            let fault = format!(
                "public_url begins with the shop's host `{host}`: Shopify blocks that; use \
                 another host"
            );
            self.shop_fault(at, &fault);
        }
    }

    fn cmp(&mut self, at: &str, text: Option<&str>) -> Option<Cmp> {
        let Some(text) = text else {
            let fault = "consent.cmp: missing, and there is no default: `shopify`, `auto`, \
                         `bridge`, or your CMP's name";
            self.shop_fault(at, fault);
            return None;
        };
        let cmp = text.parse().ok();
        if cmp.is_none() {
            self.shop_fault(
                at,
                &format!(
                    "consent.cmp: `{text}` is none of shopify, auto, bridge or the CMPs we can read"
                ),
            );
        }
        cmp
    }

    fn legs(&mut self, at: &str, key: &str, legs: &[String]) -> Vec<Leg> {
        let one = |text: &String| {
            Leg::deserialize(StrDeserializer::<ValueError>::new(text))
                .map_err(|_| format!("{key}: `{text}` is neither browser nor server"))
        };
        let read: Vec<_> = legs.iter().map(one).collect();
        read.into_iter()
            .filter_map(|leg| leg.map_err(|fault| self.shop_fault(at, &fault)).ok())
            .collect()
    }

    fn name(&mut self, at: &str, key: &str, text: &str) -> Option<EventName> {
        let name = text.parse().ok();
        if name.is_none() {
            self.shop_fault(at, &format!("{key}: `{text}` is not an event of TikTok's"));
        }
        name
    }

    /// TikTok's `page` call takes no event_id: two copies of a Pageview could never become one.
    fn one_leg_only(&mut self, at: &str, key: &str, name: Option<EventName>, legs: &[Leg]) {
        if name == Some(EventName::Pageview)
            && legs.contains(&Leg::Browser)
            && legs.contains(&Leg::Server)
        {
            self.shop_fault(
                at,
                &format!("{key}: Pageview may have one leg only, for it cannot be deduplicated"),
            );
        }
    }

    fn events(
        &mut self,
        at: &str,
        events: &BTreeMap<String, Vec<String>>,
    ) -> BTreeMap<EventName, Vec<Leg>> {
        let mut routes = BTreeMap::new();
        for (name, legs) in events {
            let key = format!("events.{name}");
            let (name, legs) = (self.name(at, &key, name), self.legs(at, &key, legs));
            self.one_leg_only(at, &key, name, &legs);
            if let Some(name) = name {
                routes.insert(name, legs);
            }
        }
        routes
    }

    /// In the order in which JavaScript lists an object's keys: a browser says which settings it
    /// runs with by a hash of what it lists.
    fn custom_events(
        &mut self,
        at: &str,
        events: &BTreeMap<String, file::CustomEventTable>,
    ) -> Vec<(Text, CustomEvent)> {
        let mut routes = Vec::new();
        for (own, custom) in events {
            let key = format!("custom_events.{own}");
            let (Some(event), Some(to)) = (&custom.event, &custom.to) else {
                self.shop_fault(
                    at,
                    &format!("{key}: both `event` (one of TikTok's) and `to` (a list) are needed"),
                );
                continue;
            };
            let (event, to) = (self.name(at, &key, event), self.legs(at, &key, to));
            self.one_leg_only(at, &key, event, &to);
            if event == Some(EventName::Purchase) {
                self.shop_fault(
                    at,
                    &format!(
                        "{key}: a Purchase comes from the checkout only, never from a custom event"
                    ),
                );
            }
            if let Some(event) = event {
                routes.push((Text::from(own.as_str()), CustomEvent { event, to }));
            }
        }
        routes.sort_by_key(|(own, _)| (array_index(own).is_none(), array_index(own)));
        routes
    }

    fn token(&mut self, at: &str, shop: &file::ShopTable) -> Option<AccessToken> {
        match (&shop.access_token_env, &shop.access_token_file) {
            (Some(name), None) => self
                .variable(&format!("shops ({at}): access_token_env"), name)
                .map(AccessToken::Fixed),
            (None, Some(path)) => {
                let token = AccessToken::File(self.base.join(path));
                if self.secrets == Secrets::Needed && !matches!(token.read(), Ok(Some(_))) {
                    // Not repeated: it may be the token itself, put in the wrong place.
                    self.shop_fault(
                        at,
                        "access_token_file: the file it names cannot be read, or is empty",
                    );
                }
                Some(token)
            }
            (Some(_), Some(_)) => {
                self.shop_fault(at, "access_token_env and access_token_file: one of the two");
                None
            }
            (None, None) => {
                self.shop_fault(
                    at,
                    "access_token_env: missing; name the variable that holds TikTok's access token",
                );
                None
            }
        }
    }

    fn purchase(
        &mut self,
        at: &str,
        purchase: &file::PurchaseTable,
        webhooks: bool,
    ) -> PurchasePolicy {
        let confirm = match purchase.confirm.as_deref() {
            None if webhooks => Confirm::Webhook,
            None => Confirm::Beacon,
            text => self.word(
                at,
                "purchase.confirm",
                text,
                &[("webhook", Confirm::Webhook), ("beacon", Confirm::Beacon)],
            ),
        };
        if confirm == Confirm::Webhook && !webhooks {
            let fault = "purchase.confirm = \"webhook\" without webhook_secret_envs: no order \
                         could ever be believed";
            self.shop_fault(at, fault);
        }
        let hold_seconds = purchase.hold_seconds.unwrap_or(hold::USUAL_HOLD);
        if !(0..=hold::LONGEST_HOLD).contains(&hold_seconds) {
            let longest = hold::LONGEST_HOLD;
            let fault = format!(
                "purchase.hold_seconds: from 0 to {longest}, for TikTok merges the two copies \
                 within 5 minutes"
            );
            self.shop_fault(at, &fault);
        }
        let unconfirmed = self.word(
            at,
            "purchase.unconfirmed",
            purchase.unconfirmed.as_deref(),
            &[("send", Unconfirmed::Send), ("drop", Unconfirmed::Drop)],
        );
        let confirm_on = self.word(
            at,
            "purchase.confirm_on",
            purchase.confirm_on.as_deref(),
            &[("created", ConfirmOn::Created), ("paid", ConfirmOn::Paid)],
        );
        let money = self.word(
            at,
            "purchase.money",
            purchase.money.as_deref(),
            &[("presentment", Money::Presentment), ("shop", Money::Shop)],
        );
        let file::ReportTable { test, pos, draft, renewals } = purchase.report;
        let report = ReportedKinds { test, pos, draft, renewals };
        PurchasePolicy { confirm, confirm_on, hold_seconds, unconfirmed, money, report }
    }
}

/// Keys that are array indices come first, by their number (ECMA-262, OrdinaryOwnPropertyKeys).
fn array_index(key: &str) -> Option<u32> {
    key.parse().ok().filter(|index: &u32| *index < u32::MAX && index.to_string() == key)
}

/// A host name, with a port where a lab needs one.
fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    !name.is_empty()
        && name.bytes().all(plain)
        && !name.starts_with(['.', '-'])
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}
