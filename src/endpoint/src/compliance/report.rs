//! The answer to `customers/data_request`: one file with everything that is kept on a customer, and
//! in plain words what it is. It lies beside the store, readable for its owner only, and appears
//! when it is complete.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use assent_gate::settings::ShopDomain;
use assent_gate::shopify::compliance::Ask;
use assent_gate::time::Timestamp;
use serde::Serialize;

use super::demand_error::DemandError;
use crate::calendar::moment;
use crate::private_file::{Unfinished, sync_folder};
use crate::store::OpenDemand;
use crate::store::read::{Kept, Reader};

/// Beside the store's file.
const FOLDER: &str = "data-requests";

#[derive(Serialize)]
struct CustomerReport<'a> {
    about: String,
    shop: &'a str,
    request: Option<&'a str>,
    asked_at: String,
    answer_due_at: String,
    written_at: String,
    found: &'static str,
    how_to_read: [&'static str; 4],
    what_the_sections_are: Sections,
    kept: Kept,
    not_held: [&'static str; 4],
    afterwards: &'static str,
}

#[derive(Serialize)]
struct Sections {
    events: &'static str,
    contexts: &'static str,
    receipts: &'static str,
    orders: &'static str,
    withdrawals: &'static str,
}

const HOW_TO_READ: [&str; 4] = [
    "Times inside `kept` are Unix seconds: seconds since 1970-01-01 00:00 UTC.",
    "`email`, `phone`, `external_id`, names and `zip_code` are SHA-256 hashes of the normalised \
     text, made in the customer's own browser or from the order, as TikTok asks. The text itself \
     is not kept.",
    "`customer` and `visitor` are HMACs, made under a secret key of this shop. `checkout` and `cart` \
     are hashes of Shopify's tokens.",
    "All these hashes are pseudonymous personal data, not anonymous: whoever knows the original \
     can find it again.",
];

const SECTIONS: Sections = Sections {
    events: "What the customer did in the shop that was reported to TikTok after consent, or was \
             to be: what it was, when, what became of it (`state`, `reason`, `history`). \
             `personal` is what TikTok gets of it, with the shop's figures; it is kept until the \
             event's end and null from then on. The bare row goes 7 days later.",
    contexts: "What only the browser knew and an order would need: network address (`ip`), browser \
               (`user_agent`), TikTok's click id (`ttclid`) and cookie (`ttp`), and the page. Kept \
               until the purchase is settled, at most 48 hours after the last event.",
    receipts: "On what consent, or other permission, an event left: what was read on the \
               customer's device, when, and by which rule. It is the shop's proof, and kept as \
               long as the shop has set (36 months unless it chose otherwise).",
    orders: "What Shopify told of the customer's orders: when, what of, for how much, to which \
             country. Kept for 7 days, also of orders that were not reported to TikTok.",
    withdrawals: "When the customer took consent back. Kept as long as receipts, so that nothing \
                  older can come in again.",
};

const NOT_HELD: [&str; 4] = [
    "No e-mail address, phone number, name, street or postcode in readable form, no password, no \
     means of payment, and not Shopify's number of the customer.",
    "Nothing of what customers did who did not consent, nor of what they did before they \
     consented; of their orders what stands under `orders`.",
    "What cannot be found by an e-mail address, a phone number or an order: receipts and withdrawals \
     of browsers by which the customer never gave one to the shop. They are found only by the \
     checkout's token or the visitor id in the customer's own browser.",
    "What the shop itself, Shopify or TikTok keep: each of them has to be asked.",
];

const AFTERWARDS: &str = "This file holds personal data. Give it to the customer who asked and to \
                          nobody else, and delete it once that is done: Assent does not.";

/// Writes the report on whom `demand` names, and says where. A second time it replaces the first.
pub(super) fn write(
    store: &Path,
    demand: &OpenDemand,
    now: Timestamp,
) -> Result<PathBuf, DemandError> {
    let json = json(store, demand, now)?;
    let folder = folder(store);
    let path = folder.join(name(demand));
    replace(&folder, &path, json.as_bytes())
        .map_err(|source| DemandError::File { path: path.clone(), source })?;
    Ok(path)
}

fn json(store: &Path, demand: &OpenDemand, now: Timestamp) -> Result<String, DemandError> {
    let kept = Reader::open(store)?.customer(demand)?;
    let utc = |at: Timestamp| moment(at.0);
    let Kept { events, contexts, receipts, orders, withdrawals } = &kept;
    let nothing = events.is_empty()
        && contexts.is_empty()
        && receipts.is_empty()
        && orders.is_empty()
        && withdrawals.is_empty();
    let shop = demand.shop.as_str();
    Ok(serde_json::to_string_pretty(&CustomerReport {
        about: format!(
            "Everything that Assent, which reports conversions of {shop} to TikTok, keeps on the \
             customer who asked."
        ),
        shop,
        request: request(demand),
        asked_at: utc(demand.received_at),
        answer_due_at: utc(demand.due_at),
        written_at: utc(now),
        found: if nothing {
            "Nothing is kept on this customer."
        } else {
            "What is kept stands below, in `kept`."
        },
        how_to_read: HOW_TO_READ,
        what_the_sections_are: SECTIONS,
        kept,
        not_held: NOT_HELD,
        afterwards: AFTERWARDS,
    })?)
}

fn request(demand: &OpenDemand) -> Option<&str> {
    match &demand.ask {
        Ask::Report { request } => request.as_deref(),
        Ask::EraseCustomer | Ask::EraseShop => None,
    }
}

fn folder(store: &Path) -> PathBuf {
    store.with_file_name(FOLDER)
}

/// Shopify's number of a request and ours of a demand are both digits: the word `demand` keeps the
/// two apart.
fn name(demand: &OpenDemand) -> String {
    let shop = demand.shop.as_str();
    request(demand).map_or_else(
        || format!("{shop}-demand-{}.json", demand.id),
        |id| format!("{shop}-{id}.json"),
    )
}

/// Replaces the file as a whole: after a crash there is the old one or the new one, never a part.
fn replace(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let file = Unfinished::beside(path)?;
    (&file).write_all(bytes)?;
    file.replace()?;
    sync_folder(folder)
}

/// Deletes every report on a customer of this shop, finished or not.
pub(super) fn forget(store: &Path, shop: &ShopDomain) -> Result<(), DemandError> {
    let folder = folder(store);
    of_shop(&folder, shop).map_err(|source| DemandError::File { path: folder, source })
}

fn of_shop(folder: &Path, shop: &ShopDomain) -> io::Result<()> {
    let files = match fs::read_dir(folder) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let own = format!("{}-", shop.as_str());
    for file in files {
        let file = file?;
        if file.file_name().to_string_lossy().starts_with(&own) {
            fs::remove_file(file.path())?;
        }
    }
    File::open(folder)?.sync_all()
}
