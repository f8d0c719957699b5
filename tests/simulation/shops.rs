//! The shops of a world, each with another policy.

use std::path::Path;
use std::sync::Arc;

use assent_endpoint::config::{Config, Secrets};
use assent_endpoint::rules::mode::Mode;
use assent_lab::tiktok::{Options, Tiktok};
use assent_postgres::PASSWORD;

use crate::support::place::{Place, VARIABLE};

pub(crate) const SHOPS: usize = 4;
/// By it Shopify signs for all of them.
pub(crate) const SECRET: &str = "shpss-pl4nt3d";

/// Consent, Purchases, and where they go.
const POLICIES: [(&str, &str); SHOPS] = [
    ("onetrust", "[shops.purchase]\nconfirm = \"webhook\"\nunconfirmed = \"send\""),
    (
        "shopify",
        "[shops.purchase]\nconfirm = \"webhook\"\nunconfirmed = \"drop\"\nconfirm_on = \"paid\"",
    ),
    ("onetrust", "[shops.purchase]\nconfirm = \"beacon\""),
    (
        "shopify",
        "[shops.purchase]\nconfirm = \"webhook\"\nunconfirmed = \"drop\"\n[shops.events]\nPurchase = [\"server\"]",
    ),
];

pub(crate) fn domain(shop: usize) -> String {
    format!("s{shop}.myshopify.com")
}

pub(crate) fn cmp(shop: usize) -> &'static str {
    POLICIES[shop].0
}

/// Nothing goes out before an order that counts has come.
pub(crate) fn waits_for_its_order(shop: usize) -> bool {
    POLICIES[shop].1.contains("\"drop\"")
}

pub(crate) fn counts_when_paid(shop: usize) -> bool {
    POLICIES[shop].1.contains("\"paid\"")
}

pub(crate) fn pixel(shop: usize) -> String {
    format!("C4EXAMPLE00000000{shop:03}")
}

pub(crate) fn token(shop: usize) -> String {
    format!("tok-pl4nt3d-{shop}")
}

pub(crate) fn tiktok() -> Tiktok {
    let all = (0..SHOPS).fold(Options::default(), |all, shop| all.and(&pixel(shop), &token(shop)));
    Tiktok::new(&all)
}

/// `testing`: the shop whose events are tests from now on.
pub(crate) fn config(place: &Place, folder: &Path, testing: Option<usize>) -> Config {
    let mut text = format!("public_url = \"https://events.example.com\"\n{}", place.settings());
    for (shop, (cmp, policy)) in POLICIES.iter().enumerate() {
        text += &format!(
            "[[shops]]\ndomain = \"{}\"\nstorefronts = [\"shop.acme.example\"]\npixel_code = \"{}\"\n\
             test_event_code = \"TEST{shop}\"\naccess_token_env = \"T{shop}\"\nwebhook_secret_envs = [\"W\"]\nconsent.cmp = \"{cmp}\"\n{policy}\n",
            domain(shop),
            pixel(shop),
        );
    }
    let environment = |name: &str| match name.strip_prefix('T') {
        Some(shop) => shop.parse().ok().map(token),
        None => Some(if name == VARIABLE { PASSWORD } else { SECRET }.to_owned()),
    };
    let mut config = Config::parse(&text, folder, Secrets::Needed, &environment).expect("no fault");
    if let Some(shop) = testing.and_then(|shop| Arc::get_mut(&mut config.shops[shop])) {
        shop.mode = Mode::Test;
    }
    config
}
