//! By what a command names a customer: `assent forget` and `assent access`.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use assent_gate::event::Person;
use assent_gate::hex::Digest;
use assent_gate::ids;
use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::person;
use clap::Args;

use super::arguments::not_empty;
use crate::store::Whom;

/// Longer than any address or number.
const LONGEST_LINE: u64 = 1024;

#[derive(Debug, Args)]
pub(super) struct NamedCustomer {
    /// The shop whose customer it is.
    #[arg(long, value_name = "DOMAIN")]
    pub(super) shop: ShopDomain,
    #[command(flatten)]
    named: CustomerName,
    /// The country a phone number without + is of, such as DE.
    #[arg(long, value_name = "CC", value_parser = country,
        conflicts_with_all =
            ["order", "email_hash", "phone_hash", "email", "checkout_token", "visitor"])]
    country: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum NameError {
    #[error(
        "--phone: that is no number we can read for certain; write it with + and its country's \
         code, or add --country"
    )]
    Phone,
}

impl NamedCustomer {
    pub(super) fn whom(&self) -> Result<Whom, NameError> {
        let CustomerName { order, email_hash, phone_hash, email, phone, checkout_token, visitor } =
            &self.named;
        let token = checkout_token.as_deref().map(|token| ids::checkout_anchor(&self.shop, token));
        let phone = phone.as_deref().map(|phone| self.phone(phone)).transpose()?;
        let contact = [email_hash, phone_hash, email, &phone].into_iter().flatten().next().cloned();
        let whom = order.clone().map(Whom::Order).or(contact.map(Whom::Contact));
        let whom = whom.or(token.map(Whom::Checkout)).or(visitor.clone().map(Whom::Visitor));
        Ok(whom.expect("clap asks for one of them"))
    }

    fn phone(&self, number: &str) -> Result<Digest, NameError> {
        let named = Person {
            phone: Some(number.into()),
            phone_country: self.country.as_deref().map(Into::into),
            ..Person::default()
        };
        person::contacts(&named, &person::native_fold).pop().ok_or(NameError::Phone)
    }
}

/// By what the customer is named. What is given raw is hashed here and goes no further.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct CustomerName {
    /// Shopify's order id, or its name with the # before it, such as '#1001'; known as long as receipts,
    /// as are all of these.
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
    if io::stdin().is_terminal() {
        let _ = write!(io::stderr(), "The address or number, then Enter: ");
    }
    let mut line = String::new();
    io::stdin()
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
