//! Do a shop's events have the addresses of its shoppers, or that of something between?
//!
//! Nothing here knows an address. Each event is counted under one of 64 shares of all addresses, so
//! that what comes from one address is seen to be together, and none can be told from it.

/// How many shares there are.
const SHARES: u8 = 64;
/// Fewer events say nothing of a set-up.
const FEWEST: i64 = 20;

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Without an address: only private ones were named, or none.
    Missing,
    /// An address of a network that passes requests on for others.
    DataCentre,
    /// One of the shares.
    Of(u8),
}

impl Share {
    /// By a byte of an address's HMAC.
    pub fn of_byte(byte: u8) -> Self {
        Self::Of(byte % SHARES)
    }

    pub fn number(self) -> i64 {
        match self {
            Self::Missing => -1,
            Self::DataCentre => -2,
            Self::Of(share) => i64::from(share),
        }
    }

    /// What [`Share::number`] wrote.
    pub fn of_number(number: i64) -> Option<Self> {
        match number {
            -1 => Some(Self::Missing),
            -2 => Some(Self::DataCentre),
            _ => u8::try_from(number).ok().filter(|share| *share < SHARES).map(Self::Of),
        }
    }
}

/// A shop's events of the last 24 hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    pub events: i64,
    missing: i64,
    data_centre: i64,
    /// In the share that has most of them.
    most: i64,
}

impl Counted {
    #[must_use]
    pub fn with(self, share: Share, n: i64) -> Self {
        let counted = Self { events: self.events + n, ..self };
        match share {
            Share::Missing => Self { missing: self.missing + n, ..counted },
            Share::DataCentre => Self { data_centre: self.data_centre + n, ..counted },
            Share::Of(_) => Self { most: self.most.max(n), ..counted },
        }
    }

    /// What more than half of the events have in place of their shoppers' addresses.
    pub fn doubt(self) -> Option<(Doubt, i64)> {
        let Self { events, missing, data_centre, most } = self;
        if events < FEWEST {
            return None;
        }
        let is_most = |n: i64| n * 2 > events;
        if is_most(missing) {
            Some((Doubt::Missing, missing))
        } else if is_most(data_centre) {
            Some((Doubt::DataCentre, data_centre))
        } else if is_most(most) {
            Some((Doubt::One, most))
        } else {
            is_most(missing + data_centre).then_some((Doubt::Missing, missing + data_centre))
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doubt {
    Missing,
    DataCentre,
    One,
}

impl Doubt {
    /// For `report`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "none",
            Self::DataCentre => "data_centre",
            Self::One => "one",
        }
    }

    /// What it is and what to do, for people.
    pub fn sentence(self, events: i64, of_them: i64) -> String {
        let (what, mend) = match self {
            Self::Missing => (
                "come without a public address of the shopper",
                "Is the proxy, or the container network, that this endpoint is reached from named \
                 in trusted_proxies, and does it send the header that client_ip_header names?",
            ),
            Self::DataCentre => (
                "come with the address of a data centre that passes requests on (Cloudflare, \
                 Fastly) and not with the shopper's",
                "Name its networks in trusted_proxies, or its own header in client_ip_header.",
            ),
            Self::One => (
                "come from one and the same address",
                "If that is not you, testing, it is a proxy's: name it in trusted_proxies.",
            ),
        };
        format!(
            "of {events} events of the last 24 hours {of_them} {what}; TikTok recognises fewer \
             shoppers so. {mend} docs/proxies.md shows the usual set-ups"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubt_needs_twenty_events_and_more_than_half_of_them() {
        let all = |counts: &[(Share, i64)]| {
            let add = |counted: Counted, (share, n): &(Share, i64)| counted.with(*share, *n);
            counts.iter().fold(Counted::default(), add).doubt().map(|(doubt, _)| doubt)
        };
        let (a, b, c) = (Share::Of(0), Share::Of(1), Share::Of(63));
        for (counts, expected) in [
            (&[(Share::Missing, 20)][..], Some(Doubt::Missing)),
            (&[(Share::Missing, 19)], None),
            (&[(Share::Missing, 10), (a, 5), (b, 5)], None),
            (&[(Share::Missing, 11), (a, 5), (b, 4)], Some(Doubt::Missing)),
            (&[(a, 20)], Some(Doubt::One)),
            (&[(a, 10), (b, 10)], None),
            (&[(a, 11), (b, 9)], Some(Doubt::One)),
            (&[(a, 7), (b, 7), (c, 6)], None),
            (&[(Share::DataCentre, 11), (a, 9)], Some(Doubt::DataCentre)),
            (&[(Share::DataCentre, 10), (a, 10)], None),
            // Neither alone, but both together: there are no shoppers' addresses.
            (&[(Share::DataCentre, 8), (Share::Missing, 8), (a, 4)], Some(Doubt::Missing)),
            (&[], None),
        ] {
            assert_eq!(all(counts), expected, "{counts:?}");
        }
    }

    #[test]
    fn a_share_is_read_as_it_is_written() {
        for share in [Share::Missing, Share::DataCentre, Share::Of(0), Share::of_byte(255)] {
            assert_eq!(Share::of_number(share.number()), Some(share));
        }
        assert_eq!((Share::of_number(64), Share::of_number(-3)), (None, None));
    }
}
