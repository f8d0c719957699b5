//! `assent webhooks`: what to register in Shopify, exactly.

use std::path::Path;

use assent_gate::settings::{Settings, ShopDomain};
use assent_gate::shopify::compliance;
use clap::Args;
use serde::Serialize;

use super::failure::Failure;
use super::output::{OutputForm, print};
use super::which_shop::which_shop;
use crate::config::{Config, Secrets};
use crate::http::webhooks::{ORDERS, PATH};
use crate::rules::order::Topic;

/// The version whose fields the parser was written from (docs/facts/shopify.md#order-fields). When
/// it is no longer served, Shopify answers with its oldest one.
const API_VERSION: &str = "2026-04";

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
        let registrations = registrations(&which_shop(&config, self.shop.as_ref())?.settings);
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => print(&serde_json::to_string_pretty(&registrations)?),
            OutputForm::Text => print(&registrations.text()),
        }
    }
}

#[derive(Debug, Serialize)]
struct Registrations {
    shop: String,
    address: String,
    api_version: &'static str,
    format: &'static str,
    topics: Vec<&'static str>,
    compliance_topics: Vec<&'static str>,
}

fn registrations(settings: &Settings) -> Registrations {
    Registrations {
        shop: settings.shop.as_str().to_owned(),
        address: String::from(settings.endpoint.clone()) + PATH,
        api_version: API_VERSION,
        format: "JSON",
        topics: ORDERS.iter().map(|topic| topic.name()).collect(),
        compliance_topics: compliance::ComplianceTopic::ALL
            .iter()
            .map(|topic| topic.name())
            .collect(),
    }
}

/// As Shopify's admin lists it under "Event".
fn in_admin(topic: Topic) -> &'static str {
    match topic {
        Topic::Created => "Order creation",
        Topic::Paid => "Order payment",
        Topic::Cancelled => "Order cancellation",
        Topic::Refunded => "Refund create",
    }
}

impl Registrations {
    fn text(&self) -> String {
        let Self { shop, address, api_version, format, .. } = self;
        let events: Vec<_> = ORDERS
            .iter()
            .map(|topic| format!("     {:22} ({})", in_admin(*topic), topic.name()))
            .collect();
        let steps = [
            format!("Order webhooks of {shop}. One of the two ways:"),
            format!(
                "1. Without an app: Settings > Notifications > Webhooks > Create webhook, once for \
                 each event, with\n\
                 \n     Format       {format}\
                 \n     URL          {address}\
                 \n     API version  {api_version}\n\
                 \n   for the events\n\n{}\n\
                 \n   The list of webhooks says what they are signed with: that is the secret.",
                events.join("\n")
            ),
            format!(
                "2. With an app of your own (Shopify CLI, scope read_orders): in shopify.app.toml, \
                 then `shopify app deploy`. The\
                 \n   secret is the app's client secret. Only an app is told of customers' privacy \
                 requests.\n\n{}",
                self.toml()
            ),
            "Put the secret into an environment variable of the endpoint and name it in \
             assent.toml, under the shop:\n\
             \n    webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]    # while it changes: the old \
             one and the new one\n\
             \nFrom then on a Purchase waits for its order (`confirm`, `hold_seconds` and \
             `unconfirmed` in [shops.purchase])."
                .to_owned(),
        ];
        steps.join("\n\n")
    }

    /// The app's part, as it stands in its file.
    fn toml(&self) -> String {
        let Self { address, api_version, topics, compliance_topics, .. } = self;
        let subscription = |key: &str, topics: &[&str]| {
            format!("[[webhooks.subscriptions]]\n{key} = {topics:?}\nuri = \"{address}\"")
        };
        let parts = [
            format!("[webhooks]\napi_version = \"{api_version}\""),
            subscription("topics", topics),
            subscription("compliance_topics", compliance_topics),
        ];
        parts.join("\n\n")
    }
}
