//! Which `[[shops]]` a fault is of.

use super::fault_collector::FaultCollector;

/// A shop as a fault calls it, and where it stands among the shops.
#[derive(Debug)]
pub(super) struct ShopName {
    n: usize,
    name: String,
}

impl ShopName {
    /// By its domain as it is written, where there is one.
    pub(super) fn of(n: usize, domain: Option<&str>) -> Self {
        Self { n, name: domain.map_or_else(|| format!("number {}", n + 1), str::to_owned) }
    }
}

impl FaultCollector<'_> {
    /// `key` is its path inside the shop, with dots between.
    pub(super) fn shop_fault(&mut self, at: &ShopName, key: &str, what: impl AsRef<str>) {
        let ShopName { n, name } = at;
        self.written.fault(
            &format!("shops.{n}.{key}"),
            format!("shops ({name}): {key}: {}", what.as_ref()),
        );
    }
}
