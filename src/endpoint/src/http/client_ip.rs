//! The shopper's address: a header is believed from trusted proxies only.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::header::FORWARDED;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::cidr::Cidr;

/// The right-most hop that is not a trusted proxy, where it is a public address; TikTok wants the
/// shopper's and nothing else (docs/facts/tiktok.md#match-keys). `None` where only proxies or our
/// own network are named, or what is no address. `header` lists hops as `X-Forwarded-For` does or
/// as `Forwarded` (RFC 7239); a proxy's own with one address in it is such a list too.
pub(super) fn client_ip(
    peer: SocketAddr,
    headers: &HeaderMap,
    header: &HeaderName,
    trusted: &[Cidr],
) -> Option<IpAddr> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let peer = peer.ip().to_canonical();
    if !is_trusted(peer) {
        return Some(peer).filter(is_public);
    }
    // Only there are quotation marks a form. Elsewhere one is a stranger's, and must not swallow the
    // hop that the proxy put behind it.
    let parts = if *header == FORWARDED { elements } else { between_commas };
    // As bytes and from the right: whatever a stranger wrote in front is never read.
    for line in headers.get_all(header).iter().rev().map(HeaderValue::as_bytes) {
        // Empty elements of a list count for nothing (RFC 9110, 5.6.1).
        for hop in parts(line)?.into_iter().rev().filter(|hop| !hop.is_empty()) {
            let hop = address(of_element(std::str::from_utf8(hop).ok()?)?)?;
            if !is_trusted(hop) {
                return Some(hop).filter(is_public);
            }
        }
    }
    None
}

fn between_commas(line: &[u8]) -> Option<Vec<&[u8]>> {
    Some(line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).collect())
}

