//! What an event is about: lines, amounts, order, search words.

use super::number::{numeral, trailing_digits, whole};
use crate::event::{EventKind, Goods, Item};
use crate::limits;
use crate::node::Node;
use crate::text::Text;

pub(super) fn read<N: Node>(node: &N, kind: &EventKind) -> Goods {
    let mut goods = Goods::default();
    match kind {
        EventKind::PageViewed => {}
        EventKind::ProductViewed => {
            if let Some(variant) = node.at("data.productVariant") {
                goods.currency = variant.text_at("price.currencyCode");
                goods.value = amount(&variant, "price.amount");
                goods.items.push(item(Some(variant), 1));
            }
        }
        EventKind::SearchSubmitted => goods.search = node.text_at("data.searchResult.query"),
        EventKind::AddedToCart => {
            if let Some(line) = node.at("data.cartLine") {
                goods.currency = line.text_at("cost.totalAmount.currencyCode");
                goods.value = amount(&line, "cost.totalAmount.amount");
                if let Some(variant) = line.get("merchandise") {
                    goods.items.push(item(Some(variant), pieces(&line)));
                }
            }
        }
        EventKind::CheckoutStarted
        | EventKind::PaymentInfoSubmitted
        | EventKind::CheckoutCompleted => {
            if let Some(checkout) = node.at("data.checkout") {
                let lines = checkout.items_at("lineItems", limits::ORDER_LINES);
                goods.currency = checkout
                    .text_at("totalPrice.currencyCode")
                    .or_else(|| checkout.text_at("currencyCode"));
                goods.value = amount(&checkout, "totalPrice.amount");
                goods.subtotal = amount(&checkout, "subtotalPrice.amount");
                goods.items = lines.iter().map(line_item).collect();
                goods.order_id = id(&checkout, "order.id");
            }
            return goods;
        }
        // It may carry its worth as `customData: {value, currency}`.
        EventKind::Custom(_) => {
            goods.currency = node.text_at("customData.currency");
            goods.value = amount(node, "customData.value");
            goods.is_unreadable = goods.value.is_none() && node.at("customData.value").is_some();
        }
    }
    goods.subtotal = goods.value;
    goods.description = goods.items.first().and_then(|item| item.name.clone());
    goods
}

fn line_item<N: Node>(line: &N) -> Item {
    let mut item = item(line.get("variant"), pieces(line));
    item.name = line.text_at("title").or(item.name);
    item
}

fn item<N: Node>(variant: Option<N>, quantity: u32) -> Item {
    let mut item = Item { quantity, ..Item::default() };
    if let Some(variant) = variant {
        item.variant = id(&variant, "id");
        item.product = id(&variant, "product.id");
        item.sku = variant.text_at("sku");
        item.name = variant.text_at("product.title").or_else(|| variant.text_at("title"));
        item.price = amount(&variant, "price.amount");
    }
    item
}

fn id<N: Node>(node: &N, path: &str) -> Option<Text> {
    node.at(path).as_ref().and_then(trailing_digits)
}

fn pieces<N: Node>(line: &N) -> u32 {
    quantity(line).unwrap_or(1)
}

pub(super) fn quantity<N: Node>(line: &N) -> Option<u32> {
    let number = line.get("quantity").as_ref().and_then(numeral);
    number.and_then(whole).and_then(|quantity| u32::try_from(quantity).ok())
}

fn amount<N: Node>(node: &N, path: &str) -> Option<f64> {
    numeral(&node.at(path)?).filter(|amount| worth(*amount))
}

pub(super) fn worth(amount: f64) -> bool {
    amount.is_finite() && amount >= 0.0
}
