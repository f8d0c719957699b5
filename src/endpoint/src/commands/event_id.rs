//! `assent event-id`: the id that the browser and the server give to one conversion.

use assent_gate::hex::Anchor;
use assent_gate::ids;
use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::EventName;
use clap::Args;

use super::arguments::not_empty;
use super::failure::Failure;
use super::output::print;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent event-id --shop acme.myshopify.com --event Purchase --checkout-token 3f9a1c0b7d2e4f60a1b2c3d4e5f60718
  assent event-id --shop acme.myshopify.com --event AddToCart --event-id sh-5a8f3c1e-0D2B-4C7A-9E1F-6B3A2C1D0E9F")]
pub(crate) struct EventIdOf {
    /// The shop, by its *.myshopify.com name.
    #[arg(long, value_name = "DOMAIN")]
    shop: ShopDomain,
    /// TikTok's name of the event, such as Purchase.
    #[arg(long, value_name = "NAME")]
    event: EventName,
    #[command(flatten)]
    of: Of,
}

/// What a conversion is named after.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Of {
    /// The checkout's token; it stays on this machine.
    #[arg(long, value_name = "T", value_parser = not_empty)]
    checkout_token: Option<String>,
    /// Shopify's event.id.
    #[arg(long, value_name = "ID", value_parser = not_empty)]
    event_id: Option<String>,
}

impl EventIdOf {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let Self { shop, event, of: Of { checkout_token, event_id } } = self;
        let checkout = checkout_token.as_deref().map(|token| ids::checkout_anchor(shop, token));
        let anchor =
            checkout.as_ref().map(Anchor::as_str).or(event_id.as_deref()).unwrap_or_default();
        print(ids::event_id(shop, event.as_str(), anchor).as_str())
    }
}
