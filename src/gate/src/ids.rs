//! One name for one conversion, computed alike in the browser, in the beacon and from the order
//! webhook.
//!
//! `id(a, b, …)` is SHA-256 over the parts in order, each as UTF-8 preceded by its length in bytes
//! (four bytes, big-endian), so that no two lists of parts can be confused.

use sha2::{Digest as _, Sha256};

use crate::hex::{Anchor, Digest, EventId, Hex};
use crate::settings::ShopDomain;
use crate::text::{before, cut_last};

fn id(parts: &[&str]) -> Digest {
    let mut hash = Sha256::new();
    for part in parts {
        let length =
            u32::try_from(part.len()).expect("a part is a name or a token, far below 4 GiB");
        hash.update(length.to_be_bytes());
        hash.update(part.as_bytes());
    }
    Hex::of_bytes(&hash.finalize()).expect("SHA-256 is 32 bytes")
}

/// The checkout as it is known outside the browser. The token itself opens the checkout page and
/// never leaves.
pub fn checkout_anchor(shop: &ShopDomain, token: &str) -> Anchor {
    id(&["assent/1/checkout", shop.as_str(), token])
}

/// The cart, from Shopify's cart id (`gid://shopify/Cart/<token>?key=…`) or the webhook's bare
/// `cart_token`. `None` where there is no token in it.
pub fn cart_anchor(shop: &ShopDomain, cart_id: &str) -> Option<Anchor> {
    let path = before(before(cart_id, b'?'), b'#');
    let token = cut_last(path, b'/').map_or(path, |(_, token)| token);
    (!token.is_empty()).then(|| id(&["assent/1/cart", shop.as_str(), token]))
}

/// `anchor` is the checkout's anchor where there is a checkout, else Shopify's `event.id`, else
/// random hex. `name` is TikTok's event name.
pub fn event_id(shop: &ShopDomain, name: &str, anchor: &str) -> EventId {
    id(&["assent/1", shop.as_str(), name, anchor]).first()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme() -> ShopDomain {
        "ACME.myshopify.com".parse().expect("a shop")
    }

    /// The example of docs/contract.md#ids.
    #[test]
    fn ids_are_those_of_the_contract() {
        let anchor = checkout_anchor(&acme(), "3f9a1c0b7d2e4f60a1b2c3d4e5f60718");
        assert_eq!(
            anchor.as_str(),
            "d49a7c43e62be25d331ea64ca4dd86a197d6f192b3387e9b755d73da8f89885b"
        );
        assert_eq!(
            event_id(&acme(), "Purchase", anchor.as_str()).as_str(),
            "1163b6cc081573da020c41e1cba14d48"
        );
        assert_eq!(
            event_id(&acme(), "InitiateCheckout", anchor.as_str()).as_str(),
            "b6aceda9e54b686b389dec2467549d0e"
        );
        assert_eq!(
            event_id(&acme(), "AddToCart", "sh-5a8f3c1e-0D2B-4C7A-9E1F-6B3A2C1D0E9F").as_str(),
            "795c1d4692b452189ebc29e0b9d8572a"
        );
    }

    #[test]
    fn the_id_of_a_cart_and_the_token_of_the_webhook_name_the_same_cart() {
        let bare = cart_anchor(&acme(), "Z2NwLXVz");
        assert!(bare.is_some());
        assert_eq!(cart_anchor(&acme(), "gid://shopify/Cart/Z2NwLXVz?key=9c"), bare);
        assert_eq!(cart_anchor(&acme(), "gid://shopify/Cart/"), None);
        assert_eq!(cart_anchor(&acme(), ""), None);
    }
}
