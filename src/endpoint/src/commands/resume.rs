//! `assent resume`: a shop that a demand of Shopify's had stopped goes on. Through the running server
//! where there is one, for a store has one writer; else here.

use std::path::Path;

use assent_gate::settings::ShopDomain;
use clap::Args;

use super::failure::Failure;
use super::forget::server::{self, ServerError};
use super::output::print;
use crate::clock::Clock;
use crate::config::{Config, Secrets};
use crate::http::admin::{ResumeRequest, Resumed};
use crate::store::{Store, StoreError};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent resume --shop acme.myshopify.com")]
pub(crate) struct Resume {
    /// The shop that goes on.
    #[arg(long, value_name = "DOMAIN")]
    shop: ShopDomain,
}

#[derive(Debug, thiserror::Error)]
enum ResumeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Server(#[from] ServerError),
    #[error("{shop} is unknown to this store; is it the shop's permanent name?")]
    UnknownShop { shop: String },
    #[error(
        "{shop} was not stopped by a demand of Shopify's, so nothing was changed. `assent report` \
         says why a shop's queue stands still"
    )]
    NotStopped { shop: String },
    #[error("the process could not be set up: {0}")]
    Process(#[from] std::io::Error),
}

impl Resume {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let shop = || self.shop.as_str().to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ResumeError::from)?;
        let resumed = runtime.block_on(resume(&config, &self.shop))?;
        match resumed {
            None => Err(ResumeError::UnknownShop { shop: shop() }.into()),
            Some(false) => Err(ResumeError::NotStopped { shop: shop() }.into()),
            Some(true) => print(&format!(
                "{} goes on: what is accepted from now on, and what has waited, is sent",
                shop()
            )),
        }
    }
}

/// Whether it had been stopped; `None`: the store has never known such a shop.
async fn resume(config: &Config, shop: &ShopDomain) -> Result<Option<bool>, ResumeError> {
    let path: &Path = &config.store;
    if !path.exists() {
        return Err(StoreError::Missing { path: path.to_owned() }.into());
    }
    let shops = config.shops.iter().map(|shop| &shop.settings.shop);
    match Store::open(path, shops, Clock::machine().now()) {
        Ok(store) => {
            let resumed = store.resume(shop).await;
            store.close();
            Ok(resumed?)
        }
        Err(StoreError::Locked { .. }) => {
            let request = ResumeRequest { shop: shop.as_str().to_owned() };
            let answer: Option<Resumed> = server::ask(config, "resume", &request).await?;
            Ok(answer.map(|answer| answer.resumed))
        }
        Err(error) => Err(error.into()),
    }
}
