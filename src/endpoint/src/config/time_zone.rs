//! `time_zone`: in which the report's days of a shop begin.

use super::fault_collector::FaultCollector;
use crate::zone::Zone;

impl FaultCollector<'_> {
    pub(super) fn zone(&mut self, at: &str, name: Option<&str>) -> Zone {
        let Some(name) = name else { return Zone::UTC };
        name.parse().unwrap_or_else(|expected| {
            self.shop_fault(at, &format!("time_zone: `{name}` is no time zone; {expected}"));
            Zone::UTC
        })
    }
}
