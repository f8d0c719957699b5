//! Consent: on what events were reported, what ended it, and what Shopify demands.

use assent_gate::time::DAY;
use maud::{Markup, html};

use super::frame::{Frame, Page};
use super::words::{Tone, count, grouped, told};
use crate::rules::tools;
use crate::store::read::{DemandOnRecord, Grounds};

/// One shop's, of the last 7 days.
pub(crate) struct ShopConsent {
    pub(crate) shop: String,
    /// Of the latest receipts.
    pub(crate) grounds: Grounds,
    /// At least so often.
    pub(crate) ended: i64,
    /// Beacons that came with Global Privacy Control.
    pub(crate) gpc: i64,
}

pub(crate) struct Consent {
    pub(crate) shops: Vec<ShopConsent>,
    /// The open ones first.
    pub(crate) demands: Vec<DemandOnRecord>,
    pub(crate) receipts_months: u32,
}

pub(crate) fn page(frame: &Frame, consent: &Consent) -> Markup {
    let body = html! {
        p {
            "Nothing is reported without a grant, and each grant leaves a receipt, kept for "
            (consent.receipts_months) " months. " code { "assent receipts export" } " prints them for an auditor."
        }
        section aria-labelledby="ground" {
            h2 #ground { "On what ground" }
            @for shop in &consent.shops { (grounds(frame, shop)) }
            p.soft {
                "Consent: a shopper's yes is on record, with the tool that has it. Permission: Shopify permitted it, and no \
                 yes was heard; where the law asks for consent, that is no proof of one."
            }
        }
        section aria-labelledby="ended" {
            h2 #ended { "What ended it, in 7 days" }
            table.rows {
                thead {
                    tr {
                        th scope="col" { "Shop" }
                        th.number scope="col" { "Consent ended" }
                        th.number scope="col" { "Refused for Global Privacy Control" }
                    }
                }
                tbody {
                    @for shop in &consent.shops {
                        tr {
                            th scope="row" { (shop.shop) }
                            td.number data-label="Consent ended" { "at least " (grouped(shop.ended)) }
                            td.number data-label="Refused for GPC" { (grouped(shop.gpc)) }
                        }
                    }
                }
            }
            p.soft {
                "A consent ends when it is withdrawn, and also when a browser forgets it by itself (Safari does after 7 \
                 days). The two look alike from here."
            }
        }
        (demands(frame, &consent.demands))
        section aria-labelledby="rate" {
            h2 #rate { "Why there is no consent rate here" }
            p {
                "A rate needs the number of those who were asked. Without consent nothing leaves the browser, not even a \
                 count: whether somebody declined, never decided, had scripts blocked or paid where no pixel runs, nobody \
                 can know. A tool that shows you a rate has counted people who did not agree to be counted."
            }
        }
    };
    frame.page(Page::Consent, "Consent", &body)
}

fn grounds(frame: &Frame, shop: &ShopConsent) -> Markup {
    let Grounds { receipts, consent } = &shop.grounds;
    let on_consent: i64 = consent.values().sum();
    html! {
        @if frame.names_shops() { h3 { (shop.shop) } }
        @if *receipts == 0 {
            p { "No receipt of the last 7 days: nobody's grant has arrived." }
        } @else {
            table.plain {
                caption { "Of the latest " (count(*receipts, "receipt", "receipts")) }
                tbody {
                    @for (tool, n) in consent { tr { th scope="row" { "consent, " (tools::name_of(tool)) } td.number { (grouped(*n)) } } }
                    tr { th scope="row" { "permission" } td.number { (grouped(receipts - on_consent)) } }
                }
            }
        }
    }
}

fn demands(frame: &Frame, demands: &[DemandOnRecord]) -> Markup {
    let (open, done): (Vec<_>, Vec<_>) =
        demands.iter().partition(|demand| demand.done_at.is_none());
    html! {
        section aria-labelledby="demands" {
            h2 #demands { "What Shopify demands for customers" }
            @if open.is_empty() { p { (told(Tone::Good, "none is open")) "." } }
            @if !open.is_empty() {
                table.rows {
                    thead { tr { th scope="col" { "Demand" } th scope="col" { "Shop" } th scope="col" { "Came" } th scope="col" { "To be done" } } }
                    tbody { @for demand in open { (open_demand(frame, demand)) } }
                }
                p.soft { "The server carries them out by itself. Where one stays, its log says why." }
            }
            @if !done.is_empty() {
                details {
                    summary { (count(i64::try_from(done.len()).unwrap_or(i64::MAX), "is done", "are done")) }
                    ul { @for demand in done { li { (demand.topic) " of " (demand.shop) ", done " (frame.exactly(demand.done_at.unwrap_or_default())) } } }
                }
            }
        }
    }
}

fn open_demand(frame: &Frame, demand: &DemandOnRecord) -> Markup {
    let left = (demand.due_at - frame.now.0).div_euclid(DAY);
    html! {
        tr {
            th scope="row" { (demand.topic) @if let Some(request) = &demand.request { " " (request) } }
            td data-label="Shop" { (demand.shop) }
            td data-label="Came" { (frame.when(demand.received_at)) }
            td data-label="To be done" {
                @if left < 0 { (told(Tone::Bad, "overdue")) }
                @else { (told(Tone::Waits, &count(left, "day left", "days left"))) }
            }
        }
    }
}
