//! What an event is about and what it is worth, in TikTok's words.

use crate::text::Text;
use serde::{Deserialize, Serialize};

use super::currency;
use crate::event::{Goods, Item};
use crate::limits;
use crate::settings::ContentId;

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Properties {
    /// One of TikTok's list, else absent together with `value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contents: Vec<Content>,
    /// The sum of quantities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_items: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_string: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_name: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
}

pub(crate) fn properties(goods: &Goods, content_id: ContentId) -> Properties {
    let currency = goods.currency.as_deref().and_then(currency::listed);
    // An amount without its currency would be read as another one's.
    let value = goods.value.filter(|_| currency.is_some());
    let contents: Vec<Content> =
        goods.items.iter().map(|item| content(item, content_id, currency.is_some())).collect();
    let quantities = goods.items.iter().fold(0_u32, |sum, item| sum.saturating_add(item.quantity));
    Properties {
        currency: currency.filter(|_| value.is_some()),
        value,
        content_type: (!contents.is_empty()).then(|| content_type(content_id).into()),
        num_items: (!contents.is_empty()).then_some(quantities),
        contents,
        order_id: limits::kept(goods.order_id.clone(), limits::ORDER_ID),
        search_string: goods.search.clone().filter(|words| may_be_told(words)),
        description: limits::kept(goods.description.clone(), limits::WORDS),
    }
}

/// A variant or a SKU is one thing to buy; a product with its variants is a group.
fn content_type(content_id: ContentId) -> &'static str {
    match content_id {
        ContentId::Variant | ContentId::Sku => "product",
        ContentId::Product => "product_group",
    }
}

fn content(item: &Item, content_id: ContentId, priced: bool) -> Content {
    Content {
        content_id: match content_id {
            ContentId::Variant => item.variant.clone(),
            ContentId::Product => item.product.clone(),
            ContentId::Sku => item.sku.clone(),
        },
        content_name: item.name.clone(),
        quantity: Some(item.quantity),
        price: item.price.filter(|_| priced),
    }
}

/// A shopper may search for an e-mail address, or for the number of a phone or an order; such words
/// are not told.
pub(crate) fn may_be_told(words: &str) -> bool {
    let mut digits = 0;
    for byte in words.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b' ' | b'-' | b'.' | b'(' | b')' | b'+' | b'/' => {}
            b'@' => return false,
            _ => digits = 0,
        }
        if digits == 7 {
            return false; // as short as a telephone number can be
        }
    }
    words.len() <= limits::WORDS
}
