//! The answer to a customer who asks what is kept of them, whether Shopify passed that on
//! (`customers/data_request`) or the shop was asked itself (`assent access`): one document with
//! everything, and in plain words what it is.

use assent_gate::settings::ShopDomain;
use assent_gate::shopify::compliance::Ask;
use assent_gate::time::Timestamp;
use serde::Serialize;

use crate::calendar::moment;
use crate::store::OpenDemand;
use crate::store::read::Kept;

#[derive(Serialize)]
struct CustomerReport<'a> {
    about: String,
    shop: &'a str,
    request: Option<&'a str>,
    asked_at: Option<String>,
    answer_due_at: Option<String>,
    written_at: String,
    looked_up_by: &'a str,
    found: &'static str,
    how_to_read: [&'static str; 4],
    what_the_sections_are: Sections,
    kept: &'a Kept,
    not_held: Vec<&'static str>,
    afterwards: &'static str,
}

/// Why there is a report.
pub(crate) enum Occasion<'a> {
    Demand(&'a OpenDemand),
    /// The shop was asked; this is by what kind of name the customer was looked up.
    Access {
        by: &'static str,
    },
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

/// A demand of Shopify's has all names that the shop knows; whoever asks by hand has one.
const OTHER_NAMES: &str = "What only another name of the same customer leads to (another e-mail \
                           address, an order from another browser): each has to be looked up by \
                           itself.";

const AFTERWARDS: &str = "This file holds personal data. Give it to the customer who asked and to \
                          nobody else, and delete it once that is done: Assent does not.";

/// As JSON.
pub(crate) fn json(
    shop: &ShopDomain,
    occasion: &Occasion<'_>,
    kept: &Kept,
    now: Timestamp,
) -> serde_json::Result<String> {
    let shop = shop.as_str();
    let utc = |at: Timestamp| moment(at.0);
    let (demand, looked_up_by) = match occasion {
        Occasion::Demand(demand) => (Some(demand), "what Shopify named"),
        Occasion::Access { by } => (None, *by),
    };
    let other_names = demand.is_none().then_some(OTHER_NAMES);
    serde_json::to_string_pretty(&CustomerReport {
        about: format!(
            "Everything that Assent, which reports conversions of {shop} to TikTok, keeps on the \
             customer who asked."
        ),
        shop,
        request: demand.and_then(|demand| request(demand)),
        asked_at: demand.map(|demand| utc(demand.received_at)),
        answer_due_at: demand.map(|demand| utc(demand.due_at)),
        written_at: utc(now),
        looked_up_by,
        found: if kept.is_nothing() {
            "Nothing is kept on this customer."
        } else {
            "What is kept stands below, in `kept`."
        },
        how_to_read: HOW_TO_READ,
        what_the_sections_are: SECTIONS,
        kept,
        not_held: NOT_HELD.into_iter().chain(other_names).collect(),
        afterwards: AFTERWARDS,
    })
}

/// Shopify's number of the request.
pub(super) fn request(demand: &OpenDemand) -> Option<&str> {
    match &demand.ask {
        Ask::Report { request } => request.as_deref(),
        Ask::EraseCustomer | Ask::EraseShop => None,
    }
}
