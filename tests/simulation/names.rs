//! What both sides call a thing, computed here from the words of docs/contract.md, not by
//! the code under test. And the marks by which the test recognises whose a value is.

use sha2::{Digest as _, Sha256};

use crate::support::rows::hex;

/// In everything raw that must never be found outside the browser and Shopify.
pub(crate) const SECRETS: [&str; 3] = ["pl4nt3d", "+1213373", "(213) 373-"];

pub(crate) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// SHA-256 over the parts, each preceded by its length in four bytes.
pub(crate) fn id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u32::try_from(part.len()).expect("short").to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

pub(crate) fn event_id(shop: &str, name: &str, anchor: &str) -> String {
    id(&["assent/1", shop, name, anchor])[..32].to_owned()
}

/// Of a visitor: in the user agent and the click id.
pub(crate) fn mark(visitor: usize) -> String {
    format!("g{visitor}z")
}

pub(crate) fn user_agent(visitor: usize) -> String {
    format!("Mozilla/5.0 (test {})", mark(visitor))
}

pub(crate) fn click_id(visitor: usize) -> String {
    format!("E.C.P.{}click", mark(visitor))
}

pub(crate) fn address(visitor: usize) -> [u8; 4] {
    let [.., b, c, d] = visitor.to_be_bytes();
    [20, b, c, d]
}

pub(crate) fn external_id(visitor: usize) -> String {
    sha256(&format!("visitor {visitor}"))
}

/// The visitors whose marks are in a text.
pub(crate) fn marks_in(text: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| *byte == b'g') {
        rest = &rest[at + 1..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 && rest.get(digits) == Some(&b'z') {
            let number: Option<usize> =
                std::str::from_utf8(&rest[..digits]).ok().and_then(|text| text.parse().ok());
            found.extend(number);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// A person's raw e-mail address and telephone number.
pub(crate) fn email(person: usize) -> String {
    format!("pl4nt3d.{person}@order.example")
}

pub(crate) fn phone(person: usize) -> String {
    format!("+1213373{:04}", 4000 + person)
}

/// The contract's own example (docs/contract.md).
#[test]
fn ids_are_the_contracts() {
    let shop = "acme.myshopify.com";
    let anchor = id(&["assent/1/checkout", shop, "3f9a1c0b7d2e4f60a1b2c3d4e5f60718"]);
    assert_eq!(anchor, "d49a7c43e62be25d331ea64ca4dd86a197d6f192b3387e9b755d73da8f89885b");
    assert_eq!(event_id(shop, "Purchase", &anchor), "1163b6cc081573da020c41e1cba14d48");
}
