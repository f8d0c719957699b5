//! `[alerts]`: addresses that are told when something needs a person.

use reqwest::Url;

use super::configuration::Alerts;
use super::fault_collector::{FaultCollector, stays_here};
use super::file::AlertsTable;
use crate::secret::Secret;

impl FaultCollector<'_> {
    pub(super) fn alerts(&mut self, table: &AlertsTable) -> Alerts {
        Alerts {
            url: self.alert_address("alerts.url", table.url.as_deref()),
            ping_url: self.alert_address("alerts.ping_url", table.ping_url.as_deref()),
        }
    }

    /// As services give them out: with a query, where they put their key. So it is not repeated in
    /// a fault.
    fn alert_address(&mut self, key: &str, text: Option<&str>) -> Option<Secret> {
        let text = text?;
        let Some(url) = Url::parse(text).ok().filter(Url::has_host) else {
            self.fault(key, "an address such as `https://alerts.example.com/…` is expected");
            return None;
        };
        let safe = url.scheme() == "https" || (url.scheme() == "http" && stays_here(&url));
        if !safe {
            self.fault(key, "https, please (plain http only on loopback or *.localhost)");
        }
        let bare =
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        if !bare {
            self.fault(key, "without user and fragment, please");
        }
        (safe && bare).then(|| Secret::new(text)).flatten()
    }
}
