//! Numbers as Shopify writes them.

use crate::node::Node;
use crate::text::{Text, decimal};

/// The digits at the end of `6807581753559`, `gid://shopify/OrderIdentity/6807581753559` or a
/// number.
pub(super) fn trailing_digits<N: Node>(node: &N) -> Option<Text> {
    if let Some(text) = node.text() {
        let start = text.bytes().rposition(|b| !b.is_ascii_digit()).map_or(0, |at| at + 1);
        return (start < text.len()).then(|| text[start..].into());
    }
    node.digits().or_else(|| node.number().and_then(whole).map(|number| decimal(number).into()))
}

/// A number of JavaScript that is a whole, positive one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range was just checked"
)]
pub(super) fn whole(number: f64) -> Option<u64> {
    const SAFE: f64 = 9_007_199_254_740_991.0; // Number.MAX_SAFE_INTEGER
    ((0.0..=SAFE).contains(&number) && number.trunc() == number).then_some(number as u64)
}
