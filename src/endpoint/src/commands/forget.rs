//! `assent forget`: a customer's erasure. Through the running server where there is one, for a
//! store has one writer; else here.

mod certificate;
pub(super) mod server;

use std::io::{BufRead as _, Read as _};
use std::path::Path;

use assent_gate::event::Person;
use assent_gate::hex::Digest;
use assent_gate::ids;
use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::person;
use clap::Args;

use self::server::ServerError;
use super::arguments::not_empty;
use super::failure::Failure;
use super::output::{OutputForm, print};
use crate::clock::Clock;
use crate::config::{Config, Secrets};
use crate::store::{Erased, Erasure, Store, StoreError, Whom};

/// Longer than any address or number.
const LONGEST_LINE: u64 = 1024;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent forget --shop acme.myshopify.com --email jane@example.com
  assent forget --shop acme.myshopify.com --order 5678901234567 --json")]
pub(crate) struct Forget {
    /// The shop whose customer it is.
    #[arg(long, value_name = "DOMAIN")]
    shop: ShopDomain,
    #[command(flatten)]
    named: CustomerName,
    /// The country a phone number without + is of, such as DE.
    #[arg(long, value_name = "CC", value_parser = country,
        conflicts_with_all =
            ["order", "email_hash", "phone_hash", "email", "checkout_token", "visitor"])]
    country: Option<String>,
    /// Prints the counts as one JSON document.
    #[arg(long)]
    json: bool,
}

/// By what the customer is named. What is given raw is hashed here and goes no further.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct CustomerName {
    /// Shopify's order id; known as long as receipts, as are all of these.
    #[arg(long, value_name = "ID", value_parser = pasted)]
    order: Option<String>,
    /// The SHA-256 of the normalised address.
    #[arg(long, value_name = "SHA256")]
    email_hash: Option<Digest>,
    /// The SHA-256 of the number in E.164 form.
    #[arg(long, value_name = "SHA256")]
    phone_hash: Option<Digest>,
    /// The address itself; it is normalised and hashed here. `-` reads it from standard input, so
    /// that it stands in no shell's history and no list of processes.
    #[arg(long, value_name = "ADDRESS", value_parser = email)]
    email: Option<Digest>,
    /// The number itself; it is normalised and hashed here. `-` as for an address.
    #[arg(long, value_name = "NUMBER", value_parser = phone)]
    phone: Option<String>,
    /// The checkout's token; it is hashed here.
    #[arg(long, value_name = "T", value_parser = pasted)]
    checkout_token: Option<String>,
    /// The visitor id (the first 32 characters of the cookie `_assent`), or its SHA-256.
    #[arg(long, value_name = "ID_OR_HASH", value_parser = visitor)]
    visitor: Option<Digest>,
}

fn email(text: &str) -> Result<Digest, String> {
    let named = Person { email: Some(given(text)?.into()), ..Person::default() };
    person::contacts(&named, &person::native_fold)
        .pop()
        .ok_or_else(|| "an e-mail address is expected".to_owned())
}

fn phone(text: &str) -> Result<String, String> {
    pasted(&given(text)?)
}

/// What stands there, or for `-` the first line of standard input.
fn given(text: &str) -> Result<String, String> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .take(LONGEST_LINE)
        .read_line(&mut line)
        .map_err(|error| format!("standard input could not be read: {error}"))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Copied from an admin or a mail, it may bring marks that nobody sees.
fn pasted(text: &str) -> Result<String, String> {
    not_empty(&person::pasted(text))
}

fn visitor(text: &str) -> Result<Digest, String> {
    let text = person::pasted(text);
    let hash = text.parse().ok().or_else(|| person::external_id(&text));
    hash.ok_or_else(|| "a visitor id or its SHA-256 is expected".to_owned())
}

fn country(text: &str) -> Result<String, String> {
    person::country(&person::pasted(text))
        .map(String::from)
        .ok_or_else(|| "a country's two letters are expected, such as DE".to_owned())
}

