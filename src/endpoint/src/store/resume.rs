//! A shop whose queue stands still goes on by its operator's word.

use assent_gate::settings::ShopDomain;

use super::error::Result;
use super::rows::shop as shops;
use super::rows::tx::Tx;

/// What keeps a shop's queue from moving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// A demand of Shopify's, until now.
    Demand,
    /// TikTok refuses its token or pixel. Only TikTok's next answer ends that.
    Tiktok,
    Nothing,
}

pub(super) fn resume(tx: Tx<'_>, shop: &ShopDomain) -> Result<Option<Halt>> {
    if shops::key(tx, shop)?.is_none() {
        return Ok(None);
    }
    let was_stopped = shops::set_stopped(tx, shop, None)?;
    Ok(Some(match (was_stopped, shops::is_paused(tx, shop)?) {
        (true, _) => Halt::Demand,
        (false, true) => Halt::Tiktok,
        (false, false) => Halt::Nothing,
    }))
}
