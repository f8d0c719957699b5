//! A network of addresses, as `trusted_proxies` names them.

use std::net::IpAddr;
use std::str::FromStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    network: u128,
    bits: u32,
}

impl Cidr {
    pub fn contains(&self, address: IpAddr) -> bool {
        let shift = 128 - self.bits;
        shift == 128 || wide(address) >> shift == self.network >> shift
    }
}

/// Every address as IPv6 (v4 as `::ffff:a.b.c.d`), so that one comparison serves both.
fn wide(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl FromStr for Cidr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("`{text}` is not a network such as `10.0.0.0/8` or `::1/128`");
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| fault())?;
        let width: u32 = if address.is_ipv4() { 32 } else { 128 };
        let bits: u32 = bits.map_or(Ok(width), str::parse).map_err(|_| fault())?;
        if bits > width {
            return Err(fault());
        }
        Ok(Self { network: wide(address), bits: bits + 128 - width })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses_in_both_notations_and_no_others() {
        let ten: Cidr = "10.0.0.0/8".parse().expect("a network");
        for (address, inside) in
            [("10.255.1.2", true), ("11.0.0.1", false), ("::ffff:10.1.1.1", true), ("::1", false)]
        {
            assert_eq!(ten.contains(address.parse().expect("an address")), inside, "{address}");
        }
        let everyone: Cidr = "::/0".parse().expect("a network");
        assert!(everyone.contains("203.0.113.7".parse().expect("an address")));
        for bad in ["", "10.0.0.0/33", "::1/129", "10.0.0/8", "ten", "10.0.0.0/x"] {
            assert!(bad.parse::<Cidr>().is_err(), "{bad}");
        }
    }
}
