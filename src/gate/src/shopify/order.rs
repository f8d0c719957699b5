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

/// Shopify's `source_name` of what no shopper bought in the shop's own checkout. The first order of
/// a subscription is bought there, and comes as `subscription_contract_checkout_one`.
const SOURCES: [(&str, Sold); 3] = [
    ("pos", Sold::PointOfSale),
    ("shopify_draft_order", Sold::Draft),
    ("subscription_contract", Sold::Renewal),
];

/// Reads one order, its amounts in the currency that `money` says. `None` without its id or time.
pub fn order<N: Node>(node: &N, money: Money) -> Option<Order> {
    let token = |name| node.text_at(name).map(Token);
    Some(Order {
        id: node.get("id").as_ref().and_then(trailing_digits)?,
        checkout: token("checkout_token"),
        cart: token("cart_token"),
        created_at: node.text_at("created_at").and_then(|text| text.parse().ok())?,
        sold: sold(node),
        person: person(node),
        goods: goods(node, money),
        landing: node.text_at("landing_site"),
    })
}

/// The order that a refund is of.
pub fn refunded<N: Node>(node: &N) -> Option<String> {
    node.get("order_id").as_ref().and_then(trailing_digits).map(String::from)
}

fn sold<N: Node>(node: &N) -> Sold {
    if node.flag_at("test") == Some(true) {
        return Sold::Test;
    }
    let source = node.text_at("source_name").unwrap_or_default();
    SOURCES.into_iter().find(|(name, _)| *name == source).map_or(Sold::Checkout, |(_, sold)| sold)
}

fn goods<N: Node>(node: &N, money: Money) -> Goods {
    let total = node.get("total_price_set");
    let (set, currency) = match money {
        Money::Presentment => ("presentment_money", "presentment_currency"),
        Money::Shop => ("shop_money", "currency"),
    };
    // What was asked of the shopper when the order was made: edits and refunds change Shopify's
    // `current_total_price`.
    let value = total
        .as_ref()
        .and_then(|total| total.get(set))
        .as_ref()
        .and_then(|money| amount(money, "amount"));
    let code = total
        .as_ref()
        .and_then(|total| total.at(set))
        .and_then(|money| money.text_at("currency_code"));
    let currency = code.or_else(|| node.text_at(currency));
    // `total_price` itself is in the shop's currency, whatever the shopper paid in.
    let is_in_shop_currency = currency.is_some() && currency == node.text_at("currency");
    Goods {
        value: value.or_else(|| amount(node, "total_price").filter(|_| is_in_shop_currency)),
        currency,
        items: node
            .items_at("line_items", limits::ORDER_LINES)
            .iter()
            .map(|line| item(line, set, is_in_shop_currency))
            .collect(),
        order_id: node.get("id").as_ref().and_then(trailing_digits),
        ..Goods::default()
    }
}

fn item<N: Node>(line: &N, set: &str, is_in_shop_currency: bool) -> Item {
    let id = |name: &str| line.get(name).as_ref().and_then(trailing_digits);
    let price = line
        .at("price_set")
        .and_then(|prices| prices.get(set))
        .as_ref()
        .and_then(|money| amount(money, "amount"));
    Item {
        variant: id("variant_id"),
        product: id("product_id"),
        sku: line.text_at("sku"),
        name: line.text_at("title"),
        quantity: goods::quantity(line),
        price: price.or_else(|| amount(line, "price").filter(|_| is_in_shop_currency)),
    }
}

/// REST writes amounts as text.
fn amount<N: Node>(node: &N, name: &str) -> Option<f64> {
    let text = node.text_at(name)?;
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    text.parse().ok().filter(|amount| plain && goods::worth(*amount))
}

/// As of a checkout: the buyer's own (billing) address goes before the one the parcel is sent to,
/// and is taken whole.
fn person<N: Node>(node: &N) -> Person {
    let customer = node.get("customer");
    let of_customer = |name: &str| customer.as_ref().and_then(|customer| customer.text_at(name));
    let usual = customer.as_ref().and_then(|customer| customer.get("default_address"));
    let addresses = [node.get("billing_address"), node.get("shipping_address"), usual];
    let best = addresses.iter().flatten().find(|address| has_content(*address));
    let field = |name: &str| best.and_then(|address| address.text_at(name));
    let (phone, phone_country) = phone(node, &addresses, field("country_code")).unzip();
    Person {
        email: node
            .text_at("email")
            .or_else(|| node.text_at("contact_email"))
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
    if let Some(own) = node.text_at("phone") {
        return Some((own, country));
    }
    let of = |address: &N| {
        Some((
            address.text_at("phone")?,
            address.text_at("country_code").or_else(|| country.clone()),
        ))
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
