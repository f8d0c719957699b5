//! The currencies TikTok takes (docs/facts/tiktok.md#currencies). One that is not listed is left
//! out together with the value: an amount without its currency would be read as another one's.

use crate::text::{Text, lists};

const LISTED: &str = "AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK \
    DZD EGP EUR GBP GTQ HKD HNL HUF IDR ILS INR ISK JPY KES KHR KRW \
    KWD KZT MAD MOP MXN MYR NGN NIO NOK NZD OMR PEN PHP PKR PLN PYG \
    QAR RON RUB SAR SEK SGD THB TRY TWD UAH USD VES VND ZAR";

/// The ISO 4217 code in upper case, if TikTok takes it.
pub fn listed(code: &str) -> Option<Text> {
    let code = code.trim().to_ascii_uppercase();
    lists(LISTED, &code).then_some(code.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_the_sixty_two_codes_that_tiktok_takes() {
        assert_eq!(LISTED.split_ascii_whitespace().count(), 62);
        assert!(LISTED.split_ascii_whitespace().all(|code| listed(code).is_some()));
        assert_eq!(listed("AED ").as_deref(), Some("AED"));
        assert_eq!(listed("ED A"), None);
        assert_eq!(listed("eur").as_deref(), Some("EUR"));
        assert_eq!(listed("XOF"), None);
        assert_eq!(listed(""), None);
    }
}
