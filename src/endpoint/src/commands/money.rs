//! Money as people read it.

use crate::store::read::Figure;

/// `€20.15`, `20.15 SEK`; without a currency the bare number.
pub(super) fn in_words(value: f64, currency: Option<&str>) -> String {
    const SIGNS: [(&str, &str); 4] = [("EUR", "€"), ("GBP", "£"), ("JPY", "¥"), ("USD", "$")];
    // ISO 4217 gives these no minor unit.
    const WHOLE: [&str; 6] = ["CLP", "ISK", "JPY", "KRW", "PYG", "VND"];
    let currency = currency.unwrap_or_default();
    let number =
        if WHOLE.contains(&currency) { format!("{value:.0}") } else { format!("{value:.2}") };
    match SIGNS.iter().find(|(code, _)| *code == currency) {
        Some((_, sign)) => format!("{sign}{number}"),
        None => format!("{number} {currency}").trim_end().to_owned(),
    }
}

pub(super) fn of(figure: &Figure) -> String {
    in_words(figure.value, figure.currency.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_its_currency_is() {
        for (value, currency, expected) in [
            (15.25, Some("EUR"), "€15.25"),
            (1200.0, Some("JPY"), "¥1200"),
            (70.1, Some("SEK"), "70.10 SEK"),
            (5.0, None, "5.00"),
        ] {
            assert_eq!(in_words(value, currency), expected);
        }
    }
}
