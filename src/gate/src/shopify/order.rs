//! An order as Shopify's webhooks tell it: REST's Order object
//! (docs/facts/shopify.md#order-fields). Tokens and contacts are raw here; [`crate::order`] takes
//! from them what may be kept.

use super::goods;
use super::number::trailing_digits;
use crate::event::{Goods, Item, Person, Token};
use crate::limits;
use crate::node::Node;
use crate::order::{Money, Order, Sold};
use crate::text::Text;
use crate::tiktok::currency;
use crate::time::Timestamp;

/// Shopify's `source_name` of what no shopper bought in the shop's own checkout. The first order of
/// a subscription is bought there, and comes as `subscription_contract_checkout_one`.
const SOURCES: [(&str, Sold); 3] = [
    ("pos", Sold::PointOfSale),
    ("shopify_draft_order", Sold::Draft),
    ("subscription_contract", Sold::Renewal),
];

/// Reads one order, its amounts in the currency that `money` says. `None` without its id; what else
/// cannot be read costs that field only. `came_at` stands for a time of its creation that is none.
pub fn order<N: Node>(node: &N, money: Money, came_at: Timestamp) -> Option<Order> {
    let token = |name| text(node, name).map(Token);
    Some(Order {
        id: id(node)?,
        name: limits::kept(word(node, "name"), limits::ORDER_ID),
        number: limits::kept(word(node, "order_number"), limits::ORDER_ID),
        checkout: token("checkout_token"),
        cart: token("cart_token"),
        created_at: time(node, "created_at")
            .or_else(|| time(node, "processed_at"))
            .unwrap_or(came_at),
        sold: sold(node),
        person: person(node),
        goods: goods(node, money),
        landing: text(node, "landing_site"),
    })
}

/// The order that a refund is of.
pub fn refunded<N: Node>(node: &N) -> Option<Text> {
    let of = |node: &N| node.get("order_id").as_ref().and_then(trailing_digits);
    of(node).or_else(|| node.items_at("transactions", 1).first().and_then(of))
}

/// The order's number, digits only: all that is needed to say that the rest could not be read.
pub fn id<N: Node>(node: &N) -> Option<Text> {
    ["id", "admin_graphql_api_id"].into_iter().find_map(|name| {
        let value = node.get(name)?;
        let id = trailing_digits(&value).filter(|id| id.len() <= limits::ORDER_ID);
        if id.is_none() {
            value.lost();
        }
        id
    })
}

fn sold<N: Node>(node: &N) -> Sold {
    let is_test = node.get("test").is_some_and(|test| {
        let word = |text: Text| {
            [("true", true), ("false", false)].into_iter().find(|(word, _)| *word == text)
        };
        let is_test = test
            .flag()
            .or_else(|| test.number().map(|number| number != 0.0))
            .or_else(|| test.text().and_then(word).map(|(_, is_test)| is_test));
        if is_test.is_none() {
            test.lost();
        }
        is_test == Some(true)
    });
    if is_test {
        return Sold::Test;
    }
    // Numbers are apps.
    let source = word(node, "source_name").unwrap_or_default();
    SOURCES.into_iter().find(|(name, _)| *name == source).map_or(Sold::Checkout, |(_, sold)| sold)
}

// Fields that are there and are not what they should be are lost, and said to be.

fn text<N: Node>(node: &N, name: &str) -> Option<Text> {
    let value = node.get(name)?;
    if value.text().is_none() {
        value.lost();
    }
    value.text().filter(|text| !text.is_empty())
}

/// A text that may as well be a number: nothing is lost of it.
fn word<N: Node>(node: &N, name: &str) -> Option<Text> {
    let value = node.get(name)?;
    value.digits().or_else(|| text(node, name))
}

fn object<N: Node>(node: &N, name: &str) -> Option<N> {
    let value = node.get(name)?;
    if value.keys().is_some() {
        return Some(value);
    }
    value.lost();
    None
}

/// RFC 3339 as Shopify writes it, as Ruby prints a time, or a number of seconds or milliseconds.
fn time<N: Node>(node: &N, name: &str) -> Option<Timestamp> {
    const MILLISECONDS: i64 = 100_000_000_000; // seconds reach that in the year 5138
    let value = node.get(name)?;
    let numbered = value.digits().and_then(|digits| digits.parse::<i64>().ok());
    let numbered = numbered.map(|n| Timestamp(if n < MILLISECONDS { n } else { n / 1000 }));
    let time = numbered.or_else(|| {
        let text = value.text()?.trim().replace(" UTC", "Z").replace(" +", "+").replace(" -", "-");
        text.parse().ok()
    });
    if time.is_none() {
        value.lost();
    }
    time
}

/// REST writes amounts as text.
fn amount<N: Node>(node: &N, name: &str) -> Option<f64> {
    let value = node.get(name)?;
    let amount = value.number().or_else(|| decimal(&value.text()?));
    let amount = amount.filter(|amount| goods::worth(*amount));
    if amount.is_none() {
        value.lost();
    }
    amount
}

/// Digits, and a point between digits.
fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain(whole) && is_plain(fraction))
}

/// One of the two currencies in which REST tells every amount.
#[derive(Clone, Copy)]
struct Currency {
    of_set: &'static str,
    of_order: &'static str,
}

const PRESENTMENT: Currency =
    Currency { of_set: "presentment_money", of_order: "presentment_currency" };
