//! `webhook_secret_envs`: by which Shopify's webhooks are known to be Shopify's.

use super::fault_collector::FaultCollector;
use crate::rules::silence::Webhooks;
use crate::secret::Secret;

impl FaultCollector<'_> {
    pub(super) fn webhook_secrets(&mut self, at: &str, names: &[String]) -> Vec<Secret> {
        let key = format!("shops ({at}): webhook_secret_envs");
        names.iter().filter_map(|name| self.variable(&key, name)).collect()
    }
}

/// Whether the shop's orders are to come, also for a command that does without secrets.
pub(super) fn webhooks(names: &[String]) -> Webhooks {
    if names.is_empty() { Webhooks::NotSetUp } else { Webhooks::Expected }
}
