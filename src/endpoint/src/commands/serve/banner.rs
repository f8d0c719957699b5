//! What is said at the start: in which mode each shop runs, and what may be done next. Nobody may take a
//! test for the real thing, nor the reverse.

use std::sync::Arc;

use assent_gate::settings::ShopDomain;

use crate::calendar::Days;
use crate::config::{Config, Shop};
use crate::monitor::hourly::TEST_MODE;
use crate::rules::mode::Mode;
use crate::rules::silence::Webhooks;
use crate::store::read::Reader;
use crate::store_place::StorePlace;

/// An agency's hundreds would hide the rest. Those that test are told of all.
const MOST: usize = 20;

/// Before it listens.
pub(super) fn shops(config: &Config) {
    for shop in config.shops.iter().filter(|shop| shop.mode.is_test()) {
        tracing::warn!(shop = shop.settings.shop.as_str(), mode = "test", "{TEST_MODE}");
    }
    let live: Vec<_> = config.shops.iter().filter(|shop| !shop.mode.is_test()).collect();
    for shop in live.iter().take(MOST) {
        let (cmp, orders) = (String::from(shop.settings.cmp), orders(shop));
        tracing::info!(
            shop = shop.settings.shop.as_str(),
            cmp,
            orders,
            mode = "live",
            "serves a shop"
        );
    }
    if live.len() > MOST {
        tracing::info!(n = live.len() - MOST, mode = "live", "serves more shops");
    }
}

fn orders(shop: &Shop) -> &'static str {
    match shop.webhooks {
        Webhooks::Expected => "by webhook",
        Webhooks::NotSetUp => "not told of: no webhook_secret_envs",
    }
}

/// When it listens.
pub(super) fn next(config: &Config) {
    let public_url = &config.public_url;
    tracing::info!(
        public_url,
        "browsers and Shopify are to reach it there; `assent check` tries it"
    );
    if config.admin.is_some() && config.admin_listen.is_none() {
        tracing::info!("/admin is at the same address, by the admin token");
    }
    let unheard = unheard(config, &config.store);
    match unheard.as_slice() {
        [] => {}
        [only] => {
            let shop = only.as_str();
            tracing::info!(
                shop,
                "no pixel of this shop has been heard of in the last 7 days: `assent snippet --shop \
                 {shop}` prints what to paste"
            );
        }
        [first, ..] => {
            let (shop, n) = (first.as_str(), unheard.len());
            tracing::info!(
                n,
                "no pixel of {n} shops, {shop} among them, has been heard of in the last 7 days: `assent \
                 snippet --shop DOMAIN` prints what to paste, /admin/setup and `assent check` name the shops"
            );
        }
    }
}

/// Shops whose browsers have sent nothing that is still known.
fn unheard<'a>(config: &'a Config, store: &StorePlace) -> Vec<&'a ShopDomain> {
    let seen = Reader::open(store).and_then(|store| store.pixels(Days::ALL));
    let Ok(seen) = seen else { return Vec::new() };
    let is_heard =
        |shop: &Arc<Shop>| seen.iter().any(|pixel| pixel.shop == shop.settings.shop.as_str());
    config.shops.iter().filter(|shop| !is_heard(shop)).map(|shop| &shop.settings.shop).collect()
}

/// For whoever asks the store beside the server.
pub(super) fn modes(config: &Config) -> Vec<(ShopDomain, Mode)> {
    config.shops.iter().map(|shop| (shop.settings.shop.clone(), shop.mode)).collect()
}
