//! `time_zone`: in which the report's days of a shop begin.

use super::fault_collector::FaultCollector;
use super::shop_name::ShopName;
use crate::zone::Zone;

impl FaultCollector<'_> {
    pub(super) fn zone(&mut self, at: &ShopName, name: Option<&str>) -> Zone {
        let Some(name) = name else { return Zone::UTC };
        name.parse().unwrap_or_else(|expected| {
            self.shop_fault(at, "time_zone", format!("`{name}` is no time zone; {expected}"));
            Zone::UTC
        })
    }
}
