use serde::{Deserialize, Serialize};

/// Why it was decided so: the closed list of the contract, in its order. The first that applies is
/// the one named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Denied: Global Privacy Control, by the browser or echoed by a CMP.
    Gpc,
    /// Denied: Shopify allows marketing but not the sale of data.
    SaleOptOut,
    /// Denied: an opt-out in US Privacy or GPP, or in a CMP's record (Termly's `do_not_sell`,
    /// CookieHub's `allowSale`, Osano's `OPT_OUT`, iubenda's `-uspr`, Tealium's `dns`,
    /// Sourcepoint's of the US).
    UsOptOut,
    /// Denied: the shopper answered Shopify's question with no.
    ShopifyDenied,
    /// Denied: a CMP's record says no.
    CmpDenied,
    /// Unknown: Shopify does not (yet) allow.
    ShopifySilent,
    /// Unknown: the record asked for is not there.
    CmpMissing,
    /// Unknown: as `CmpMissing`, on a host where it cannot be.
    OutOfReach,
    /// Unknown: the record is there, without a decision.
    CmpUndecided,
    /// Unknown: the record is there and cannot be read. Or the cookies cannot: then it comes before
    /// `CmpMissing`.
    CmpUnreadable,
    /// Unknown: the record is too old, or dated ahead, to grant.
    Stale,
    /// Unknown: another page of this browser ended the grant.
    GrantEndedElsewhere,
    /// Granted: Shopify and every record asked for.
    AllYes,
    /// Granted: Shopify's signal, which is all the shop asks for.
    ShopifyOnly,
    /// Granted: the record is undecided and the shop lets Shopify decide meanwhile.
    UndecidedShopify,
    /// Granted: there is no record, and the shop lets Shopify decide where its tool writes none.
    MissingShopify,
}

impl Rule {
    /// Whether what keeps it open is something that the device may show later. (Of Shopify's
    /// permission, and of a fresh signal, the page is told.)
    pub fn waits_for_record(self) -> bool {
        match self {
            Self::CmpMissing | Self::CmpUndecided | Self::CmpUnreadable | Self::Stale => true,
            Self::Gpc
            | Self::SaleOptOut
            | Self::UsOptOut
            | Self::ShopifyDenied
            | Self::CmpDenied
            | Self::ShopifySilent
            | Self::OutOfReach
            | Self::GrantEndedElsewhere
            | Self::AllYes
            | Self::ShopifyOnly
            | Self::UndecidedShopify
            | Self::MissingShopify => false,
        }
    }

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gpc => "gpc",
            Self::SaleOptOut => "sale_opt_out",
            Self::UsOptOut => "us_opt_out",
            Self::ShopifyDenied => "shopify_denied",
            Self::CmpDenied => "cmp_denied",
            Self::ShopifySilent => "shopify_silent",
            Self::CmpMissing => "cmp_missing",
            Self::OutOfReach => "out_of_reach",
            Self::CmpUndecided => "cmp_undecided",
            Self::CmpUnreadable => "cmp_unreadable",
            Self::Stale => "stale",
            Self::GrantEndedElsewhere => "grant_ended_elsewhere",
            Self::AllYes => "all_yes",
            Self::ShopifyOnly => "shopify_only",
            Self::UndecidedShopify => "undecided_shopify",
            Self::MissingShopify => "missing_shopify",
        }
    }
}
