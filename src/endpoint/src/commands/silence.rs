//! That Shopify tells of no orders any more, in words.

use assent_gate::time::Timestamp;

use crate::calendar::moment;

/// `since`: when the first Purchase came that no order answered.
pub(super) fn of_silence(last_order: Option<Timestamp>, since: Timestamp, shop: &str) -> String {
    let last = last_order.map_or_else(
        || "Shopify has told of no order in the last 7 days".to_owned(),
        |at| format!("Shopify last told of an order at {}", moment(at.0)),
    );
    format!(
        "Purchases come and no orders: {last}, and browsers have told of Purchases since {}. Is the \
         webhook still registered? `assent webhooks --shop {shop}` prints what must be there",
        moment(since.0)
    )
}