/// The elements of a line of `Forwarded`. A comma within quotation marks parts none: a proxy may repeat a shopper's own
/// words there. `None` where a quotation has no end.
fn elements(line: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut found, mut from, mut is_quoted) = (Vec::new(), 0, false);
    let mut at = 0;
    while at < line.len() {
        match line[at] {
            b'\\' if is_quoted => at += 1,
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => {
                found.push(line[from..at].trim_ascii());
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    found.push(line[from..].trim_ascii());
    (!is_quoted).then_some(found)
}

/// The address's text in an element: all of it, or what `for=` says in one of `Forwarded`'s. `None`
/// where that names nobody, or two.
fn of_element(element: &str) -> Option<&str> {
    if !element.contains('=') {
        return Some(element);
    }
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut told = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    let (_, one) = told.next()?;
    told.next().is_none().then_some(one.trim())
}

/// An address, also in quotes, with the brackets, the port or the zone that some proxies add.
fn address(text: &str) -> Option<IpAddr> {
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let text = quoted.unwrap_or(text).trim();
    if let Some(bracketed) = text.strip_prefix('[') {
        let (inside, behind) = bracketed.split_once(']')?;
        let port = behind.strip_prefix(':');
        return plain(inside).filter(|_| behind.is_empty() || port.is_some_and(is_port));
    }
    // A port behind an IPv6 address without brackets is one only where the whole is no address.
    plain(text).or_else(|| {
        let (address, port) = text.rsplit_once(':')?;
        plain(address).filter(|_| is_port(port))
    })
}

/// Without a zone, which says only by which of its own cables the proxy was reached.
fn plain(text: &str) -> Option<IpAddr> {
    let address = match text.split_once('%') {
        Some((address, _)) => IpAddr::V6(address.parse::<Ipv6Addr>().ok()?),
        None => text.parse().ok()?,
    };
    Some(address.to_canonical())
}

/// Digits, or a hidden one (RFC 7239, 6.2).
fn is_port(text: &str) -> bool {
    let hidden = text
        .strip_prefix('_')
        .is_some_and(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)));
    hidden || text.parse::<u16>().is_ok()
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
            ("127.0.0.1:1", "\", 203.0.113.7", Some("203.0.113.7")),
            ("127.0.0.1:1", "\"6.6.6.6, 203.0.113.7, 10.1.2.3", Some("203.0.113.7")),
            ("127.0.0.1:1", "203.0.113.7, \"", None),
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
            let lines = if forwarded.is_empty() { vec![] } else { vec![forwarded] };
            let found = found(peer, "x-forwarded-for", &lines, &trusted);
            assert_eq!(found.as_deref(), expected, "{peer} {forwarded}");
        }
    }

    /// A proxy repeats the shopper's own words (a host) in quotation marks.
    #[test]
    fn nothing_within_a_quotation_is_a_hop() {
        let trusted = ["127.0.0.0/8".parse().expect("a network")];
        for (line, expected) in [
            (r#"for=203.0.113.7;host="x, for=6.6.6.6;a=""#, Some("203.0.113.7")),
            (r#"for=203.0.113.7;host="x\", for=6.6.6.6;a=\"""#, Some("203.0.113.7")),
            (r#"for=6.6.6.6, for="203.0.113.7:80";host="a,b", for=127.0.0.1"#, Some("203.0.113.7")),
            (r#"for=203.0.113.7;host="x, for=6.6.6.6"#, None),
        ] {
            let found = found("127.0.0.1:1", "forwarded", &[line], &trusted);
            assert_eq!(found.as_deref(), expected, "{line}");
        }
    }

    fn found(peer: &str, header: &str, lines: &[&str], trusted: &[Cidr]) -> Option<String> {
        let header: HeaderName = header.parse().expect("a name");
        let mut headers = HeaderMap::new();
        for line in lines {
            let line = HeaderValue::from_bytes(line.as_bytes()).expect("a header");
            headers.append(header.clone(), line);
        }
        let found = client_ip(peer.parse().expect("a peer"), &headers, &header, trusted);
        found.map(|ip| ip.to_string())
    }

    #[test]
    fn a_hop_is_read_in_whatever_form_a_proxy_writes_it() {
        const V4: Option<&str> = Some("203.0.113.7");
        const V6: Option<&str> = Some("2001:db8::7");
        let trusted: Vec<Cidr> = ["127.0.0.0/8", "10.0.0.0/8", "2400:cb00::/32", "fe80::/10"]
            .iter()
            .map(|text| text.parse().expect("a network"))
            .collect();
        let cases: &[(&[&str], Option<&str>)] = &[
            (&["[2001:db8::7]"], V6),
            (&["[2001:DB8:0:0:0:0:0:7]:4711"], V6),
            (&["2001:db8:0:0:0:0:0:7:4711"], V6), // nine groups: the last is a port
            (&["[::ffff:203.0.113.7]"], V4),
            (&["::ffff:203.0.113.7"], V4),
            (&["[::ffff:cb00:7107]:80"], V4),
            (&["[203.0.113.7]:80"], V4),
            (&["203.0.113.7, [2400:cb00::5]"], V4),
            (&["203.0.113.7, [2400:cb00::5]:443, [::ffff:10.0.0.1]"], V4),
            (&["203.0.113.7,"], V4),
            (&["203.0.113.7, ,, 10.0.0.1 ,"], V4),
            (&[",203.0.113.7"], V4),
            (&["6.6.6.6", "203.0.113.7", "", "10.0.0.1"], V4),
            (&["203.0.113.7", "10.0.0.1, "], V4),
            (&["\t203.0.113.7\t"], V4),
            (&["\"203.0.113.7\""], V4),
            (&["\"[2001:db8::7]:4711\""], V6),
            (&["2001:db8::7%eth0"], V6),
            (&["[2001:db8::7%25eth0]:4711"], V6),
            (&["2001:db8::7, fe80::1%eth0"], V6),
            (&["for=203.0.113.7"], V4),
            (&["for=\"[2001:db8::7]:4711\";proto=https;by=10.0.0.1"], V6),
            (&["For=203.0.113.7:_port, for=10.0.0.1;host=\"a\""], V4),
            (&["proto=https;for=203.0.113.7"], V4),
            // Nobody, or nobody who can be believed.
            (&["for=unknown"], None),
            (&["for=_hidden"], None),
            (&["203.0.113.7, for=unknown"], None),
            (&["proto=https"], None),
            (&["for=203.0.113.7;for=6.6.6.6"], None),
            (&["203.0.113.7, -"], None),
            (&["203.0.113.7, [2001:db8::7"], None),
            (&["203.0.113.7, 2001:db8::7]"], None),
            (&["203.0.113.7, [2001:db8::7]x"], None),
            (&["203.0.113.7, [2001:db8::7]:99999"], None),
            (&["203.0.113.7, 203.0.113.8:http"], None),
            (&["203.0.113.7, 203.0.113.256"], None),
            (&["203.0.113.7, 203.0.113.8%eth0"], None),
            (&["203.0.113.7 6.6.6.6"], None),
            (&["[fe80::2%eth0]", "10.0.0.1"], None),
            (&[",", ""], None),
            (&["[]"], None),
            (&["\""], None),
        ];
        for (lines, expected) in cases {
            let found = found("127.0.0.1:1", "x-forwarded-for", lines, &trusted);
            assert_eq!(found.as_deref(), *expected, "{lines:?}");
        }
        // A header of the proxy's own is believed from it alone, and no other beside it.
        let own = |peer, lines: &[&str]| found(peer, "cf-connecting-ip", lines, &trusted);
        assert_eq!(own("127.0.0.1:1", &["2001:db8::7"]).as_deref(), V6);
        assert_eq!(own("[2400:cb00::5]:1", &["203.0.113.7"]).as_deref(), V4);
        assert_eq!(own("198.51.100.9:1", &["203.0.113.7"]).as_deref(), Some("198.51.100.9"));
        assert_eq!(own("127.0.0.1:1", &[]), None);
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
