//! `assent webhooks`: what to register in Shopify, exactly.

use std::path::Path;

use assent_gate::settings::ShopDomain;
use clap::Args;

use super::failure::Failure;
use super::output::{OutputForm, print};
use super::which_shop::which_shop;
use crate::config::{Config, Secrets};
use crate::registrations::Registrations;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent webhooks
  assent webhooks --shop acme.myshopify.com --json")]
pub(crate) struct Webhooks {
    /// Needed only where the configuration has several shops.
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<ShopDomain>,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

impl Webhooks {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let registrations = Registrations::of(&which_shop(&config, self.shop.as_ref())?.settings);
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => print(&serde_json::to_string_pretty(&registrations)?),
            OutputForm::Text => print(&registrations.text()),
        }
    }
}
