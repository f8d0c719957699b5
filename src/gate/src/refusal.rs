//! Why a beacon or an event is refused: the closed list of docs/contract.md#refusals.

/// The HTTP status of each is the endpoint's table, not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Not a message of the contract at all.
    Unreadable,
    /// A version this release does not speak.
    UnknownVersion,
    UnknownShop,
    TooLarge,
    /// The reported signals and records do not add up to a grant.
    NoGrant,
    /// The request itself carried `Sec-GPC: 1`.
    GpcHeader,
    /// The evidence is not newer than a withdrawal on record.
    Withdrawn,
    /// The id is not the one its anchor gives.
    IdMismatch,
    BadEvent,
    /// More than seven days old.
    TooOld,
    InTheFuture,
    RateLimited,
    Busy,
}

impl Refusal {
    pub const ALL: [Self; 13] = [
        Self::Unreadable,
        Self::UnknownVersion,
        Self::UnknownShop,
        Self::TooLarge,
        Self::NoGrant,
        Self::GpcHeader,
        Self::Withdrawn,
        Self::IdMismatch,
        Self::BadEvent,
        Self::TooOld,
        Self::InTheFuture,
        Self::RateLimited,
        Self::Busy,
    ];

    /// The word of the contract.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::UnknownVersion => "unknown_version",
            Self::UnknownShop => "unknown_shop",
            Self::TooLarge => "too_large",
            Self::NoGrant => "no_grant",
            Self::GpcHeader => "gpc_header",
            Self::Withdrawn => "withdrawn",
            Self::IdMismatch => "id_mismatch",
            Self::BadEvent => "bad_event",
            Self::TooOld => "too_old",
            Self::InTheFuture => "in_the_future",
            Self::RateLimited => "rate_limited",
            Self::Busy => "busy",
        }
    }
}
