//! `assent extension settings`: the mutation that gives the app extension a shop's settings. The
//! fields are those that extension/shopify.extension.toml declares, each of them a text; what is
//! the default is left out.

use std::path::Path;

use assent_gate::settings::{Settings, ShopDomain};
use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{OutputForm, print};
use super::which_shop::which_shop;
use crate::config::{Config, Secrets};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent extension settings --shop acme.myshopify.com
  assent extension settings --shop acme.myshopify.com --json")]
pub(crate) struct ExtensionSettings {
    /// The shop, by its *.myshopify.com name.
    #[arg(long, value_name = "DOMAIN")]
    shop: ShopDomain,
    /// As a request to the Admin API: its body, with query and variables.
    #[arg(long)]
    json: bool,
}

impl ExtensionSettings {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let settings = &which_shop(&config, Some(&self.shop))?.settings;
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => print(&serde_json::to_string_pretty(&request(settings)?)?),
            OutputForm::Text => print(&document(settings)?),
        }
    }
}

const CREATE: &str = "mutation webPixelCreate($webPixel: WebPixelInput!) { \
                      webPixelCreate(webPixel: $webPixel) { userErrors { code field message } \
                      webPixel { id settings } } }";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    shop: &'a str,
    pixel_code: &'a str,
    endpoint: &'a str,
    cmp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    undecided: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_events: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storefronts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    categories: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url_parameters: Option<String>,
}

/// What Shopify takes as `settings`: the fields as one JSON text.
fn fields(settings: &Settings) -> Result<String, serde_json::Error> {
    let default = Settings::new(settings.shop.clone(), settings.cmp);
    serde_json::to_string(&Fields {
        shop: settings.shop.as_str(),
        pixel_code: &settings.pixel_code,
        endpoint: &settings.endpoint,
        cmp: settings.cmp.into(),
        undecided: unlike(&settings.undecided, &default.undecided)?,
        missing: unlike(&settings.missing, &default.missing)?,
        held: unlike(&settings.held, &default.held)?,
        events: unlike(&settings.events, &default.events)?,
        custom_events: unlike(&settings.custom_events, &default.custom_events)?,
        storefronts: unlike(&settings.storefronts, &default.storefronts)?,
        categories: unlike(&settings.categories, &default.categories)?,
        content_id: unlike(&settings.content_id, &default.content_id)?,
        value: unlike(&settings.value, &default.value)?,
        url_parameters: unlike(&settings.url_parameters, &default.url_parameters)?,
    })
}

/// A word as it is, a list or a table as JSON; nothing where it is the default.
fn unlike<T: Serialize + PartialEq>(
    value: &T,
    default: &T,
) -> Result<Option<String>, serde_json::Error> {
    if value == default {
        return Ok(None);
    }
    let value = serde_json::to_value(value)?;
    Ok(Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
}

/// A request to the Admin API: its body.
fn request(settings: &Settings) -> Result<Value, serde_json::Error> {
    Ok(json!({ "query": CREATE, "variables": { "webPixel": { "settings": fields(settings)? } } }))
}

/// The same to paste into GraphiQL as a whole, the settings inside; what it does not run is a
/// comment.
fn document(settings: &Settings) -> Result<String, serde_json::Error> {
    // A JSON string is a GraphQL string too (GraphQL specification, "String Value").
    let literal = serde_json::to_string(&fields(settings)?)?;
    let shop = settings.shop.as_str();
    Ok(format!(
        r#"# Activates the extension in {shop}. Paste all of this into the Admin GraphQL explorer (GraphiQL) of the app that has
# the extension (`shopify app dev`, then g), connected to that shop; the app needs the scopes write_pixels and
# read_customer_events. In the answer userErrors must be empty; NO_EXTENSION: deploy the extension first; TAKEN: see below.
mutation {{
  webPixelCreate(webPixel: {{ settings: {literal} }}) {{
    userErrors {{ code field message }}
    webPixel {{ id settings }}
  }}
}}

# To change the settings later, ask for the pixel's id,
#   query {{ webPixel {{ id }} }}      (scope read_pixels)
# and run this instead, with that id:
#   mutation {{
#     webPixelUpdate(id: "gid://shopify/WebPixel/…", webPixel: {{ settings: {literal} }}) {{
#       userErrors {{ code field message }}
#       webPixel {{ id settings }}
#     }}
#   }}
"#
    ))
}
