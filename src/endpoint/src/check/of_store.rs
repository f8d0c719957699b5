//! The lines that come from the store and the settings: at once, and nobody is asked. For a page that is
//! looked at often.

use super::asking::store;
use super::rules::machine;
use super::rules::tiktok::Served;
use super::{Check, Line, OfShop};

impl Check {
    /// Of [`Check::run`]'s those that ask neither TikTok nor the endpoint: for the process that serves the
    /// shops itself.
    pub async fn of_store(&self) -> Vec<Line> {
        let now = self.clock.now();
        let domains = self.shops.iter().map(|shop| shop.settings.shop.clone()).collect();
        let (file, rows) = match store::read(&self.config.store, domains, now).await {
            Ok((file, rows)) => (Ok(file), Some(rows)),
            Err(error) => (Err(error), None),
        };
        let doubted = rows.as_ref().and_then(|rows| rows.doubted);
        let mut lines = vec![machine::store(&file, now), machine::clock(None, doubted)];
        for shop in &self.shops {
            let served = Served::Here(shop.mode);
            let of_shop = OfShop { shop, rows: rows.as_ref(), asked: None, served, now };
            lines.extend(of_shop.lines(self.shops.len()));
        }
        // Sorting is stable: within a group the order is as it was made.
        lines.sort_by_key(|line| line.group);
        lines
    }
}
