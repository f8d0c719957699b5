//! The shopper's address: X-Forwarded-For is believed from trusted proxies only.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderValue};

use crate::cidr::Cidr;

/// The right-most hop that is not a trusted proxy, where it is a public address; TikTok wants the
/// shopper's and nothing else (docs/facts/tiktok.md#match-keys). `None` where only proxies or our
/// own network are named, or what is no address.
pub(super) fn client_ip(peer: SocketAddr, headers: &HeaderMap, trusted: &[Cidr]) -> Option<IpAddr> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let peer = peer.ip().to_canonical();
    if !is_trusted(peer) {
        return Some(peer).filter(is_public);
    }
    // As bytes and from the right: whatever a stranger wrote in front is never read.
    let lines = headers.get_all("x-forwarded-for").iter().map(HeaderValue::as_bytes);
    for hop in lines.flat_map(|line| line.split(|byte| *byte == b',')).rev() {
        let hop = address(std::str::from_utf8(hop).ok()?.trim())?;
        if !is_trusted(hop) {
            return Some(hop).filter(is_public);
        }
    }
    None
}

/// An address, with the port some proxies add.
fn address(hop: &str) -> Option<IpAddr> {
    let plain = hop
        .parse::<IpAddr>()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()));
    plain.map(|address| address.to_canonical())
}

/// Could a shopper come from there? (IANA's registries of special-purpose addresses. The
/// documentation ranges may pass: nobody has one, so nobody is mistaken for another, and examples
/// and tests can use them.)
fn is_public(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            // A carrier's own network.
            let shared = v4.octets()[0] == 100 && v4.octets()[1] & 0b1100_0000 == 64;
            let nowhere =
                matches!(v4.octets(), [0 | 240.., ..] | [192, 0, 0, _] | [198, 18 | 19, ..]);
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || shared
                || nowhere)
        }
        // All of global unicast but the blocks of protocols and tunnels.
        IpAddr::V6(v6) => match v6.segments() {
            [0x2001, 0..=0x1ff, ..] | [0x2002, ..] => false,
            [first, ..] => first & 0xe000 == 0x2000,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_about_the_nearest_stranger() {
        let trusted: Vec<Cidr> = ["127.0.0.0/8", "10.0.0.0/8", "::1/128"]
            .iter()
            .map(|text| text.parse().expect("a network"))
            .collect();
        for (peer, forwarded, expected) in [
            // A stranger may claim what it likes.
            ("198.51.100.9:1", "203.0.113.7", Some("198.51.100.9")),
            ("127.0.0.1:1", "", None), // the proxy's own
            ("198.51.100.9:1", "", Some("198.51.100.9")),
            ("172.17.0.1:1", "203.0.113.7", None), // a proxy that trusted_proxies does not name
            ("[fd00::1]:1", "", None),
            ("127.0.0.1:1", "203.0.113.7, 192.168.1.5", None),
            // Never read so far.
            ("127.0.0.1:1", "6.6.6.6 \u{ff}, 203.0.113.7", Some("203.0.113.7")),
            ("127.0.0.1:1", "203.0.113.7, \u{ff}", None),
            ("127.0.0.1:1", "203.0.113.7", Some("203.0.113.7")),
            ("127.0.0.1:1", "6.6.6.6, 203.0.113.7, 10.1.2.3", Some("203.0.113.7")),
            ("127.0.0.1:1", "2001:db8::7", Some("2001:db8::7")),
            ("127.0.0.1:1", "203.0.113.7:4711", Some("203.0.113.7")),
            ("127.0.0.1:1", "[2001:db8::7]:4711", Some("2001:db8::7")),
            ("[::ffff:127.0.0.1]:1", "203.0.113.7", Some("203.0.113.7")),
            ("127.0.0.1:1", "10.9.9.9, 10.1.2.3", None),
            ("127.0.0.1:1", "203.0.113.7, unknown", None),
        ] {
            let mut headers = HeaderMap::new();
            if !forwarded.is_empty() {
                headers.insert(
                    "x-forwarded-for",
                    HeaderValue::from_bytes(forwarded.as_bytes()).expect("a header"),
                );
            }
            let found = client_ip(peer.parse().expect("a peer"), &headers, &trusted);
            assert_eq!(found.map(|ip| ip.to_string()).as_deref(), expected, "{peer} {forwarded}");
        }
    }
    #[test]
    fn only_what_a_shopper_can_come_from_is_public() {
        for public in [
            "8.8.8.8",
            "100.63.0.1",
            "100.128.0.1",
            "172.32.0.1",
            "203.0.113.7",
            "2a00:1450::1",
            "2001:db8::7",
        ] {
            assert!(is_public(&public.parse().expect("an address")), "{public}");
        }
        for other in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "172.31.0.1",
            "192.0.0.8",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00::1",
            "ff02::1",
            "2001::1",
            "2002:a00:1::1",
            "64:ff9b::1",
        ] {
            assert!(!is_public(&other.parse().expect("an address")), "{other}");
        }
    }
}
