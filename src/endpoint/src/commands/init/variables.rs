//! The environment variables that hold a shop's secrets.

/// The name of the variable that holds a shop's token.
pub(super) fn token_variable(shop: &str) -> String {
    format!("{}_TIKTOK_TOKEN", prefix(shop))
}

pub(super) fn secret_variable(shop: &str) -> String {
    format!("{}_SHOPIFY_SECRET", prefix(shop))
}

/// `acme-uk.myshopify.com` is ACME_UK. Long names are cut: a variable's name has 64 signs at most.
fn prefix(shop: &str) -> String {
    let name = shop.split('.').next().unwrap_or_default();
    let sign = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let prefix: String = name.chars().map(sign).take(40).collect();
    if prefix.starts_with(|first: char| first.is_ascii_digit()) {
        format!("SHOP_{prefix}")
    } else {
        prefix
    }
}
