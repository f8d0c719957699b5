//! Which Shopify event becomes which TikTok event, and which of its two copies a shop wants: the
//! browser's, the server's, or both.

use super::Settings;
use super::legs::{Leg, Legs};
use crate::event::EventKind;
use crate::tiktok::EventName;

impl Settings {
    /// The TikTok event and the legs for a Shopify event; `None` where the shop has no use for it.
    /// Both legs are off for an event that is switched off but must still leave a receipt, so that
    /// a later order finds consent by its cart or checkout. Only where Purchases go by the server.
    pub fn route(&self, kind: &EventKind) -> Option<(EventName, Legs)> {
        let (name, precedes_order) = match kind {
            EventKind::Custom(own) => {
                let custom = self.custom_events.get(own)?;
                let legs = Legs::of(&custom.to);
                // A Purchase has one source only: the checkout. Configuration refuses this earlier,
                // with a reason.
                let is_wanted = custom.event != EventName::Purchase && legs.any();
                return is_wanted.then_some((custom.event, legs));
            }
            EventKind::PageViewed => (EventName::Pageview, false),
            EventKind::ProductViewed => (EventName::ViewContent, false),
            EventKind::SearchSubmitted => (EventName::Search, false),
            EventKind::AddedToCart => (EventName::AddToCart, true),
            EventKind::CheckoutStarted => (EventName::InitiateCheckout, true),
            EventKind::PaymentInfoSubmitted => (EventName::AddPaymentInfo, true),
            EventKind::CheckoutCompleted => (EventName::Purchase, false),
        };
        let legs = self.standard(name);
        let witness = precedes_order && self.reports_orders();
        (legs.any() || witness).then_some((name, legs))
    }

    /// Whether Purchases go by the server, so that a later order asks for the consent on record.
    pub fn reports_orders(&self) -> bool {
        self.standard(EventName::Purchase).server
    }

    fn standard(&self, name: EventName) -> Legs {
        self.events.get(&name).map_or_else(|| by_default(name), |to| Legs::of(to))
    }

    /// Whether nothing of this shop sends `name` by the server. An older snippet may still; these
    /// settings prevail.
    pub fn server_leg_is_off(&self, name: EventName) -> bool {
        let custom = self
            .custom_events
            .values()
            .any(|custom| custom.event == name && custom.to.contains(&Leg::Server));
        !self.standard(name).server && !custom
    }
}

/// The default routes (docs/contract.md#routes); events that only a shop's custom event can
/// produce have none.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "every name outside the routes table has no default route"
)]
fn by_default(name: EventName) -> Legs {
    match name {
        EventName::Pageview | EventName::ViewContent | EventName::Search => {
            Legs { browser: true, server: false }
        }
        EventName::AddToCart
        | EventName::InitiateCheckout
        | EventName::AddPaymentInfo
        | EventName::Purchase => Legs { browser: true, server: true },
        _ => Legs { browser: false, server: false },
    }
}

#[cfg(test)]
mod tests {
    use super::super::CustomEvent;
    use super::*;
    use crate::consent::Cmp;

    /// docs/contract.md#configuration: the server's settings prevail over an older snippet's.
    #[test]
    fn what_the_settings_of_the_shop_do_not_send_by_the_server_is_off() {
        let mut shop = Settings::new("acme.myshopify.com".parse().unwrap(), Cmp::Shopify);
        let on = |shop: &Settings| {
            EventName::ALL
                .into_iter()
                .filter(|name| !shop.server_leg_is_off(*name))
                .collect::<Vec<_>>()
        };
        use EventName::{
            AddPaymentInfo, AddToCart, InitiateCheckout, Purchase, Subscribe, ViewContent,
        };
        assert_eq!(on(&shop), [AddPaymentInfo, AddToCart, InitiateCheckout, Purchase]);
        let custom = CustomEvent { event: Subscribe, to: vec![Leg::Server] };
        shop.custom_events = [("joined".into(), custom)].into_iter().collect();
        shop.events = [(ViewContent, vec![Leg::Server]), (AddToCart, vec![Leg::Browser])]
            .into_iter()
            .collect();
        assert_eq!(on(&shop), [AddPaymentInfo, InitiateCheckout, Purchase, Subscribe, ViewContent]);
    }
}
