//! `webhook_secret_envs`: by which Shopify's webhooks are known to be Shopify's.

use super::fault_collector::FaultCollector;
use super::shop_name::ShopName;
use crate::rules::silence::Webhooks;
use crate::secret::Secret;

impl FaultCollector<'_> {
    pub(super) fn webhook_secrets(&mut self, at: &ShopName, names: &[String]) -> Vec<Secret> {
        let key = "webhook_secret_envs";
        names.iter().filter_map(|name| self.shop_variable(at, key, name)).collect()
    }
}

/// Whether the shop's orders are to come, also for a command that does without secrets.
pub(super) fn webhooks(names: &[String]) -> Webhooks {
    if names.is_empty() { Webhooks::NotSetUp } else { Webhooks::Expected }
}
