//! What the doors refuse of a known shop, and what its operator is told of it. A stranger can cause
//! each of these, so they are counted, and nothing of what was sent is told.

use assent_gate::refusal::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// A webhook whose signature fits no secret.
    WrongSignature,
    /// A webhook without a signature that could be one.
    Unsigned,
    /// A webhook for a shop that has no secret.
    NoSecret,
    /// A webhook of more than 8 MiB.
    LargeWebhook,
    /// A webhook that did not come whole, or could not be stored, in time.
    BusyWebhook,
    /// A webhook that Shopify signed and we cannot read. It was answered 200.
    UnreadableWebhook,
    /// A beacon, or an event of one.
    Beacon(Refusal),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Webhooks,
    Beacons,
}

impl Door {
    pub fn name(self) -> &'static str {
        match self {
            Self::Webhooks => "webhooks",
            Self::Beacons => "beacons",
        }
    }
}

/// How loud a log is about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loudness {
    Warning,
    Mention,
    /// Told elsewhere, or the daily course of things.
    Silence,
}

impl Refused {
    pub const WEBHOOKS: [Self; 6] = [
        Self::WrongSignature,
        Self::Unsigned,
        Self::NoSecret,
        Self::LargeWebhook,
        Self::BusyWebhook,
        Self::UnreadableWebhook,
    ];

    pub fn door(self) -> Door {
        match self {
            Self::WrongSignature
            | Self::Unsigned
            | Self::NoSecret
            | Self::LargeWebhook
            | Self::BusyWebhook
            | Self::UnreadableWebhook => Door::Webhooks,
            Self::Beacon(_) => Door::Beacons,
        }
    }

    /// Under which it is stored and reported; a beacon's is the contract's.
    pub fn reason(self) -> &'static str {
        match self {
            Self::WrongSignature => "wrong_signature",
            Self::Unsigned => "unsigned",
            Self::NoSecret => "no_secret",
            Self::LargeWebhook => "too_large",
            Self::BusyWebhook => "busy",
            Self::UnreadableWebhook => "unreadable",
            Self::Beacon(refusal) => refusal.reason(),
        }
    }

    /// What [`Refused::door`] and [`Refused::reason`] wrote.
    pub fn of(door: &str, reason: &str) -> Option<Self> {
        let beacons = Refusal::ALL.into_iter().map(Self::Beacon);
        let mut all = Self::WEBHOOKS.into_iter().chain(beacons);
        all.find(|refused| refused.door().name() == door && refused.reason() == reason)
    }

    /// Whether the store counts it. Where consent is missing nothing is kept, not even a count.
    pub fn is_stored(self) -> bool {
        match self {
            Self::WrongSignature
            | Self::Unsigned
            | Self::NoSecret
            | Self::LargeWebhook
            | Self::BusyWebhook
            | Self::UnreadableWebhook => true,
            Self::Beacon(refusal) => match refusal {
                Refusal::NoGrant | Refusal::GpcHeader | Refusal::Withdrawn => false,
                Refusal::Unreadable
                | Refusal::UnknownVersion
                | Refusal::UnknownShop
                | Refusal::TooLarge
                | Refusal::IdMismatch
                | Refusal::BadEvent
                | Refusal::TooOld
                | Refusal::InTheFuture
                | Refusal::RateLimited
                | Refusal::Busy => true,
            },
        }
    }

    pub fn loudness(self) -> Loudness {
        match self {
            Self::WrongSignature
            | Self::Unsigned
            | Self::NoSecret
            | Self::LargeWebhook
            | Self::BusyWebhook => Loudness::Warning,
            Self::UnreadableWebhook => Loudness::Silence,
            Self::Beacon(refusal) => match refusal {
                Refusal::Unreadable
                | Refusal::UnknownVersion
                | Refusal::TooLarge
                | Refusal::IdMismatch
                | Refusal::BadEvent
                | Refusal::InTheFuture
                | Refusal::RateLimited
                | Refusal::Busy => Loudness::Warning,
                Refusal::NoGrant | Refusal::TooOld => Loudness::Mention,
                Refusal::UnknownShop | Refusal::GpcHeader | Refusal::Withdrawn => Loudness::Silence,
            },
        }
    }

    /// Why it may be, and what to do.
    pub fn advice(self) -> &'static str {
        match self {
            Self::WrongSignature => {
                "wrong secret? Their signature fits none of webhook_secret_envs; those made in the \
                 admin are signed with another secret than an app's"
            }
            Self::Unsigned => {
                "they carry no signature that could be one. Does a proxy drop \
                 X-Shopify-Hmac-Sha256, or are they not Shopify's?"
            }
            Self::NoSecret => {
                "webhook_secret_envs names no secret of this shop; `assent webhooks` says what to \
                 set up"
            }
            Self::LargeWebhook => "they have more than 8 MiB",
            Self::BusyWebhook => {
                "they did not come whole, or could not be stored, in time. Shopify sends them again, \
                 but deletes subscriptions that fail eight times in a row"
            }
            Self::UnreadableWebhook => {
                "Shopify signed them, and they cannot be read. Please report this as a bug of \
                 Assent"
            }
            Self::Beacon(refusal) => of_beacon(refusal),
        }
    }
}

fn of_beacon(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoGrant => {
            "what they report does not add up to consent under this shop's settings. Was `cmp` \
             changed after the snippet was pasted? Print it and paste it again"
        }
        Refusal::BadEvent => {
            "an event is not as the contract says, or its server leg is off here. Were the events \
             changed after the snippet was pasted? Print it and paste it again"
        }
        Refusal::IdMismatch => {
            "an event's id is not the one that its checkout or event gives. Is another shop's \
             snippet pasted, or did something else send them?"
        }
        Refusal::InTheFuture => "their times are ahead of this machine's. Is its clock right?",
        Refusal::TooOld => "their events are more than 7 days old",
        Refusal::Unreadable | Refusal::UnknownVersion => {
            "they are no messages of this release. Print the snippet and paste it again"
        }
        Refusal::TooLarge => "they have more than 64 KiB",
        Refusal::GpcHeader | Refusal::Withdrawn => "their shoppers opted out",
        Refusal::UnknownShop => "assent.toml has no such shop",
        Refusal::RateLimited => {
            "they came faster than [limits] allows to a shop or an address. The browser sends them \
             again; raise the limits if they are shoppers' own"
        }
        Refusal::Busy => "they came faster than they could be stored",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_read_as_it_is_written() {
        let beacons = Refusal::ALL.into_iter().map(Refused::Beacon);
        for refused in Refused::WEBHOOKS.into_iter().chain(beacons) {
            let (door, reason) = (refused.door().name(), refused.reason());
            assert_eq!(Refused::of(door, reason), Some(refused));
        }
        assert_eq!(Refused::of("webhooks", "no_grant"), None);
    }
}
