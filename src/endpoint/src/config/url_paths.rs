//! `url_paths`: what a shop says is public of its own addresses.

use assent_gate::page;
use assent_gate::text::Text;

use super::fault_collector::FaultCollector;
use super::shop_name::ShopName;

impl FaultCollector<'_> {
    /// Without the slashes at the ends. What a path opens is told with all that is below it, so it
    /// must not open what only its owner may open.
    pub(super) fn url_paths(&mut self, at: &ShopName, paths: &[Text]) -> Vec<Text> {
        let mut own = Vec::with_capacity(paths.len());
        for path in paths {
            let bare = path.trim_matches('/');
            if !bare.split('/').all(page::is_handle) {
                let fault = format!(
                    "`{path}` is no path of the shop's own, such as `/apps/quiz` (no \
                     host, no query)"
                );
                self.shop_fault(at, "url_paths", &fault);
            } else if let Some(word) =
                bare.split('/').find(|word| page::MAY_OPEN.contains(&word.to_lowercase().as_str()))
            {
                let fault = format!(
                    "`{path}`: what is below `{word}` may open a checkout, an order, an \
                     account or a gift card, and is never told"
                );
                self.shop_fault(at, "url_paths", &fault);
            }
            own.push(bare.into());
        }
        own
    }
}
