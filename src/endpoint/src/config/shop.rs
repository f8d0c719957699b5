//! One `[[shops]]` of the file.

use assent_gate::consent::{Cmp, Meanwhile, Policy};
use assent_gate::limits::SETTINGS_LIST;
use assent_gate::settings::{CheckoutValue, ContentId, Held, SecretPaths, Settings, ShopDomain};
use assent_gate::text::Text;

use super::access_token::AccessToken;
use super::configuration::{Secrets, Shop};
use super::did_you_mean::none_of;
use super::fault_collector::FaultCollector;
use super::shop_file::{self, ConsentTable, ShopTable};
use super::shop_name::ShopName;
use super::webhooks::webhooks;
use crate::rules::mode::Mode;
use crate::rules::policy::Confirm;
use crate::secret::Secret;

/// What the gate asks of the setting ([`Policy::is_sound`]), in words.
const UNSOUND_MISSING: &str = "\"shopify\" needs one consent tool named in \
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
        shop: ShopTable,
        world: &SharedByShops,
    ) -> Option<Shop> {
        let at = ShopName::of(n, shop.domain.as_deref());
        let domain = self.domain(&at, shop.domain.as_deref());
        let pixel_code = self.pixel_code(&at, shop.pixel_code.as_deref());
        let storefronts = self.storefronts(&at, &shop.storefronts);
        self.guard(&at, domain.as_ref(), &storefronts, world);
        let cmp = self.cmp(&at, shop.consent.cmp.as_deref());
        let ConsentTable { undecided, missing, held, .. } = &shop.consent;
        let undecided =
            self.word(&at, "consent.undecided", undecided.as_deref(), &Meanwhile::WORDS);
        let missing = self.word(&at, "consent.missing", missing.as_deref(), &Meanwhile::WORDS);
        let held = self.word(&at, "consent.held", held.as_deref(), &Held::WORDS);
        if cmp.is_some_and(|cmp| !Policy { cmp, undecided, missing }.is_sound()) {
            self.shop_fault(&at, "consent.missing", UNSOUND_MISSING);
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
        let believed = !shop.webhook_secret_envs.is_empty();
        let confirm = if believed { Confirm::Webhook } else { Confirm::Beacon };
        let purchase = self.purchase(&at, &shop.purchase, confirm);
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
    fn not_too_many(&mut self, at: &ShopName, key: &str, count: usize) {
        if count > SETTINGS_LIST {
            self.shop_fault(at, key, format!("{count} are too many, {SETTINGS_LIST} at most"));
        }
    }

    /// One word of a short list; the list's first is the default.
    pub(super) fn word<T: Copy>(
        &mut self,
        at: &ShopName,
        key: &str,
        text: Option<&str>,
        words: &[(&'static str, T)],
    ) -> T {
        let text = text.unwrap_or(words[0].0);
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return *value;
        }
        let list = shop_file::words(words);
        let what = none_of(text, &list);
        self.shop_fault(at, key, what);
        words[0].1
    }

    fn domain(&mut self, at: &ShopName, text: Option<&str>) -> Option<ShopDomain> {
        let domain = text.and_then(|text| text.parse().ok());
        if domain.is_none() {
            self.shop_fault(
                at,
                "domain",
                "the shop's permanent name is expected, such as `acme.myshopify.com`",
            );
        }
        domain
    }

    fn pixel_code(&mut self, at: &ShopName, text: Option<&str>) -> Option<String> {
        let code = text.filter(|code| {
            (8..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        if code.is_none() {
            self.shop_fault(
                at,
                "pixel_code",
                "TikTok's pixel code is expected (about 20 letters and digits)",
            );
        }
        code.map(str::to_owned)
    }

    fn storefronts(&mut self, at: &ShopName, hosts: &[String]) -> Vec<String> {
        for host in hosts.iter().filter(|host| !is_host(host)) {
            self.shop_fault(
                at,
                "storefronts",
                format!("`{host}` is not a host name (no scheme, no path)"),
            );
        }
        hosts.iter().map(|host| host.to_ascii_lowercase()).collect()
    }

    /// Shopify's guard blocks, by prefix, every request whose address begins with the shop's own
    /// host.
    fn guard(
        &mut self,
        at: &ShopName,
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
            self.shop_fault(at, "storefronts", fault);
        }
    }

    fn cmp(&mut self, at: &ShopName, text: Option<&str>) -> Option<Cmp> {
        let all = shop_file::cmps();
        let Some(text) = text else {
            let what = format!("missing, and there is no default; one of {}", all.join(", "));
            self.shop_fault(at, "consent.cmp", what);
            return None;
        };
        let cmp = text.parse().ok();
        if cmp.is_none() {
            let what = none_of(text, &all);
            self.shop_fault(at, "consent.cmp", what);
        }
        cmp
    }

    fn token(&mut self, at: &ShopName, shop: &ShopTable) -> Option<AccessToken> {
        match (&shop.access_token_env, &shop.access_token_file) {
            (Some(name), None) => {
                self.shop_variable(at, "access_token_env", name).map(AccessToken::Fixed)
            }
            (None, Some(path)) => {
                let token = AccessToken::File(self.base.join(path));
                if self.secrets == Secrets::Needed && !matches!(token.read(), Ok(Some(_))) {
                    // Not repeated: it may be the token itself, put in the wrong place.
                    self.shop_fault(
                        at,
                        "access_token_file",
                        "the file it names cannot be read, or is empty",
                    );
                }
                Some(token)
            }
            (Some(_), Some(_)) => {
                let what = "and access_token_env: one of the two, please";
                self.shop_fault(at, "access_token_file", what);
                None
            }
            (None, None) => {
                self.shop_fault(
                    at,
                    "access_token_env",
                    "missing; name the variable that holds TikTok's access token",
                );
                None
            }
        }
    }

    pub(super) fn shop_variable(&mut self, at: &ShopName, key: &str, name: &str) -> Option<Secret> {
        match self.variable(name) {
            Ok(secret) => secret,
            Err(what) => {
                self.shop_fault(at, key, what);
                None
            }
        }
    }
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
