//! `assent access`: what is kept of a customer, as the file that answers them. It reads beside a running
//! server. Shopify passes such requests on to apps only; a shop with the pasted snippet asks here.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::Failure;
use super::named_customer::{NameError, NamedCustomer};
use super::output::{OutputForm, print};
use crate::clock::Clock;
use crate::compliance::report::{self, Occasion};
use crate::compliance::report_file;
use crate::config::{Config, Secrets};
use crate::store::read::{Kept, Reader};
use crate::store::{StoreError, Whom};
use crate::store_place::StorePlace;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent access --shop acme.myshopify.com --email jane@example.com --out jane.json
  assent access --shop acme.myshopify.com --order 5678901234567 --json")]
pub(crate) struct Access {
    #[command(flatten)]
    customer: NamedCustomer,
    /// Writes the file there, for its owner only; what was there before is replaced. Without it the file
    /// lies beside the store, in `data-requests`.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Prints the document to stdout. It is written to a file only if --out says where.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, thiserror::Error)]
enum AccessError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("{shop} is unknown to this store; is it the shop's permanent name?")]
    UnknownShop { shop: String },
    #[error(
        "nothing is kept under that, so no file was written. It leads somewhere only where there \
         was a grant (of an order without one, for 7 days), and as long as the receipts of the \
         grants are kept. What the customer did without ever giving you this name is found only \
         by the visitor id in their own browser (--visitor) or a checkout's token \
         (--checkout-token)"
    )]
    Nothing,
    #[error("{path}: {source}; is the directory there, and may this user write to it?")]
    File { path: PathBuf, source: io::Error },
    #[error("the report could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl Access {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let whom = self.customer.whom().map_err(AccessError::from)?;
        let kept = self.kept(&config.store, &whom)?;
        let now = Clock::machine().now();
        let occasion = Occasion::Access { by: whom.kind() };
        let json =
            report::json(&self.customer.shop, &occasion, &kept, now).map_err(AccessError::from)?;
        match (&self.out, OutputForm::of_flag(self.json)) {
            (None, OutputForm::Json) => print(&json),
            (Some(path), OutputForm::Json) => {
                report_file::replace(path, json.as_bytes()).map_err(|e| fault(path, e))?;
                print(&json)
            }
            (Some(path), OutputForm::Text) => {
                report_file::replace(path, json.as_bytes()).map_err(|e| fault(path, e))?;
                print(&summary(path, &kept, whom.kind()))
            }
            (None, OutputForm::Text) => {
                let path = report_file::answer(&config.store, &self.customer.shop, now);
                report_file::place(&path, json.as_bytes()).map_err(|e| fault(&path, e))?;
                print(&summary(&path, &kept, whom.kind()))
            }
        }
    }

    fn kept(&self, store: &StorePlace, whom: &Whom) -> Result<Kept, AccessError> {
        let shop = &self.customer.shop;
        let unknown = || AccessError::UnknownShop { shop: shop.as_str().to_owned() };
        let kept = Reader::open(store)?.customer(shop, whom)?.ok_or_else(unknown)?;
        if kept.is_nothing() { Err(AccessError::Nothing) } else { Ok(kept) }
    }
}

fn fault(path: &Path, source: io::Error) -> AccessError {
    AccessError::File { path: path.to_owned(), source }
}

fn summary(path: &Path, kept: &Kept, by: &str) -> String {
    let Kept { events, contexts, receipts, orders, withdrawals } = kept;
    format!(
        "{}: {} events, {} contexts, {} receipts, {} orders, {} withdrawals\n\
         Looked up by {by}: what only another name of the same customer leads to is not in it. Ask for \
         each name that you know; what no name leads to stands in the file, under `not_held`.\n\
         It is personal data: give it to the customer who asked and to nobody else, and delete it \
         then",
        path.display(),
        events.len(),
        contexts.len(),
        receipts.len(),
        orders.len(),
        withdrawals.len()
    )
}