const SHOP: Currency = Currency { of_set: "shop_money", of_order: "currency" };

/// An order's amounts in one currency.
struct Amounts<'a, N> {
    node: &'a N,
    currency: Currency,
    code: Option<Text>,
    /// Amounts outside of a set are in the shop's own currency, whatever the shopper paid in.
    is_the_shops: bool,
}

impl<'a, N: Node> Amounts<'a, N> {
    fn new(node: &'a N, currency: Currency) -> Self {
        let code = ["total_price_set", "subtotal_price_set"].into_iter().find_map(|set| {
            let money = object(node, set).and_then(|set| object(&set, currency.of_set))?;
            text(&money, "currency_code")
        });
        let code = code.or_else(|| text(node, currency.of_order));
        let is_the_shops = code.is_some() && code == text(node, "currency");
        Self { node, currency, code, is_the_shops }
    }

    /// The amount of the order or of one of its lines.
    fn of(&self, node: &N, set: &str, bare: &str) -> Option<f64> {
        object(node, set)
            .and_then(|set| object(&set, self.currency.of_set))
            .and_then(|money| amount(&money, "amount"))
            .or_else(|| amount(node, bare).filter(|_| self.is_the_shops))
    }

    // What was asked of the shopper when the order was made: edits and refunds change Shopify's
    // `current_…`.

    fn total(&self) -> Option<f64> {
        self.of(self.node, "total_price_set", "total_price")
    }

    fn subtotal(&self) -> Option<f64> {
        self.of(self.node, "subtotal_price_set", "subtotal_price")
    }

    fn can_be_told(&self) -> bool {
        self.code.as_deref().and_then(currency::listed).is_some()
            && (self.total().is_some() || self.subtotal().is_some())
    }
}

/// In the currency that was asked for; in the other one where TikTok takes that one only, or no
/// amount can be read in the first.
fn goods<N: Node>(node: &N, money: Money) -> Goods {
    let (wanted, other) = match money {
        Money::Presentment => (PRESENTMENT, SHOP),
        Money::Shop => (SHOP, PRESENTMENT),
    };
    let wanted = Amounts::new(node, wanted);
    let other = Some(Amounts::new(node, other));
    let other = other.filter(|other| !wanted.can_be_told() && other.can_be_told());
    let amounts = other.unwrap_or(wanted);
    let lines = node.get("line_items");
    if let Some(odd) = lines.as_ref().filter(|lines| !lines.is_list()) {
        odd.lost();
    }
    Goods {
        value: amounts.total(),
        subtotal: amounts.subtotal(),
        items: node
            .items_at("line_items", limits::ORDER_LINES)
            .iter()
            .map(|line| item(line, &amounts))
            .collect(),
        order_id: id(node),
        currency: amounts.code,
        ..Goods::default()
    }
}

fn item<N: Node>(line: &N, amounts: &Amounts<'_, N>) -> Item {
    let id = |name: &str| {
        let value = line.get(name)?;
        let id = trailing_digits(&value);
        if id.is_none() {
            value.lost();
        }
        id
    };
    let quantity = goods::quantity(line);
    if quantity.is_none()
        && let Some(odd) = line.get("quantity")
    {
        odd.lost();
    }
    Item {
        variant: id("variant_id"),
        product: id("product_id"),
        sku: word(line, "sku"),
        name: text(line, "title"),
        quantity: quantity.unwrap_or(1),
        price: amounts.of(line, "price_set", "price"),
    }
}

/// As of a checkout: the buyer's own (billing) address goes before the one the parcel is sent to,
/// and is taken whole.
fn person<N: Node>(node: &N) -> Person {
    let customer = object(node, "customer");
    let of_customer = |name: &str| customer.as_ref().and_then(|customer| text(customer, name));
    let usual = customer.as_ref().and_then(|customer| object(customer, "default_address"));
    let addresses = [object(node, "billing_address"), object(node, "shipping_address"), usual];
    let best = addresses.iter().flatten().find(|address| has_content(*address));
    let field = |name: &str| best.and_then(|address| text(address, name));
    let (phone, phone_country) = phone(node, &addresses, field("country_code")).unzip();
    Person {
        email: text(node, "email")
            .or_else(|| text(node, "contact_email"))
            .or_else(|| of_customer("email")),
        phone: phone.or_else(|| of_customer("phone")),
        phone_country: phone_country.flatten().or_else(|| field("country_code")),
        first_name: field("first_name").or_else(|| of_customer("first_name")),
        last_name: field("last_name").or_else(|| of_customer("last_name")),
        zip_code: field("zip"),
        city: field("city"),
        state: field("province_code").or_else(|| field("province")),
        country: field("country_code"),
    }
}

/// The order's own phone, else an address's, each with the country that it is read by.
fn phone<N: Node>(
    node: &N,
    addresses: &[Option<N>],
    country: Option<Text>,
) -> Option<(Text, Option<Text>)> {
    if let Some(own) = text(node, "phone") {
        return Some((own, country));
    }
    let of = |address: &N| {
        Some((text(address, "phone")?, text(address, "country_code").or_else(|| country.clone())))
    };
    addresses.iter().flatten().find_map(of)
}

fn has_content<N: Node>(address: &N) -> bool {
    ["country_code", "first_name", "last_name", "zip", "city", "phone"]
        .iter()
        .any(|name| address.text_at(name).is_some())
}

#[cfg(test)]
mod tests;
