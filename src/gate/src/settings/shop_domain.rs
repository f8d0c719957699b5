use std::str::FromStr;

use serde::Serialize;

use crate::expected::expected;

/// A shop's permanent name, `<name>.myshopify.com`, lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct ShopDomain(String);

impl ShopDomain {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Upper case, surrounding space and a slash behind it are forgiven; anything but a `*.myshopify.com` name is not.
impl FromStr for ShopDomain {
    type Err = ShopDomainExpected;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let domain = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let name = domain.strip_suffix(".myshopify.com").ok_or(ShopDomainExpected)?;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = !name.is_empty()
            && name.len() <= 63
            && !name.starts_with('-')
            && name.bytes().all(plain);
        if fits { Ok(Self(domain)) } else { Err(ShopDomainExpected) }
    }
}

expected! {
    pub ShopDomainExpected: "the shop's permanent name is expected, such as acme.myshopify.com";
}

impl From<ShopDomain> for String {
    fn from(shop: ShopDomain) -> Self {
        shop.0
    }
}
