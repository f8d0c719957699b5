//! On what ground something was reported, in words.

use super::local_time;
use crate::rules::tools;
use crate::rules::way::Way;
use crate::store::read::{Granting, Ground};
use crate::zone::Zone;

/// `consent · all_yes · OneTrust granted 2026-11-12 10:31 UTC · receipt 4711`; or why there is none.
pub(super) fn in_full(ground: Option<&Ground>, way: Way, zone: &Zone) -> String {
    let Some(ground) = ground else { return missing(way).to_owned() };
    let Ground { receipt, basis, rule, records, evaluated_at } = ground;
    let granted: Vec<String> = records.iter().map(|record| granting(record, zone)).collect();
    let granted = if granted.is_empty() {
        format!("read {}", local_time::to_the_minute(zone, *evaluated_at))
    } else {
        granted.join(", ")
    };
    let ended = if way == Way::Withdrawn { "consent ended; it was: " } else { "" };
    let proves = if basis != "permission" {
        ""
    } else if records.is_empty() {
        "\nShopify allowed it: a banner was answered, or none is asked for there. It is no record \
         of a shopper's own yes (docs/receipts.md)"
    } else {
        "\nBy the shop's settings Shopify's permission was enough; what the tool's record says stands \
         beside it (docs/receipts.md)"
    };
    format!("{ended}{basis} · {rule} · {granted} · receipt {receipt}{proves}")
}

fn granting(Granting { source, decided_at }: &Granting, zone: &Zone) -> String {
    let name = tools::name_of(source);
    match decided_at {
        Some(at) => format!("{name} granted {}", local_time::to_the_minute(zone, *at)),
        None => format!("{name} granted"),
    }
}

/// `consent (onetrust)`.
pub(super) fn in_short(Ground { basis, records, .. }: &Ground) -> String {
    match records.first() {
        // A permission is Shopify's, whatever else was read.
        Some(Granting { source, .. }) if basis != "permission" => format!("{basis} ({source})"),
        Some(_) | None => basis.clone(),
    }
}

/// Where no receipt is found: what is known of it.
fn missing(way: Way) -> &'static str {
    match way {
        Way::ConsentEnded | Way::Withdrawn => "consent ended",
        Way::NoConsentBySettings | Way::GrantsNoLonger => {
            "what is on record does not grant under the shop's present settings"
        }
        Way::TooManyConsents => "too many consents are on record to look through",
        Way::Erased => "a customer's erasure cut it",
        Way::NoContext => "consent is on record",
        Way::NoConsent => "no consent on record",
        Way::NoCheckout
        | Way::KindNotReported
        | Way::ServerLegOff
        | Way::Cancelled
        | Way::WaitsForPayment
        | Way::WaitsForOrder
        | Way::OrderUnreadable => "not looked for: nothing is to be sent of this order so far",
        Way::OnItsWay
        | Way::WaitsUnconfirmed
        | Way::Retried
        | Way::TokenRefused
        | Way::PixelRefused
        | Way::ScopeMissing
        | Way::TokenUnusable
        | Way::AddressWrong
        | Way::Stopped
        | Way::Delivered
        | Way::DeliveredAsTest
        | Way::Expired
        | Way::CameTooLate
        | Way::TestWithoutCode
        | Way::RefusedByTiktok
        | Way::ErasedByRestore
        | Way::ErasedUnreadable
        | Way::Unconfirmed
        | Way::NeverArrived
        | Way::UnknownEnd => "its receipt is no longer there, or cannot be read",
    }
}
