//! `assent snippet`: the code a merchant pastes, with the shop's settings on top. It holds the module, or (`--hosted`) only
//! loads it from the endpoint.

use assent_gate::settings::Settings;
use serde::Serialize;

use crate::dist;

/// What Shopify may store as a custom pixel's code (DESIGN, "Where it runs").
const LONGEST: usize = 64_000;

#[derive(Debug, thiserror::Error)]
pub enum SnippetError {
    #[error("{}", dist::NOT_BUILT)]
    NotBuilt,
    #[error(
        "the snippet would have {bytes} bytes, and Shopify may cut what is longer than {LONGEST}: shorten this shop's \
         storefronts, custom_events, categories or url_parameters"
    )]
    TooLong { bytes: usize },
    #[error("the settings could not be written: {0}")]
    Settings(#[from] serde_json::Error),
}

/// The complete code to paste, the module inside.
pub fn snippet(settings: &Settings) -> Result<String, SnippetError> {
    let body = dist::SNIPPET.ok_or(SnippetError::NotBuilt)?;
    pasteable(format!("const ASSENT = {};\n{body}", literal(settings)?))
}

/// The complete code to paste, where the endpoint serves the module.
pub fn hosted(settings: &Settings) -> Result<String, SnippetError> {
    let body = dist::LOADER.ok_or(SnippetError::NotBuilt)?;
    let file = dist::MODULE_FILE.as_deref().ok_or(SnippetError::NotBuilt)?;
    let address = literal(&format!("{}/v1/{file}", settings.endpoint))?;
    pasteable(format!("const ASSENT = {};\nconst ASSENT_MODULE = {address};\n{body}", literal(settings)?))
}

/// Code that is cut is a syntax error, and in the sandbox those are silent.
fn pasteable(code: String) -> Result<String, SnippetError> {
    if code.len() > LONGEST { Err(SnippetError::TooLong { bytes: code.len() }) } else { Ok(code) }
}

/// A JavaScript literal that can neither end a script element nor a line.
fn literal<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    let json = serde_json::to_string_pretty(value)?;
    // `<` occurs in JSON only inside strings; U+2028 and U+2029 end a line in older JavaScript.
    Ok(json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"))
}

#[cfg(test)]
mod tests {
    use assent_gate::consent::Cmp;

    use super::*;

    #[test]
    fn settings_can_neither_end_the_script_nor_change_their_meaning() {
        let hostile = "</script><!--\u{2028}\u{2029}";
        let mut settings = Settings::new("acme.myshopify.com".parse().expect("a shop"), Cmp::Shopify);
        settings.categories = vec![hostile.to_owned()];
        let literal = literal(&settings).expect("JSON");
        assert!(!literal.contains('<') && !literal.contains('\u{2028}') && !literal.contains('\u{2029}'));
        let back: serde_json::Value = serde_json::from_str(&literal).expect("still JSON");
        assert_eq!(back["categories"][0], hostile);
    }
}
