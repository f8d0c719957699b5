//! Shopify's three compliance topics (docs/facts/shopify.md#compliance-topics): a customer wants to
//! know, a customer wants to be forgotten, a shop has gone. Contacts are hashed here, so that
//! nothing raw goes any further.

use std::fmt;
use std::str::FromStr;

use super::number::trailing_digits;
use crate::event::Person;
use crate::expected::expected;
use crate::hex::Digest;
use crate::limits;
use crate::node::Node;
use crate::tiktok::person::{self, Fold};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComplianceTopic {
    DataRequest,
    CustomerRedact,
    ShopRedact,
}

impl ComplianceTopic {
    pub const ALL: [Self; 3] = [Self::DataRequest, Self::CustomerRedact, Self::ShopRedact];

    /// As Shopify's header `X-Shopify-Topic` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::DataRequest => "customers/data_request",
            Self::CustomerRedact => "customers/redact",
            Self::ShopRedact => "shop/redact",
        }
    }
}

impl FromStr for ComplianceTopic {
    type Err = ComplianceTopicExpected;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|topic| topic.name() == name).ok_or(ComplianceTopicExpected)
    }
}

expected! {
    pub ComplianceTopicExpected:
        "one of Shopify's three compliance topics is expected, such as customers/redact";
}

/// What is demanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// All that is kept on a customer. `request` is Shopify's number of it, digits only.
    Report {
        request: Option<String>,
    },
    EraseCustomer,
    EraseShop,
}

impl Ask {
    pub fn topic(&self) -> ComplianceTopic {
        match self {
            Self::Report { .. } => ComplianceTopic::DataRequest,
            Self::EraseCustomer => ComplianceTopic::CustomerRedact,
            Self::EraseShop => ComplianceTopic::ShopRedact,
        }
    }
}

/// A demand, and by what the customer it is about can be found: either list may be empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Demand {
    /// As the signed body names it; a header names it too, unsigned. A demand counts only where
    /// both name the same shop.
    pub shop: Option<String>,
    pub ask: Ask,
    /// The hashes of an e-mail address and of a phone number.
    pub contacts: Vec<Digest>,
    /// Order ids, digits only.
    pub orders: Vec<String>,
}

/// An order id finds a person as a contact does.
impl fmt::Debug for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shop: _, ask, contacts, orders } = self;
        f.debug_struct("Demand")
            .field("ask", ask)
            .field("contacts", &contacts.len())
            .field("orders", &orders.len())
            .finish_non_exhaustive()
    }
}

/// Reads a body. It never fails: what is absent or odd names nobody, and a demand that names nobody
/// is still on record.
pub fn demand<N: Node>(topic: ComplianceTopic, body: &N, fold: Fold<'_>) -> Demand {
    let shop = body.text_at("shop_domain").map(String::from);
    let (ask, orders) = match topic {
        ComplianceTopic::DataRequest => {
            (Ask::Report { request: request(body) }, orders(body, "orders_requested"))
        }
        ComplianceTopic::CustomerRedact => (Ask::EraseCustomer, orders(body, "orders_to_redact")),
        ComplianceTopic::ShopRedact => {
            return Demand { shop, ask: Ask::EraseShop, contacts: Vec::new(), orders: Vec::new() };
        }
    };
    let customer = body.get("customer");
    let contacts = customer.map(|customer| contacts(&customer, fold)).unwrap_or_default();
    Demand { shop, ask, contacts, orders }
}

/// A phone has no country here: only one in international form can be read for certain.
fn contacts<N: Node>(customer: &N, fold: Fold<'_>) -> Vec<Digest> {
    let person = Person {
        email: customer.text_at("email"),
        phone: customer.text_at("phone"),
        ..Person::default()
    };
    person::contacts(&person, fold)
}

fn request<N: Node>(body: &N) -> Option<String> {
    body.at("data_request.id").as_ref().and_then(id)
}

fn orders<N: Node>(body: &N, list: &str) -> Vec<String> {
    let mut orders: Vec<String> =
        body.items_at(list, limits::DEMANDED_ORDERS_READ).iter().filter_map(id).collect();
    // Of numbers as text the longer is the larger.
    orders.sort_unstable_by(|a, b| (b.len(), b).cmp(&(a.len(), a)));
    orders.dedup();
    orders.truncate(limits::DEMANDED_ORDERS);
    orders
}

