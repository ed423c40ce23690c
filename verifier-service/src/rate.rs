//! How often one address may call without an API key: a token bucket each.
//!
//! An address is an IPv4 address or an IPv6 network of 64 bits, which is what one subscriber has. Behind proxies that the configuration
//! trusts it is the last one in `X-Forwarded-For` that is none of them: what stands further left is the caller's own invention.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use axum::http::HeaderMap;
use ipnet::IpNet;

/// Most addresses remembered; beyond, newcomers share one bucket.
const MOST: usize = 1 << 16;

/// The buckets.
pub struct RateLimit {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

struct Bucket {
    tokens: f64,
    at: Instant,
}

impl RateLimit {
    /// So many a second, so many at once.
    pub fn new(per_second: u32, burst: u32) -> Self {
        Self { per_second: per_second.into(), burst: burst.into(), buckets: Mutex::default() }
    }

    /// Takes one call's worth. If there is none, the seconds until there will be.
    pub fn take(&self, address: IpAddr, now: Instant) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let mut address = network(address);
        if buckets.len() >= MOST && !buckets.contains_key(&address) {
            // Full buckets say nothing that a new one does not.
            buckets.retain(|_, bucket| self.filled(bucket, now) < self.burst);
            if buckets.len() >= MOST {
                address = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
            }
        }
        let bucket = buckets.entry(address).or_insert(Bucket { tokens: self.burst, at: now });
        bucket.tokens = self.filled(bucket, now);
        bucket.at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            Ok(())
        } else {
            Err(((1.0 - bucket.tokens) / self.per_second).ceil().max(1.0) as u64)
        }
    }

    fn filled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let gained = now.saturating_duration_since(bucket.at).as_secs_f64() * self.per_second;
        (bucket.tokens + gained).min(self.burst)
    }
}

/// What counts as one caller.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        v4 => v4,
    }
}

/// Who calls, by the connection and by what trusted proxies say.
pub fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(&address.to_canonical()));
    if !is_trusted(&peer) {
        return peer;
    }
    let mut hops: Vec<&str> = Vec::new();
    for header in headers.get_all("x-forwarded-for") {
        match header.to_str() {
            Ok(text) => hops.extend(text.split(',').map(str::trim)),
            Err(_) => return peer,
        }
    }
    let mut last = peer;
    for hop in hops.iter().rev() {
        let Ok(address) = hop.parse() else { return last };
        last = address;
        if !is_trusted(&address) {
            return address;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_burst_then_a_rate() {
        let limit = RateLimit::new(2, 3);
        let start = Instant::now();
        let taken = |address: &str, after: u64| limit.take(ip(address), start + Duration::from_millis(after));
        assert_eq!([0; 3].map(|at| taken("192.0.2.1", at)), [Ok(()); 3]);
        assert_eq!(taken("192.0.2.1", 0), Err(1));
        assert_eq!(taken("192.0.2.2", 0), Ok(()), "others are not concerned");
        assert_eq!([taken("192.0.2.1", 500), taken("192.0.2.1", 500)], [Ok(()), Err(1)]);
        assert_eq!(taken("::ffff:192.0.2.1", 500), Err(1), "the same address in other clothes");
    }

    #[test]
    fn one_subscriber_has_a_whole_network() {
        let limit = RateLimit::new(1, 1);
        let now = Instant::now();
        assert_eq!(limit.take(ip("2001:db8::1"), now), Ok(()));
        assert_eq!(limit.take(ip("2001:db8::ffff:2"), now), Err(1));
        assert_eq!(limit.take(ip("2001:db8:0:1::1"), now), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let limit = RateLimit::new(1, 2);
        let now = Instant::now();
        for n in 0..(MOST as u32 + 1000) {
            let _ = limit.take(IpAddr::from(n.to_be_bytes()), now);
        }
        assert!(limit.buckets.lock().unwrap().len() <= MOST + 1);
        assert_eq!(limit.take(ip("203.0.113.1"), now), Err(1), "newcomers share a bucket");
        assert_eq!(limit.take(ip("203.0.113.1"), now + Duration::from_secs(9)), Ok(()));
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted: Vec<IpNet> = vec!["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        let asked = |peer: &str, forwarded: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            caller(ip(peer), &headers, &trusted).to_string()
        };
        assert_eq!(asked("192.0.2.9", &["198.51.100.1"]), "192.0.2.9");
        assert_eq!(asked("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(asked("127.0.0.1", &["6.6.6.6, 198.51.100.1, 10.1.1.1"]), "198.51.100.1");
        assert_eq!(asked("127.0.0.1", &["6.6.6.6", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(asked("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(asked("127.0.0.1", &["nonsense"]), "127.0.0.1");
    }
}
