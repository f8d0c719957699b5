//! `assent settings`: what the snippet has on top, for builds of one's own (js/README.md).

use std::path::Path;

use assent_gate::settings::ShopDomain;
use clap::Args;
use serde_json::Value;

use super::failure::Failure;
use super::output::{OutputForm, print};
use super::which_shop::which_shop;
use crate::config::{Config, Secrets};
use crate::printed_settings;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent settings --shop acme.myshopify.com --json > settings.json
  assent settings")]
pub(crate) struct PixelSettings {
    /// Needed only where the configuration has several shops.
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<ShopDomain>,
    /// Prints the settings as the snippet has them: one JSON object.
    #[arg(long)]
    json: bool,
}

impl PixelSettings {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let settings = &which_shop(&config, self.shop.as_ref())?.settings;
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => print(&serde_json::to_string_pretty(settings)?),
            OutputForm::Text => {
                let table = serde_json::to_value(settings)?;
                let lines = table.as_object().into_iter().flatten();
                let mut text: String =
                    lines.map(|(name, value)| format!("{name:14} {}\n", plain(value))).collect();
                let hash = printed_settings::hash(settings)?;
                text += &format!("\nThe pixel names these settings {}\n", hash.as_str());
                print(&text)
            }
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
