//! `assent resume`: a shop whose queue stands still goes on, whether a demand of Shopify's had stopped it
//! or TikTok refuses its token. Through the running server
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
use crate::store::{Halt, Store, StoreError};

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
        "nothing of {shop} stands still: no demand of Shopify's has stopped it, and TikTok does not \
         refuse its token. Nothing was changed. `assent why` says what one event waits for"
    )]
    NothingStands { shop: String },
    #[error(
        "no demand of Shopify's has stopped {shop}, so nothing was changed. No server runs; \
         whatever waits is tried when one starts"
    )]
    AtRest { shop: String },
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
        let Some((halt, by)) = runtime.block_on(resume(&config, &self.shop))? else {
            return Err(ResumeError::UnknownShop { shop: shop() }.into());
        };
        print(&said(shop(), halt, by)?)
    }
}

/// Who did it.
#[derive(Clone, Copy)]
enum By {
    RunningServer,
    ThisCommand,
}

fn said(shop: String, halt: Halt, by: By) -> Result<String, ResumeError> {
    match (halt, by) {
        (Halt::Demand, By::RunningServer) => Ok(format!(
            "{shop} goes on: what is accepted from now on, and what has waited, is sent"
        )),
        (Halt::Demand, By::ThisCommand) => {
            Ok(format!("{shop} goes on: what has waited is sent when a server runs again"))
        }
        (Halt::Tiktok, By::RunningServer) => Ok(format!(
            "{shop}: TikTok has refused its token or pixel, and is asked again now, with one event. If it \
             takes it, the rest follows; `assent report` and the log say what it answers. A new \
             token in a variable (access_token_env) is read only when the server starts; one in a \
             file (access_token_file) is read now"
        )),
        (Halt::Nothing, By::RunningServer) => Err(ResumeError::NothingStands { shop }),
        (Halt::Tiktok | Halt::Nothing, By::ThisCommand) => Err(ResumeError::AtRest { shop }),
    }
}

/// What had kept it; `None`: the store has never known such a shop.
async fn resume(config: &Config, shop: &ShopDomain) -> Result<Option<(Halt, By)>, ResumeError> {
    let place = &config.store;
    if let Some(path) = place.file().filter(|path| !path.exists()) {
        return Err(StoreError::Missing { path: path.to_owned() }.into());
    }
    let shops = config.shops.iter().map(|shop| &shop.settings.shop);
    match Store::open_alone(place, shops, Clock::machine().now()) {
        Ok(store) => {
            let halt = store.resume(shop).await;
            store.close();
            Ok(halt?.map(|halt| (halt, By::ThisCommand)))
        }
        Err(StoreError::Locked { .. } | StoreError::Served { .. }) => {
            let request = ResumeRequest { shop: shop.as_str().to_owned() };
            let answer: Option<Resumed> = server::ask(config, "resume", &request).await?;
            Ok(answer.map(|answer| (halt(&answer), By::RunningServer)))
        }
        Err(error) => Err(error.into()),
    }
}

fn halt(answer: &Resumed) -> Halt {
    match (answer.resumed, answer.tried) {
        (true, _) => Halt::Demand,
        (false, true) => Halt::Tiktok,
        (false, false) => Halt::Nothing,
    }
}
