//! The files that make a pixel, as they stand now: a merchant or a developer changes them while the
//! lab runs.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use super::{Options, Shop};

const SAMPLE_SNIPPET: &str = include_str!("../../web/sample-pixel.js");
const SAMPLE_EXTENSION: &str = include_str!("../../web/sample-extension.js");

/// The merchant's pasted code; a `</script>` in it breaks the frame, as it does at Shopify.
pub(super) fn snippet(shop: &Shop) -> Result<String, String> {
    match &shop.options().snippet {
        None => Ok(fill(SAMPLE_SNIPPET, shop.options())),
        Some(file) => read("the snippet", &shop.of_variant(file)),
    }
}

/// The app extension's script. It is one for all shops.
pub(super) fn extension(shop: &Shop) -> Result<String, String> {
    match &shop.options().extension {
        None => Ok(SAMPLE_EXTENSION.to_owned()),
        Some(file) => read("the extension", file),
    }
}

/// What `webPixelCreate` was given, as Shopify keeps it: a JSON text. Shopify's fields are texts.
pub(super) fn configuration(shop: &Shop) -> Result<String, String> {
    let Some(file) = &shop.options().extension_settings else { return Ok("{}".to_owned()) };
    let file = shop.of_variant(file);
    let text = read("the extension's settings", &file)?;
    let fields: Map<String, Value> = serde_json::from_str(&text).map_err(|error| {
        format!("the extension's settings {}: no JSON object: {error}", file.display())
    })?;
    match fields.iter().find(|(_, value)| !value.is_string()) {
        Some((name, _)) => {
            Err(format!("the extension's settings {}: {name} is not a text", file.display()))
        }
        None => Ok(text),
    }
}

pub(super) fn fill(code: &str, options: &Options) -> String {
    code.replace("__PIXEL__", &options.pixel_code)
        .replace("__EVENTS_JS__", &format!("{}/i18n/pixel/events.js", options.tiktok_url))
        .replace("__TIKTOK__", &options.tiktok_url)
}

fn read(what: &str, file: &Path) -> Result<String, String> {
    fs::read_to_string(file)
        .map_err(|error| format!("cannot read {what} {}: {error}", file.display()))
}
