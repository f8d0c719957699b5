//! An address as far as it tells one sender from another.

use std::fmt;
use std::net::IpAddr;

/// Of IPv6 the first 64 bits: whoever has one address there has all of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::http) enum Network {
    V4(u32),
    V6(u64),
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self::V4(v4.to_bits()),
            IpAddr::V6(v6) => {
                Self::V6(u64::try_from(v6.to_bits() >> 64).expect("64 bits are left"))
            }
        }
    }
}

/// An address is personal.
impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_is_a_64_and_an_ipv4_address_stands_alone() {
        let of = |text: &str| Network::from(text.parse::<IpAddr>().expect("an address"));
        assert_eq!(of("2001:db8:1:2::7"), of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(of("2001:db8:1:2::7"), of("2001:db8:1:3::7"));
        assert_ne!(of("203.0.113.7"), of("203.0.113.8"));
        assert_eq!(of("203.0.113.7"), of("::ffff:203.0.113.7"));
        assert!(!format!("{:?}", of("203.0.113.7")).contains("203"));
    }
}