#[derive(Debug, thiserror::Error)]
enum ForgetError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Server(#[from] ServerError),
    #[error(
        "--phone: that is no number we can read for certain; write it with + and its country's \
         code, or add --country"
    )]
    Phone,
    #[error("{shop} is unknown to this store; is it the shop's permanent name?")]
    UnknownShop { shop: String },
    #[error(
        "nothing is stored under that, so nothing was erased. It leads somewhere as long as the \
         receipts of the customer's grants are kept, and only where there was a grant"
    )]
    Nothing,
    #[error("the process could not be set up: {0}")]
    Process(#[from] std::io::Error),
    #[error("the result could not be written: {0}; the erasure itself is done")]
    Json(#[from] serde_json::Error),
}

impl Forget {
    /// Erases, and says what was erased.
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let erasure = self.erase(&config)?;
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => {
                print(&serde_json::to_string_pretty(&erasure).map_err(ForgetError::from)?)
            }
            OutputForm::Text => print(&text(&erasure)),
        }
    }

    fn erase(&self, config: &Config) -> Result<Erasure, ForgetError> {
        let whom = self.whom()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let erasure = runtime.block_on(erase(config, &self.shop, whom, &Clock::machine()))?;
        let unknown = || ForgetError::UnknownShop { shop: self.shop.as_str().to_owned() };
        let erasure = erasure.ok_or_else(unknown)?;
        if erasure.erased == Erased::default() { Err(ForgetError::Nothing) } else { Ok(erasure) }
    }

    fn whom(&self) -> Result<Whom, ForgetError> {
        let CustomerName { order, email_hash, phone_hash, email, phone, checkout_token, visitor } =
            &self.named;
        let token = checkout_token.as_deref().map(|token| ids::checkout_anchor(&self.shop, token));
        let phone = phone.as_deref().map(|phone| self.phone(phone)).transpose()?;
        let contact = [email_hash, phone_hash, email, &phone].into_iter().flatten().next().cloned();
        let whom = order.clone().map(Whom::Order).or(contact.map(Whom::Contact));
        let whom = whom.or(token.map(Whom::Checkout)).or(visitor.clone().map(Whom::Visitor));
        Ok(whom.expect("clap asks for one of them"))
    }

    fn phone(&self, number: &str) -> Result<Digest, ForgetError> {
        let named = Person {
            phone: Some(number.into()),
            phone_country: self.country.as_deref().map(Into::into),
            ..Person::default()
        };
        person::contacts(&named, &person::native_fold).pop().ok_or(ForgetError::Phone)
    }
}

/// `None`: the store has never known such a shop.
async fn erase(
    config: &Config,
    shop: &ShopDomain,
    whom: Whom,
    clock: &Clock,
) -> Result<Option<Erasure>, ForgetError> {
    let path: &Path = &config.store;
    if !path.exists() {
        return Err(StoreError::Missing { path: path.to_owned() }.into());
    }
    match Store::open(path, config.shops.iter().map(|shop| &shop.settings.shop), clock.now()) {
        Ok(store) => {
            let erasure = store.erase(shop, whom, clock.now()).await;
            store.close();
            Ok(erasure?)
        }
        Err(StoreError::Locked { .. }) => Ok(server::erase(config, shop, whom).await?),
        Err(error) => Err(error.into()),
    }
}

fn text(erasure: &Erasure) -> String {
    let Erasure { erased: Erased { undelivered, ended, contexts, receipts, orders }, overwritten } =
        erasure;
    let files = if *overwritten {
        "The bytes have been overwritten in the store's files."
    } else {
        "A reader has the store open: the old bytes are overwritten within about a minute after it \
         ends."
    };
    format!(
        "{undelivered} undelivered events erased; they will not be sent\n\
         {ended} ended events: links cut\n\
         {contexts} contexts erased\n\
         {orders} orders erased\n\
         {receipts} receipts kept, without any link\n\
         {files}"
    )
}
