//! Records and rules in a merchant's words.

use assent_gate::consent::{Record, Rule, Verdict};

pub(super) fn says(record: &Record) -> &'static str {
    match record.verdict {
        Verdict::Denied if record.opt_out => "opted out",
        Verdict::Denied => "marketing refused",
        Verdict::Granted => "marketing accepted",
        Verdict::Undecided if record.held => "neither a yes nor a refusal",
        Verdict::Undecided => "no decision",
        Verdict::Unreadable => "cannot be read",
    }
}

/// A record in localStorage that the module reads only where the shop names its tool.
pub(super) const UNREAD: &str = "nothing: not read with this --cmp";

pub(super) fn counts(record: &Record, stale: bool) -> &'static str {
    match record.verdict {
        Verdict::Denied => "a no",
        Verdict::Undecided if record.held => "not a yes, and not left to Shopify",
        Verdict::Granted if !record.deciding => "nothing: it can only deny",
        Verdict::Granted if stale => "nothing: it is too old, or dated ahead",
        Verdict::Granted => "a yes",
        Verdict::Undecided | Verdict::Unreadable if !record.deciding => "nothing",
        Verdict::Undecided | Verdict::Unreadable => "not a yes",
    }
}

/// Why a record is held.
pub(super) const HELD: &str = "neither a yes nor a refusal: a TC string whose site measures ads on legitimate interest (purpose \
     7), or a refused purpose that only your Didomi knows. It holds whatever `undecided` says: \
     docs/consent.md#neither-a-yes-nor-a-refusal.\n";

/// Why Shopify is silent where nobody has said what it says.
pub(super) const NO_SIGNAL: &str = "no --shopify file was given, so Shopify counts as silent, and without its permission nothing is \
     granted. To see what is decided with it, give a file that holds {\"marketingAllowed\":true,\"saleOfDataAllowed\":true}.";

pub(super) fn of(rule: Rule) -> &'static str {
    match rule {
        Rule::Gpc => "the browser sends Global Privacy Control, or a consent tool saw it.",
        Rule::SaleOptOut => "Shopify allows marketing, but not the sale of data.",
        Rule::UsOptOut => "the shopper opted out under a US law.",
        Rule::ShopifyDenied => "the shopper said no to Shopify's banner.",
        Rule::CmpDenied => "a consent record says no.",
        Rule::ShopifySilent => {
            "Shopify does not (yet) allow marketing and the sale of data. If a consent tool says \
             yes here, it does not tell Shopify."
        }
        Rule::CmpMissing => {
            "the consent record that the shop asks for is not there: nobody has \
                             answered yet."
        }
        Rule::OutOfReach => {
            "the consent record that the shop asks for cannot be seen from this \
                             host."
        }
        Rule::CmpUndecided => "the consent record is there, without a decision on marketing.",
        Rule::CmpUnreadable => {
            "a consent record is there that cannot be read: a no may stand in it."
        }
        Rule::Stale => {
            "the consent is older than 13 months, has expired, or is dated ahead: ask \
                        again."
        }
        Rule::GrantEndedElsewhere => "the consent was withdrawn on another page of this browser.",
        Rule::AllYes => "Shopify allows it, and every consent record asked for says yes.",
        Rule::ShopifyOnly => "Shopify allows it, which is all this shop asks for.",
        Rule::UndecidedShopify => {
            "Shopify allows it, and the shop lets Shopify decide while the \
                                   record is undecided."
        }
        Rule::MissingShopify => {
            "Shopify allows it, and the shop lets Shopify decide where its tool \
                                 writes no record."
        }
    }
}
