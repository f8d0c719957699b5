//! Which webhooks are to be registered in Shopify, exactly.

use assent_gate::settings::Settings;
use assent_gate::shopify::compliance;
use serde::Serialize;

use crate::http::webhooks::{ORDERS, PATH};
use crate::rules::order::Topic;

/// The version whose fields the parser was written from (docs/facts/shopify.md#order-fields). When
/// it is no longer served, Shopify answers with its oldest one.
const API_VERSION: &str = "2026-04";

#[derive(Debug, Serialize)]
pub(crate) struct Registrations {
    shop: String,
    pub(crate) address: String,
    pub(crate) api_version: &'static str,
    pub(crate) format: &'static str,
    topics: Vec<&'static str>,
    compliance_topics: Vec<&'static str>,
}

impl Registrations {
    pub(crate) fn of(settings: &Settings) -> Self {
        let compliance = &compliance::ComplianceTopic::ALL;
        Self {
            shop: settings.shop.as_str().to_owned(),
            address: String::from(settings.endpoint.clone()) + PATH,
            api_version: API_VERSION,
            format: "JSON",
            topics: ORDERS.iter().map(|topic| topic.name()).collect(),
            compliance_topics: compliance.iter().map(|topic| topic.name()).collect(),
        }
    }

    /// As Shopify's admin lists them, with their names in an app's file.
    pub(crate) fn events() -> impl Iterator<Item = (&'static str, &'static str)> {
        ORDERS.iter().map(|topic| (in_admin(*topic), topic.name()))
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
    pub(crate) fn text(&self) -> String {
        let Self { shop, address, api_version, format, .. } = self;
        let events: Vec<_> =
            Self::events().map(|(event, topic)| format!("     {event:22} ({topic})")).collect();
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
