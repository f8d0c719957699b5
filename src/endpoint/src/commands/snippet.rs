//! `assent snippet`: the code a merchant pastes, with the shop's settings on top. It holds the
//! module, or (`--hosted`) only loads it from the endpoint.

use std::path::Path;

use assent_gate::settings::{Settings, ShopDomain};
use clap::Args;
use serde::Serialize;

use super::failure::Failure;
use super::output::print;
use super::which_shop::which_shop;
use crate::config::{Config, Secrets};
use crate::dist;

#[derive(Debug, Args)]
pub(crate) struct Snippet {
    #[arg(long, value_name = "DOMAIN")]
    shop: ShopDomain,
    /// A short loader instead: this endpoint then serves the module to every shopper
    /// (docs/hosted.md).
    #[arg(long)]
    hosted: bool,
}

/// What Shopify may store as a custom pixel's code (docs/facts/shopify.md#size).
const LONGEST: usize = 64_000;

#[derive(Debug, thiserror::Error)]
enum SnippetError {
    #[error("{}", dist::NOT_BUILT)]
    NotBuilt,
    #[error(
        "the snippet would have {bytes} bytes, and Shopify may cut what is longer than {LONGEST}: \
         shorten this shop's storefronts, custom_events, categories or url_parameters"
    )]
    TooLong { bytes: usize },
    #[error("the settings could not be written: {0}")]
    Settings(#[from] serde_json::Error),
}

impl Snippet {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let settings = &which_shop(&config, Some(&self.shop))?.settings;
        print(&if self.hosted { loader(settings)? } else { complete(settings)? })
    }
}

/// The code to paste, the module inside.
fn complete(settings: &Settings) -> Result<String, SnippetError> {
    let body = dist::SNIPPET.ok_or(SnippetError::NotBuilt)?;
    pasteable(format!("const ASSENT = {};\n{body}", literal(settings)?))
}

/// The code to paste where the endpoint serves the module.
fn loader(settings: &Settings) -> Result<String, SnippetError> {
    let body = dist::LOADER.ok_or(SnippetError::NotBuilt)?;
    let file = dist::MODULE_FILE.as_deref().ok_or(SnippetError::NotBuilt)?;
    let address = literal(&format!("{}/v1/{file}", settings.endpoint))?;
    pasteable(format!(
        "const ASSENT = {};\nconst ASSENT_MODULE = {address};\n{body}",
        literal(settings)?
    ))
}

/// Shopify may cut code that is too long. That would be a syntax error, and its sandbox reports
/// none.
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
        let mut settings =
            Settings::new("acme.myshopify.com".parse().expect("a shop"), Cmp::Shopify);
        settings.categories = vec![hostile.to_owned()];
        let literal = literal(&settings).expect("JSON");
        assert!(
            !literal.contains('<')
                && !literal.contains('\u{2028}')
                && !literal.contains('\u{2029}')
        );
        let back: serde_json::Value = serde_json::from_str(&literal).expect("still JSON");
        assert_eq!(back["categories"][0], hostile);
    }
}
