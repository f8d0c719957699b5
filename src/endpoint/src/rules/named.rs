//! What a person means who names an event or an order: everything that one finds in the admin, in a
//! browser's console or in a log.

use assent_gate::hex::EventId;

/// What a text can be the name of. Some can be several things.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    pub event: Option<EventId>,
    /// Shopify's number of the order, as its address and its GID have it.
    pub order_id: Option<String>,
    /// What the merchant calls it.
    pub order_name: Option<String>,
}

/// What is understood, for whoever wrote something else.
pub const FORMS: &str = "an event_id (32 hex characters), an order's name or number (#1001 or 1001), \
    its id, gid://shopify/Order/…, or its page's address in Shopify's admin";

impl Named {
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        let is_address = text.contains('/');
        if is_address {
            return Self { order_id: id_in_address(text), ..Self::default() };
        }
        let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        Self {
            event: text.to_ascii_lowercase().parse().ok(),
            order_id: is_number.then(|| text.to_owned()),
            order_name: (!text.is_empty()).then(|| text.to_owned()),
        }
    }
}

/// `https://admin.shopify.com/store/acme/orders/7`, `https://acme.myshopify.com/admin/orders/7.json`,
/// `gid://shopify/Order/7`.
fn id_in_address(address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next()?;
    let mut parts = path.split('/').skip_while(|part| !is_orders(part)).skip(1);
    let id = parts.next()?.trim_end_matches(".json");
    let is_number = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| id.to_owned())
}

fn is_orders(part: &str) -> bool {
    ["orders", "order", "orderidentity"].iter().any(|word| part.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_named_as_the_admin_names_it() {
        for (text, order_id, order_name) in [
            ("1001", Some("1001"), Some("1001")),
            (" #1001 ", None, Some("#1001")),
            ("EU-1001/B", None, None),
            ("EU-1001", None, Some("EU-1001")),
            ("5678901234567", Some("5678901234567"), Some("5678901234567")),
            ("gid://shopify/Order/5678901234567", Some("5678901234567"), None),
            ("gid://shopify/OrderIdentity/7", Some("7"), None),
            ("https://admin.shopify.com/store/acme/orders/7?tab=all#top", Some("7"), None),
            ("admin.shopify.com/store/acme/orders/7/", Some("7"), None),
            ("https://acme.myshopify.com/admin/orders/7.json", Some("7"), None),
            // A shopper's page of the order: what stands there opens it, and is no number.
            ("https://shop.example/548380009/orders/1a2b", None, None),
            ("", None, None),
        ] {
            let Named { event, order_id: id, order_name: name } = Named::of(text);
            assert_eq!(
                (event, id.as_deref(), name.as_deref()),
                (None, order_id, order_name),
                "{text}"
            );
        }
    }

    #[test]
    fn an_event_id_may_as_well_be_a_name() {
        let named = Named::of("1163B6CC081573DA020C41E1CBA14D48");
        assert_eq!(
            named.event.as_ref().map(EventId::as_str),
            Some("1163b6cc081573da020c41e1cba14d48")
        );
        assert!(named.order_name.is_some() && named.order_id.is_none());
    }
}
