//! What an event is about: lines, amounts, order, search words.

use super::number::{numeral, trailing_digits, whole};
use crate::event::{EventKind, Goods, Item};
use crate::limits;
use crate::node::Node;

pub(super) fn read<N: Node>(node: &N, kind: &EventKind) -> Goods {
    match kind {
        EventKind::PageViewed => Goods::default(),
        EventKind::ProductViewed => {
            node.at("data.productVariant").map(|variant| product(&variant)).unwrap_or_default()
        }
        EventKind::SearchSubmitted => {
            Goods { search: node.text_at("data.searchResult.query"), ..Goods::default() }
        }
        EventKind::AddedToCart => {
            node.at("data.cartLine").map(|line| cart_line(&line)).unwrap_or_default()
        }
        EventKind::CheckoutStarted
        | EventKind::PaymentInfoSubmitted
        | EventKind::CheckoutCompleted => {
            node.at("data.checkout").map(|checkout| of_checkout(&checkout)).unwrap_or_default()
        }
        EventKind::Custom(_) => custom(node),
    }
}

fn product<N: Node>(variant: &N) -> Goods {
    let item = of_variant(variant, 1);
    Goods {
        currency: variant.text_at("price.currencyCode"),
        value: item.price,
        subtotal: item.price,
        description: item.name.clone(),
        items: vec![item],
        ..Goods::default()
    }
}

fn cart_line<N: Node>(line: &N) -> Goods {
    let merchandise = line.get("merchandise");
    let item = merchandise.as_ref().map(|variant| of_variant(variant, pieces(line)));
    let total = line.at("cost.totalAmount");
    let value = total.as_ref().and_then(amount);
    Goods {
        currency: total.as_ref().and_then(|total| total.text_at("currencyCode")),
        value,
        subtotal: value,
        description: item.as_ref().and_then(|item| item.name.clone()),
        items: item.into_iter().collect(),
        ..Goods::default()
    }
}

fn of_checkout<N: Node>(checkout: &N) -> Goods {
    let total = checkout.get("totalPrice");
    let currency = total.as_ref().and_then(|total| total.text_at("currencyCode"));
    Goods {
        currency: currency.or_else(|| checkout.text_at("currencyCode")),
        value: total.as_ref().and_then(amount),
        subtotal: checkout.get("subtotalPrice").as_ref().and_then(amount),
        items: checkout.items_at("lineItems", limits::ORDER_LINES).iter().map(line_item).collect(),
        order_id: checkout.at("order.id").as_ref().and_then(trailing_digits),
        ..Goods::default()
    }
}

fn line_item<N: Node>(line: &N) -> Item {
    let variant = line.get("variant").map(|variant| of_variant(&variant, pieces(line)));
    let mut item = variant.unwrap_or_else(|| Item { quantity: pieces(line), ..Item::default() });
    item.name = line.text_at("title").or(item.name);
    item
}

fn of_variant<N: Node>(variant: &N, quantity: u32) -> Item {
    let id = |path: &str| variant.at(path).as_ref().and_then(trailing_digits);
    Item {
        variant: id("id"),
        product: id("product.id"),
        sku: variant.text_at("sku"),
        name: variant.text_at("product.title").or_else(|| variant.text_at("title")),
        quantity,
        price: variant.get("price").as_ref().and_then(amount),
    }
}

/// A custom event may carry its worth as `customData: {value, currency}`.
fn custom<N: Node>(node: &N) -> Goods {
    let told = node.at("customData.value");
    let value = told.as_ref().and_then(numeral).filter(|value| worth(*value));
    Goods {
        currency: node.text_at("customData.currency"),
        value,
        subtotal: value,
        is_unreadable: told.is_some() && value.is_none(),
        ..Goods::default()
    }
}

fn pieces<N: Node>(line: &N) -> u32 {
    quantity(line).unwrap_or(1)
}

pub(super) fn quantity<N: Node>(line: &N) -> Option<u32> {
    let number = line.get("quantity").as_ref().and_then(numeral);
    number.and_then(whole).and_then(|quantity| u32::try_from(quantity).ok())
}

/// `MoneyV2.amount`: a number.
fn amount<N: Node>(money: &N) -> Option<f64> {
    numeral(&money.get("amount")?).filter(|amount| worth(*amount))
}

pub(super) fn worth(amount: f64) -> bool {
    amount.is_finite() && amount >= 0.0
}
