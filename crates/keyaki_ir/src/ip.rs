//! Addresses and ranges of addresses in CIDR notation.
//!
//! Sources: RFC 4632, RFC 4291, and AWS's IP address condition operators
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress>):
//! an address without a prefix length stands for itself alone.

use std::net::IpAddr;

/// A range of addresses that share a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cidr {
    /// The address as written; bits below the prefix may be set.
    pub address: IpAddr,
    /// How many leading bits are fixed.
    pub prefix: u8,
}

impl Cidr {
    /// Reads `203.0.113.0/24`, `2001:db8::/32` or a lone address.
    pub fn parse(text: &str) -> Option<Cidr> {
        let (address, prefix) = match text.split_once('/') {
            None => (text, None),
            Some((address, prefix)) => (address, Some(prefix)),
        };
        let address: IpAddr = address.parse().ok()?;
        let prefix = match prefix {
            None => width(address),
            Some(digits) => {
                let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                digits.parse().ok().filter(|&p: &u8| plain && p <= width(address))?
            }
        };
        Some(Cidr { address, prefix })
    }

    /// Whether it is a range of IPv6.
    pub fn is_v6(self) -> bool {
        self.address.is_ipv6()
    }

    /// The first address of the range, as a number.
    pub fn first(self) -> u128 {
        number(self.address) & self.mask()
    }

    /// The last address of the range, as a number.
    pub fn last(self) -> u128 {
        self.first() | (!self.mask() & all(width(self.address)))
    }

    /// Whether bits below the prefix are set, which have no effect.
    pub fn has_host_bits(self) -> bool {
        number(self.address) != self.first()
    }

    /// The same range, written without host bits.
    pub fn network(self) -> String {
        let first = self.first();
        let address = match self.address {
            IpAddr::V4(_) => IpAddr::V4((first as u32).into()),
            IpAddr::V6(_) => IpAddr::V6(first.into()),
        };
        format!("{address}/{}", self.prefix)
    }

    /// Whether every address of `other` is in this range.
    pub fn contains(self, other: Cidr) -> bool {
        self.is_v6() == other.is_v6()
            && self.first() <= other.first()
            && other.last() <= self.last()
    }

    /// Whether the range lies wholly in space that is not routed on the internet:
    /// RFC 1918, RFC 6598, loopback, link-local, and the unique local addresses of RFC 4193.
    pub fn is_private(self) -> bool {
        const PRIVATE: [&str; 9] = [
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "::1/128",
            "fc00::/7",
            "fe80::/10",
        ];
        PRIVATE.iter().filter_map(|p| Cidr::parse(p)).any(|private| private.contains(self))
    }

    fn mask(self) -> u128 {
        let width = width(self.address);
        all(width) & !all(width - self.prefix)
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The lowest `bits` bits set.
fn all(bits: u8) -> u128 {
    1u128.checked_shl(bits.into()).map_or(u128::MAX, |bit| bit - 1)
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u32::from(v4).into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).unwrap_or_else(|| unreachable!("{text}"))
    }

    #[test]
    fn ranges_are_read_and_nonsense_is_not() {
        assert_eq!(cidr("203.0.113.7").prefix, 32);
        assert_eq!(cidr("::/0").last(), u128::MAX);
        for bad in ["203.0.113.0/33", "203.0.113/24", "::/129", "a", "1.2.3.4/", "1.2.3.4/+8", "*"]
        {
            assert_eq!(Cidr::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn host_bits_are_noticed() {
        assert!(cidr("203.0.113.7/24").has_host_bits());
        assert_eq!(cidr("203.0.113.7/24").network(), "203.0.113.0/24");
        assert_eq!(cidr("2001:db8::1/32").network(), "2001:db8::/32");
        assert!(!cidr("0.0.0.0/0").has_host_bits());
    }

    #[test]
    fn private_space_is_known() {
        assert!(cidr("10.1.0.0/16").is_private());
        assert!(cidr("fd00::/8").is_private());
        assert!(!cidr("0.0.0.0/0").is_private());
        assert!(!cidr("172.0.0.0/8").is_private());
        assert!(!cidr("203.0.113.0/24").is_private());
    }
}
