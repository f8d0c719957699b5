//! Which of the configured shops a command is about.

use std::sync::Arc;

use assent_gate::settings::ShopDomain;

use super::failure::{Failure, Misuse};
use crate::config::{Config, Shop};

/// The named shop, or the only one.
pub(super) fn which_shop<'a>(
    config: &'a Config,
    named: Option<&ShopDomain>,
) -> Result<&'a Arc<Shop>, Failure> {
    let known = || {
        let names: Vec<_> = config.shops.iter().map(|shop| shop.settings.shop.as_str()).collect();
        names.join(", ")
    };
    match (named, config.shops.as_slice()) {
        (Some(domain), _) => config.shop(domain).ok_or_else(|| {
            let domain = domain.as_str();
            format!("{domain} is not in the configuration, which has {}", known()).into()
        }),
        (None, [only]) => Ok(only),
        (None, _) => Err(Misuse(format!("--shop is needed, one of {}", known())).into()),
    }
}
