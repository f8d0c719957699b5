//! Networks that pass requests on for others, as their owners publish them: an address of theirs is
//! hardly ever a shopper's own. (Some are: privacy services leave the net through them too. So an
//! event keeps such an address, and only most of a shop's events being theirs means something.)

use std::net::IpAddr;
use std::sync::LazyLock;

use crate::cidr::Cidr;

/// Cloudflare's (cloudflare.com/ips) and Fastly's (api.fastly.com/public-ip-list), as of November
/// 2026.
const NETWORKS: [&str; 37] = [
    "103.21.244.0/22",
    "103.22.200.0/22",
    "103.31.4.0/22",
    "104.16.0.0/13",
    "104.24.0.0/14",
    "108.162.192.0/18",
    "131.0.72.0/22",
    "141.101.64.0/18",
    "162.158.0.0/15",
    "172.64.0.0/13",
    "173.245.48.0/20",
    "188.114.96.0/20",
    "190.93.240.0/20",
    "197.234.240.0/22",
    "198.41.128.0/17",
    "2400:cb00::/32",
    "2606:4700::/32",
    "2803:f800::/32",
    "2405:b500::/32",
    "2405:8100::/32",
    "2a06:98c0::/29",
    "2c0f:f248::/32",
    "23.235.32.0/20",
    "43.249.72.0/22",
    "103.244.50.0/24",
    "103.245.222.0/23",
    "103.245.224.0/24",
    "104.156.80.0/20",
    "151.101.0.0/16",
    "157.52.64.0/18",
    "167.82.0.0/17",
    "172.111.64.0/18",
    "185.31.16.0/22",
    "199.27.72.0/21",
    "199.232.0.0/16",
    "2a04:4e40::/32",
    "2a04:4e42::/32",
];

static READ: LazyLock<Vec<Cidr>> = LazyLock::new(|| {
    let read = NETWORKS.iter().filter_map(|network| network.parse().ok());
    read.collect()
});

pub(crate) fn contain(address: IpAddr) -> bool {
    READ.iter().any(|network| network.contains(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_is_read_and_holds_its_own() {
        assert_eq!(READ.len(), NETWORKS.len());
        for (address, inside) in [
            ("172.71.1.2", true),
            ("162.159.255.255", true),
            ("2606:4700::1", true),
            ("151.101.1.140", true),
            ("2a04:4e42::1", true),
            ("172.72.0.1", false),
            ("203.0.113.7", false),
            ("2001:db8::7", false),
        ] {
            assert_eq!(contain(address.parse().expect("an address")), inside, "{address}");
        }
    }
}
