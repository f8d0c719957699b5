//! Whose deeds are done one after the other.

use assent_gate::settings::ShopDomain;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::store) enum Whose {
    /// A shop's, by its domain.
    Shop(String),
    /// What is of no shop.
    Nobodys,
}

impl From<&ShopDomain> for Whose {
    fn from(shop: &ShopDomain) -> Self {
        Self::Shop(shop.as_str().to_owned())
    }
}
