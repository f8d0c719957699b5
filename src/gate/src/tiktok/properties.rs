//! What an event is about and what it is worth, in TikTok's words.

use crate::text::Text;
use serde::{Deserialize, Serialize};

use super::currency;
use super::sign::signs;
use crate::contact::holds_contact;
use crate::event::{Goods, Item};
use crate::limits;
use crate::settings::{CheckoutValue, ContentId, Settings};
use crate::text::whole_text;

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
    /// The sum of the quantities of `contents`.
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

pub(crate) fn properties(goods: &Goods, settings: &Settings) -> Properties {
    let content_id = settings.content_id;
    let currency = goods.currency.as_deref().and_then(currency::listed);
    let value = match settings.value {
        CheckoutValue::Total => goods.value,
        CheckoutValue::Subtotal => goods.subtotal,
    };
    // An amount without its currency would be read as another one's.
    let value = value.filter(|_| currency.is_some());
    let mut quantities = 0_u32;
    let mut contents = Vec::new();
    for item in &goods.items {
        if let Some(content) = content(item, content_id, currency.is_some()) {
            quantities = quantities.saturating_add(item.quantity);
            contents.push(content);
        }
    }
    Properties {
        currency: currency.filter(|_| value.is_some()),
        value,
        content_type: (!contents.is_empty()).then(|| content_type(content_id).into()),
        num_items: (!contents.is_empty()).then_some(quantities),
        contents,
        order_id: limits::kept(goods.order_id.clone(), limits::ORDER_ID),
        search_string: goods.search.clone().filter(|words| may_be_told(words)),
        description: limits::kept(told(&goods.description), limits::WORDS),
    }
}

/// A variant or a SKU is one thing to buy; a product with its variants is a group.
fn content_type(content_id: ContentId) -> &'static str {
    match content_id {
        ContentId::Variant | ContentId::Sku => "product",
        ContentId::Product => "product_group",
    }
}

/// `None` for a line without the id that the shop's catalogue goes by: a tip, something made up for
/// one order, a product that was deleted. TikTok's diagnostics complain of contents without an id,
/// and an id of another kind would be of nothing, or of something else.
fn content(item: &Item, content_id: ContentId, priced: bool) -> Option<Content> {
    let id = match content_id {
        ContentId::Variant => &item.variant,
        ContentId::Product => &item.product,
        ContentId::Sku => &item.sku,
    };
    Some(Content {
        content_id: Some(id.clone()?),
        content_name: told(&item.name),
        quantity: Some(item.quantity),
        price: item.price.filter(|_| priced),
    })
}

/// What was told of its worth and is not passed on.
pub fn left_out(goods: &Goods, told: &Properties) -> Option<&'static str> {
    if goods.is_unreadable {
        Some("no value: no amount, or one that can be read in two ways")
    } else if told.value.is_none() && (goods.value.is_some() || goods.currency.is_some()) {
        Some("no value, no currency: one is missing, or TikTok does not take it")
    } else {
        None
    }
}

/// A line's title may be one that somebody wrote for one customer.
fn told(title: &Option<Text>) -> Option<Text> {
    title.clone().filter(|title| !holds_contact(title))
}

/// A shopper may search for an e-mail address, or for the number of a phone or an order; such words
/// are not told.
pub(crate) fn may_be_told(words: &str) -> bool {
    let Some(text) = whole_text(words) else { return false };
    let text = Text::from(signs(&text));
    let mut digits = 0;
    for sign in text.chars() {
        match sign {
            '0'..='9' => digits += 1,
            '-' | '.' | '(' | ')' | '+' | '/' => {}
            '@' | '﹫' | '＠' => return false,
            _ if sign.is_whitespace() => {}
            _ => digits = 0,
        }
        if digits == 7 {
            return false; // as short as a telephone number can be
        }
    }
    words.len() <= limits::WORDS && !holds_contact(words)
}
