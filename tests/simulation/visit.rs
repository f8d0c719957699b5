//! A cart and the checkout that was made of it. Several devices may be there.

use crate::names;
use crate::shops;

#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) shop: usize,
    pub(crate) cart_token: String,
    pub(crate) checkout_token: String,
    pub(crate) cart: String,
    pub(crate) checkout: String,
    pub(crate) purchase: String,
    pub(crate) begun_at: i64,
    /// Who was there, by their devices.
    pub(crate) people: Vec<usize>,
}

impl Visit {
    /// `cart`: of an earlier visit, where a wallet makes a second checkout of one cart.
    pub(crate) fn new(number: usize, shop: usize, cart: Option<&Self>, begun_at: i64) -> Self {
        let domain = shops::domain(shop);
        let checkout_token = format!("pl4nt3dcheckout{number}");
        let cart_token = cart
            .map_or_else(|| format!("pl4nt3dcart{number}"), |earlier| earlier.cart_token.clone());
        let anchor = |kind, token: &str| names::id(&[kind, &domain, token]);
        let checkout = anchor("assent/1/checkout", &checkout_token);
        Self {
            shop,
            purchase: names::event_id(&domain, "Purchase", &checkout),
            cart: anchor("assent/1/cart", &cart_token),
            checkout,
            cart_token,
            checkout_token,
            begun_at,
            people: Vec::new(),
        }
    }
}
