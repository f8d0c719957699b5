//! Which of an order's amounts and lines are told.

use serde_json::{Value, json};

use super::*;

#[test]
fn where_tiktok_does_not_take_one_currency_the_order_is_told_in_the_other() {
    let both = |shop: &str, presentment: &str| {
        json!({"shop_money": {"amount": shop, "currency_code": "EUR"},
               "presentment_money": {"amount": presentment, "currency_code": "XOF"}})
    };
    let order = with(&json!({
        "currency": "EUR", "presentment_currency": "XOF", "total_price": "30.00",
        "total_price_set": both("30.00", "19679"), "subtotal_price_set": both("25.00", "16399"),
        "line_items": [{"variant_id": 1, "quantity": 2, "price": "12.50", "price_set": both("12.50", "8199")}],
    }));
    let told = |order: &Value, money| {
        let properties =
            read_order(order, money).expect("an order").facts(&settings()).figures.properties;
        (properties.value, properties.currency, properties.contents[0].price)
    };
    let euro = (Some(30.0), Some("EUR".into()), Some(12.5));
    assert_eq!(told(&order, Money::Presentment), euro);
    assert_eq!(told(&order, Money::Shop), euro);
    // A shop in Dakar whose shopper pays in euro.
    let swapped: Value = serde_json::from_str(
        &order.to_string().replace("EUR", "?").replace("XOF", "EUR").replace('?', "XOF"),
    )
    .expect("JSON");
    let foreign = (Some(19679.0), Some("EUR".into()), Some(8199.0));
    assert_eq!(told(&swapped, Money::Presentment), foreign);
    assert_eq!(told(&swapped, Money::Shop), foreign);
    // Neither.
    let neither: Value =
        serde_json::from_str(&order.to_string().replace("EUR", "XAF")).expect("JSON");
    assert_eq!(told(&neither, Money::Presentment), (None, None, None));
    assert_eq!(told(&neither, Money::Shop), (None, None, None));
}

#[test]
fn its_value_may_be_the_subtotal_as_shopify_states_it() {
    let subtotal = Settings { value: crate::settings::CheckoutValue::Subtotal, ..settings() };
    let both = |shop: &str, presentment: &str| {
        json!({"shop_money": {"amount": shop, "currency_code": "GBP"},
               "presentment_money": {"amount": presentment, "currency_code": "EUR"}})
    };
    let told = |change: &Value, money| {
        let read = read_order(&with(change), money).expect("an order");
        let Properties { value, currency, .. } = read.facts(&subtotal).figures.properties;
        (value, currency)
    };
    let set = json!({"subtotal_price": "53.50", "subtotal_price_set": both("53.50", "62.75")});
    assert_eq!(told(&set, Money::Presentment), (Some(62.75), Some("EUR".into())));
    assert_eq!(told(&set, Money::Shop), (Some(53.5), Some("GBP".into())));
    // Where Shopify states none there is neither value nor currency; the total never stands for it.
    for none in [json!({}), json!({"subtotal_price_set": null}), json!({"subtotal_price": "x"})] {
        assert_eq!(told(&none, Money::Presentment), (None, None), "{none}");
    }
    assert_eq!(
        told(&json!({"subtotal_price": "53.50"}), Money::Shop),
        (Some(53.5), Some("GBP".into()))
    );
    let free = json!({"subtotal_price_set": both("0.00", "0.00")});
    assert_eq!(told(&free, Money::Presentment), (Some(0.0), Some("EUR".into())));
}

/// The field case: a deleted product, a deleted variant, a tip.
#[test]
fn a_line_without_the_id_of_the_catalogue_is_no_content_and_counts_as_none() {
    use crate::settings::ContentId;

    let order = with(&json!({"line_items": [
        {"product_id": null, "variant_id": null, "product_exists": false, "title": "Deleted product", "quantity": 1, "price": "10.00"},
        {"product_id": 99, "variant_id": null, "sku": "", "title": "Variant deleted", "quantity": 4, "price": "5.00"},
        {"product_id": null, "variant_id": null, "title": "Tip", "quantity": 1, "price": "2.00",
         "tip_payment_gateway": "shopify_payments", "tip_payment_method": "visa"},
        {"product_id": 98, "variant_id": 980, "sku": 4711, "title": "Gift card", "quantity": 2, "gift_card": true, "price": "25.00"},
    ]}));
    let told = |content_id| {
        let settings = Settings { content_id, ..settings() };
        let read = read_order(&order, Money::Shop).expect("an order");
        let properties = read.facts(&settings).figures.properties;
        let ids =
            properties.contents.iter().map(|content| content.content_id.clone().expect("an id"));
        (ids.collect::<Vec<_>>(), properties.num_items, properties.value)
    };
    assert_eq!(told(ContentId::Variant), (vec!["980".into()], Some(2), Some(70.05)));
    assert_eq!(told(ContentId::Product), (vec!["99".into(), "98".into()], Some(6), Some(70.05)));
    assert_eq!(told(ContentId::Sku), (vec!["4711".into()], Some(2), Some(70.05)));
    let tip_alone =
        with(&json!({"line_items": [{"title": "Tip", "quantity": 1, "price": "2.00"}]}));
    let properties = read_order(&tip_alone, Money::Shop)
        .expect("an order")
        .facts(&settings())
        .figures
        .properties;
    assert_eq!(
        (properties.contents.len(), properties.num_items, properties.content_type),
        (0, None, None)
    );
}