fn id<N: Node>(node: &N) -> Option<String> {
    limits::kept(trailing_digits(node), limits::ORDER_ID).map(String::from)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::tiktok::person::native_fold;

    fn read(topic: ComplianceTopic, body: &Value) -> Demand {
        demand(topic, body, &native_fold)
    }

    fn hashes(texts: &[&str]) -> Vec<Digest> {
        texts.iter().map(|text| Digest::of(text.as_bytes())).collect()
    }

    #[test]
    fn the_three_bodies_are_read() {
        // The shapes of docs/facts/shopify.md#compliance-topics.
        let customer =
            json!({"id": 191_167, "email": " Jane@Example.COM", "phone": "+1 (213) 373-4253"});
        let body = json!({
            "shop_id": 954_889, "shop_domain": "acme.myshopify.com", "customer": customer,
            "orders_requested": [299_938, 280_263, 220_458], "data_request": {"id": 9999},
        });
        let orders: Vec<String> = ["299938", "280263", "220458"].map(str::to_owned).into();
        let contacts = hashes(&["jane@example.com", "+12133734253"]);
        let shop = Some("acme.myshopify.com".to_owned());
        let report = Ask::Report { request: Some("9999".to_owned()) };
        let expected = Demand {
            shop: shop.clone(),
            ask: report,
            contacts: contacts.clone(),
            orders: orders.clone(),
        };
        assert_eq!(read(ComplianceTopic::DataRequest, &body), expected);

        let body = json!({
            "shop_id": 954_889, "shop_domain": "acme.myshopify.com", "customer": customer,
            "orders_to_redact": ["gid://shopify/Order/220458", 299_938, "280263"],
        });
        let expected = Demand { shop: shop.clone(), ask: Ask::EraseCustomer, contacts, orders };
        assert_eq!(read(ComplianceTopic::CustomerRedact, &body), expected);

        let body =
            json!({"shop_id": 954_889, "shop_domain": "acme.myshopify.com", "customer": customer});
        let expected =
            Demand { shop, ask: Ask::EraseShop, contacts: Vec::new(), orders: Vec::new() };
        assert_eq!(read(ComplianceTopic::ShopRedact, &body), expected);
    }

    #[test]
    fn a_customer_may_be_an_e_mail_address_only_or_nobody() {
        let contacts = |customer: Value| {
            read(ComplianceTopic::CustomerRedact, &json!({"customer": customer})).contacts
        };
        assert_eq!(contacts(json!({"email": "jane@example.com"})), hashes(&["jane@example.com"]));
        assert_eq!(
            contacts(json!({"email": "", "phone": "+12133734253"})),
            hashes(&["+12133734253"])
        );
        assert_eq!(
            contacts(json!({
                "email": "\u{feff}Jane＠Example.com", "phone": "\u{202a}+1 (213) 373‑4253\u{202c}",
            })),
            hashes(&["jane@example.com", "+12133734253"]),
            "as a reader sees them"
        );
        assert_eq!(
            contacts(json!({"email": "jane", "phone": "(213) 373-4253"})),
            [],
            "what cannot be read for certain"
        );
        for nobody in
            [json!(null), json!({}), json!([]), json!("jane@example.com"), json!({"email": 7})]
        {
            assert_eq!(contacts(nobody), []);
        }
    }

    #[test]
    fn odd_bodies_name_nobody() {
        for body in [
            json!(null),
            json!([]),
            json!(7),
            json!({"orders_to_redact": {"0": 1}, "data_request": 7}),
        ] {
            for topic in ComplianceTopic::ALL {
                let Demand { shop, ask, contacts, orders } = read(topic, &body);
                assert_eq!((shop, ask.topic(), contacts, orders), (None, topic, vec![], vec![]));
            }
        }
        let odd =
            json!({"orders_to_redact": [1.5, -1, null, "x", [], "1".repeat(65), true, 7, "7"]});
        assert_eq!(read(ComplianceTopic::CustomerRedact, &odd).orders, ["7"]);
        let odd = json!({"data_request": {"id": "../../etc/passwd"}});
        assert_eq!(read(ComplianceTopic::DataRequest, &odd).ask, Ask::Report { request: None });
    }

    #[test]
    fn of_a_long_list_the_newest_orders_are_kept() {
        let list: Vec<u64> = (1..=1500).collect();
        let orders = read(ComplianceTopic::DataRequest, &json!({"orders_requested": list})).orders;
        assert_eq!((orders.len(), orders[0].as_str(), orders[999].as_str()), (1000, "1500", "501"));
    }

    #[test]
    fn topics_have_the_names_of_shopify_and_a_demand_prints_nobody() {
        for topic in ComplianceTopic::ALL {
            assert_eq!(topic.name().parse(), Ok(topic));
        }
        assert_eq!("orders/create".parse::<ComplianceTopic>(), Err(ComplianceTopicExpected));
        let body =
            json!({"customer": {"email": "jane@example.com"}, "orders_to_redact": [450_789_469]});
        let printed = format!("{:?}", read(ComplianceTopic::CustomerRedact, &body));
        assert_eq!(printed, "Demand { ask: EraseCustomer, contacts: 1, orders: 1, .. }");
    }
}
