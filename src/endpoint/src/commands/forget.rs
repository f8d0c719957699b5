//! `assent forget`: a customer's erasure. Through the running server where there is one, for a
//! store has one writer; else here. What it would do is only read, beside a server too.

mod certificate;
mod preview;
pub(super) mod server;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use assent_gate::settings::ShopDomain;
use clap::Args;

use self::server::ServerError;
use super::failure::{Failure, Misuse};
use super::named_customer::{NameError, NamedCustomer};
use super::output::{OutputForm, print};
use crate::clock::Clock;
use crate::config::{Config, Secrets};
use crate::store::read::{Preview, Reader};
use crate::store::{Erased, Erasure, Store, StoreError, Whom};
use crate::store_place::StorePlace;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent forget --shop acme.myshopify.com --email jane@example.com
  assent forget --shop acme.myshopify.com --order 5678901234567 --json")]
pub(crate) struct Forget {
    #[command(flatten)]
    customer: NamedCustomer,
    /// Only says what would be erased, and how far it reaches. Nothing is written.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Does not ask. Where there is no terminal it never asks.
    #[arg(long)]
    yes: bool,
    /// Prints the counts as one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, thiserror::Error)]
enum ForgetError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Server(#[from] ServerError),
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("{shop} is unknown to this store; is it the shop's permanent name?")]
    UnknownShop { shop: String },
    #[error(
        "nothing is stored under that, so nothing was erased. It leads somewhere as long as the \
         receipts of the customer's grants are kept, and only where there was a grant"
    )]
    Nothing,
    #[error("nothing was erased, as you did not say yes")]
    Refused,
    #[error("the process could not be set up: {0}")]
    Process(#[from] io::Error),
    #[error("the result could not be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// How sure the operator is.
enum Manner {
    DryRun,
    Ask,
    AtOnce,
}

impl Forget {
    /// Erases, and says what was erased; or says what would be.
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let whom = self.customer.whom().map_err(ForgetError::from)?;
        match self.manner()? {
            Manner::DryRun => self.told(&self.preview(&config, &whom)?, &whom),
            Manner::Ask => {
                let text = preview::text(&self.preview(&config, &whom)?, &whom);
                if !is_yes(&text).map_err(ForgetError::from)? {
                    return Err(ForgetError::Refused.into());
                }
                self.done(&self.erase(&config, whom)?, &config.store)
            }
            Manner::AtOnce => self.done(&self.erase(&config, whom)?, &config.store),
        }
    }

    /// An erasure cannot be taken back, so whoever sits at a terminal is asked. Scripts have none.
    fn manner(&self) -> Result<Manner, Misuse> {
        match (self.dry_run, self.yes) {
            (true, _) => Ok(Manner::DryRun),
            (false, true) => Ok(Manner::AtOnce),
            (false, false) if !io::stderr().is_terminal() => Ok(Manner::AtOnce),
            (false, false) if io::stdin().is_terminal() => Ok(Manner::Ask),
            (false, false) => Err(Misuse(
                "nothing was erased: standard input is taken, so you cannot be asked here. See \
                 what it would do with --dry-run, then say --yes"
                    .to_owned(),
            )),
        }
    }

    fn preview(&self, config: &Config, whom: &Whom) -> Result<Preview, ForgetError> {
        let shop = &self.customer.shop;
        let now = Clock::machine().now();
        let preview = Reader::open(&config.store)?.erasure(shop, whom, now)?;
        let preview = preview.ok_or_else(|| unknown(shop))?;
        let is_nothing = preview.would_erase == Erased::default();
        if is_nothing { Err(ForgetError::Nothing) } else { Ok(preview) }
    }

    fn erase(&self, config: &Config, whom: Whom) -> Result<Erasure, ForgetError> {
        let shop = &self.customer.shop;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let erasure = runtime.block_on(erase(config, shop, whom, &Clock::machine()))?;
        let erasure = erasure.ok_or_else(|| unknown(shop))?;
        if erasure.erased == Erased::default() { Err(ForgetError::Nothing) } else { Ok(erasure) }
    }

    fn told(&self, preview: &Preview, whom: &Whom) -> Result<(), Failure> {
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => print(&preview::json(preview).map_err(ForgetError::from)?),
            OutputForm::Text => {
                let text = preview::text(preview, whom);
                print(&format!("Nothing was erased. This is what an erasure would do now:\n{text}"))
            }
        }
    }

    fn done(&self, erasure: &Erasure, store: &StorePlace) -> Result<(), Failure> {
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => {
                print(&serde_json::to_string_pretty(erasure).map_err(ForgetError::from)?)
            }
            OutputForm::Text => print(&text(erasure, store)),
        }
    }
}

fn unknown(shop: &ShopDomain) -> ForgetError {
    ForgetError::UnknownShop { shop: shop.as_str().to_owned() }
}

/// Asked on stderr: stdout is for the answer.
fn is_yes(text: &str) -> io::Result<bool> {
    write!(io::stderr(), "This would be erased, for good:\n{text}\nErase it? Type yes: ")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}

/// `None`: the store has never known such a shop.
async fn erase(
    config: &Config,
    shop: &ShopDomain,
    whom: Whom,
    clock: &Clock,
) -> Result<Option<Erasure>, ForgetError> {
    let place = &config.store;
    if let Some(path) = place.file().filter(|path| !path.exists()) {
        return Err(StoreError::Missing { path: path.to_owned() }.into());
    }
    match Store::open_alone(place, config.shops.iter().map(|shop| &shop.settings.shop), clock.now())
    {
        Ok(store) => {
            let erasure = store.erase(shop, whom, clock.now()).await;
            store.close();
            Ok(erasure?)
        }
        Err(StoreError::Locked { .. } | StoreError::Served { .. }) => {
            Ok(server::erase(config, shop, whom).await?)
        }
        Err(error) => Err(error.into()),
    }
}

fn text(erasure: &Erasure, store: &StorePlace) -> String {
    let Erasure { erased: Erased { undelivered, ended, contexts, receipts, orders }, overwritten } =
        erasure;
    let files = match (store, overwritten) {
        (StorePlace::Database(_), _) => {
            "PostgreSQL overwrites nothing at once: where the old bytes still lie, and until when, is in \
             docs/postgres.md#what-an-erasure-leaves"
        }
        (StorePlace::File(_), true) => "The bytes have been overwritten in the store's files.",
        (StorePlace::File(_), false) => {
            "A reader has the store open: the old bytes are overwritten within about a minute after it \
             ends."
        }
    };
    format!(
        "{undelivered} undelivered events erased; they will not be sent\n\
         {ended} ended events: links cut\n\
         {contexts} contexts erased\n\
         {orders} orders erased\n\
         {receipts} receipts kept, without any link\n\
         {files}\n\
         Backups still hold it (docs/privacy.md#what-a-backup-does-to-an-erasure); so does what TikTok and Shopify have"
    )
}
