//! `properties` (docs/facts/tiktok.md#properties; rules 13, 18 and 19 of
//! docs/facts/tiktok.md#rules-of-the-stand-in).

use super::object::{Object, object_at};
use super::rules::Refusal;

/// The closed list of docs/facts/tiktok.md#currencies.
const CURRENCIES: [&str; 62] = [
    "AED", "ARS", "AUD", "BDT", "BHD", "BIF", "BOB", "BRL", "CAD", "CHF", "CLP", "CNY", "COP",
    "CRC", "CZK", "DKK", "DZD", "EGP", "EUR", "GBP", "GTQ", "HKD", "HNL", "HUF", "IDR", "ILS",
    "INR", "ISK", "JPY", "KES", "KHR", "KRW", "KWD", "KZT", "MAD", "MOP", "MXN", "MYR", "NGN",
    "NIO", "NOK", "NZD", "OMR", "PEN", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RUB", "SAR",
    "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VES", "VND", "ZAR",
];

const TEXT_PROPERTIES: [&str; 6] =
    ["search_string", "query", "description", "order_id", "shop_id", "customer_type"];

pub(super) fn check(properties: &Object) -> Result<(), Refusal> {
    if let Some(currency) = properties.text("currency")?
        && !CURRENCIES.contains(&currency)
    {
        return Err(
            properties.wrong("currency", format!("'{currency}' is not a supported currency."))
        );
    }
    properties.number("value")?;
    if let Some(kind) = properties.text("content_type")?
        && !["product", "product_group"].contains(&kind)
    {
        return Err(properties.wrong("content_type", "Must be one of: product, product_group."));
    }
    properties.integer("num_items")?;
    for key in TEXT_PROPERTIES {
        properties.text(key)?;
    }
    for (index, id) in properties.list("content_ids")?.iter().enumerate() {
        if !id.is_string() {
            return Err(properties.wrong(&format!("content_ids.{index}"), "Not a valid string."));
        }
    }
    for (index, content) in properties.list("contents")?.iter().enumerate() {
        let path = format!("{}.contents.{index}", properties.path);
        let content = Object { fields: object_at(content, &path)?, path };
        for key in ["content_id", "content_name", "content_category", "brand"] {
            content.text(key)?;
        }
        content.number("price")?;
        content.integer("quantity")?;
    }
    Ok(())
}
