//! A shop's settings as they stand on top of the code that is pasted, and whether a pixel has them.

use assent_gate::hex::Digest;
use assent_gate::settings::Settings;
use serde::Serialize;

use crate::pixel::PixelKind;
use crate::store::read::PixelSeen;

/// The release's, which the pixel names too (`client.version`).
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A JavaScript literal that can neither end a script element nor a line.
pub(crate) fn literal<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    Ok(escaped(&serde_json::to_string_pretty(value)?))
}

/// The same, all on one line.
pub(crate) fn short_literal<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    Ok(escaped(&serde_json::to_string(value)?))
}

/// `<` occurs in JSON only inside strings; U+2028 and U+2029 end a line in older JavaScript.
fn escaped(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// What a beacon of this code says in `client.settings`. The browser hashes what `JSON.stringify`
/// makes of the literal, which is serde_json's text (the configuration has brought the names of
/// custom events into JavaScript's order).
pub(crate) fn hash(settings: &Settings) -> Result<Digest, serde_json::Error> {
    Ok(Settings::hash(&serde_json::to_string(settings)?))
}

/// In what a pasted pixel differs from what is printed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outdated {
    pub(crate) version: bool,
    pub(crate) settings: bool,
}

/// Only a custom pixel is pasted as this binary prints it. What a pixel does not say of itself counts
/// as the same.
pub(crate) fn outdated(settings: &Settings, seen: &PixelSeen) -> Outdated {
    let is_pasted = PixelKind::of_word(&seen.kind) == Some(PixelKind::Custom);
    let is_other = |own: &String| hash(settings).is_ok_and(|printed| own != printed.as_str());
    Outdated {
        version: is_pasted && seen.version.as_deref().is_some_and(|own| own != VERSION),
        settings: is_pasted && seen.settings.as_ref().is_some_and(is_other),
    }
}

#[cfg(test)]
mod tests {
    use assent_gate::consent::Cmp;

    use super::*;

    fn settings() -> Settings {
        Settings::new("acme.myshopify.com".parse().expect("a shop"), Cmp::Shopify)
    }

    #[test]
    fn settings_can_neither_end_the_script_nor_change_their_meaning() {
        let hostile = "</script><!--\u{2028}\u{2029}";
        let settings = Settings { categories: vec![hostile.into()], ..settings() };
        for literal in [literal(&settings), short_literal(&settings)] {
            let literal = literal.expect("JSON");
            for forbidden in ['<', '\u{2028}', '\u{2029}'] {
                assert!(!literal.contains(forbidden), "{forbidden:?} is in {literal}");
            }
            let back: serde_json::Value = serde_json::from_str(&literal).expect("still JSON");
            assert_eq!(back["categories"][0], hostile);
        }
    }

    /// The text is what node's `JSON.stringify` makes of the printed literal.
    #[test]
    fn the_hash_is_that_of_what_a_browser_makes_of_the_literal() {
        let odd = "</script>\u{2028}\"\\\u{8}\u{1f}\u{7f}é";
        let settings = Settings { categories: vec![odd.into()], ..settings() };
        let stringified = concat!(
            r#"{"shop":"acme.myshopify.com","pixelCode":"","endpoint":"","pixelScript":"","#,
            r#""cmp":"shopify","categories":["</script>"#,
            "\u{2028}",
            r#"\"\\\b\u001f"#,
            "\u{7f}",
            r#"é"]}"#,
        );
        assert_eq!(hash(&settings).expect("JSON"), Digest::of(stringified.as_bytes()));
    }
}
