//! The code that a merchant pastes into Shopify, as text.

use assent_gate::settings::Settings;

use crate::dist;
use crate::printed_settings::{literal, short_literal};

/// What Shopify may store as a custom pixel's code (docs/facts/shopify.md#size).
const LONGEST: usize = 64_000;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SnippetError {
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

/// The code to paste, the module inside.
pub(crate) fn complete(settings: &Settings) -> Result<String, SnippetError> {
    let body = dist::SNIPPET.ok_or(SnippetError::NotBuilt)?;
    pasteable(format!("const ASSENT = {};\n{body}", literal(settings)?))
}

/// The code to paste where the endpoint serves the module: the settings, the module's hash, by which
/// the browser checks it and finds its address, and a body. Only where debug lines are allowed does
/// the body have what says them before there is a module.
pub(crate) fn hosted(settings: &Settings) -> Result<String, SnippetError> {
    let body = if settings.debug { dist::HOSTED_DEBUG } else { dist::HOSTED };
    let (Some(body), Some(module)) = (body, dist::MODULE.as_ref()) else {
        return Err(SnippetError::NotBuilt);
    };
    pasteable(format!(
        "const ASSENT = {};\nconst ASSENT_MODULE = \"{}\";\n{body}",
        short_literal(settings)?,
        module.hash().integrity()
    ))
}

/// The code of a pixel that sends nothing and says what the sandbox allows.
pub(crate) fn probe() -> Result<String, SnippetError> {
    pasteable(filled(dist::PROBE.ok_or(SnippetError::NotBuilt)?))
}

/// As long as a snippet may be, so that it shows whether Shopify takes as much. By whole lines of
/// comment at the end: a text that was cut there still runs, and says how long it is.
fn filled(code: &str) -> String {
    const LINE: &str = "// Nothing: this makes the probe as long as a snippet may be.\n";
    let mut text = format!("{}\n", code.trim_end());
    while text.len() + LINE.len() <= LONGEST {
        text.push_str(LINE);
    }
    text
}

/// Shopify may cut code that is too long. That would be a syntax error, and its sandbox reports
/// none.
fn pasteable(code: String) -> Result<String, SnippetError> {
    if code.len() > LONGEST { Err(SnippetError::TooLong { bytes: code.len() }) } else { Ok(code) }
}
