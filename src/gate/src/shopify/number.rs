//! Numbers as Shopify writes them.

use crate::node::Node;
use crate::text::{Text, decimal};

/// A number, also one that stands there as a text: what Liquid writes into a theme's code is text.
#[inline(never)] // with the other one 104 bytes of the snippet
pub(super) fn numeral<N: Node>(node: &N) -> Option<f64> {
    node.number().or_else(|| written(&node.text()?))
}

/// The number that a text writes, in any of the forms of Shopify's money filters and with a
/// currency's sign (docs/facts/shopify.md#amounts-as-text). `None` where it has none, or could have
/// two: `1.299` is a thousand times more in German.
#[inline(never)] // with the other one 104 bytes of the snippet
fn written(text: &str) -> Option<f64> {
    // All digits as one number, and by what it is to be divided if the last separator is the decimal
    // one.
    let (mut number, mut unit) = (0.0, 1.0);
    let (mut first, mut last, mut many, mut gap) = (0, 0, false, false);
    for byte in text.bytes() {
        let digit = byte.wrapping_sub(b'0');
        let point = byte == b'.' || byte == b',';
        if digit > 9 && !point {
            // Blanks, apostrophes, $ £ ¥ € and the like: of U+0080 to U+00BF and U+2000 to U+20FF.
            // Not the minus of U+2212, nor any other script's digits.
            let is_blank = byte <= b' ' || byte == b'$' || byte == b'\'' || byte == 0xE2;
            if !is_blank && (!(0x80..=0xC2).contains(&byte) || byte == 0x88) {
                return None;
            }
            gap = unit > 1.0;
            continue;
        }
        if point || gap {
            if first != last {
                return None;
            }
            many = last != 0;
            last = if point { byte } else { b' ' };
            if !many {
                first = last;
            }
            (unit, gap) = (1.0, false);
        }
        if !point {
            number = number * 10.0 + f64::from(digit);
            unit *= 10.0;
        }
    }
    let by_thousands = unit == 1000.0;
    let pointed = last != b' ' && if many { last != first } else { !by_thousands || number < unit };
    let grouped = by_thousands && last == first && (many || last == b' ');
    if unit == 1.0 {
        None
    } else if last == 0 || grouped {
        Some(number)
    } else {
        pointed.then_some(number / unit)
    }
}

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
