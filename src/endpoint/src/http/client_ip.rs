//! The shopper's address: X-Forwarded-For is believed from trusted proxies only.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

use crate::cidr::Cidr;

/// The right-most hop that is not a trusted proxy. `None` where a trusted proxy names something that is no address.
/// Where every hop is trusted the left-most is the client; without the header it is the peer.
pub(super) fn client_ip(peer: SocketAddr, headers: &HeaderMap, trusted: &[Cidr]) -> Option<IpAddr> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer.ip().to_canonical();
    if !is_trusted(client) {
        return Some(client);
    }
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let hops = lines.iter().flat_map(|line| line.split(','));
    for hop in hops.rev() {
        client = address(hop.trim())?;
        if !is_trusted(client) {
            break;
        }
    }
    Some(client)
}

/// An address, with the port some proxies add.
fn address(hop: &str) -> Option<IpAddr> {
    let plain = hop.parse::<IpAddr>().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()));
    plain.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_about_the_nearest_stranger() {
        let trusted: Vec<Cidr> =
            ["127.0.0.0/8", "10.0.0.0/8", "::1/128"].iter().map(|text| text.parse().expect("a network")).collect();
        for (peer, forwarded, expected) in [
            ("198.51.100.9:1", "203.0.113.7", Some("198.51.100.9")), // a stranger may claim what it likes
            ("127.0.0.1:1", "", Some("127.0.0.1")),
            ("127.0.0.1:1", "203.0.113.7", Some("203.0.113.7")),
            ("127.0.0.1:1", "6.6.6.6, 203.0.113.7, 10.1.2.3", Some("203.0.113.7")),
            ("127.0.0.1:1", "2001:db8::7", Some("2001:db8::7")),
            ("127.0.0.1:1", "203.0.113.7:4711", Some("203.0.113.7")),
            ("127.0.0.1:1", "[2001:db8::7]:4711", Some("2001:db8::7")),
            ("[::ffff:127.0.0.1]:1", "203.0.113.7", Some("203.0.113.7")),
            ("127.0.0.1:1", "10.9.9.9, 10.1.2.3", Some("10.9.9.9")),
            ("127.0.0.1:1", "203.0.113.7, unknown", None),
        ] {
            let mut headers = HeaderMap::new();
            if !forwarded.is_empty() {
                headers.insert("x-forwarded-for", forwarded.parse().expect("a header"));
            }
            let found = client_ip(peer.parse().expect("a peer"), &headers, &trusted);
            assert_eq!(found.map(|ip| ip.to_string()).as_deref(), expected, "{peer} {forwarded}");
        }
    }
}
