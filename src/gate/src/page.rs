//! What of a page's address may be told: the shop's page without what could open a checkout, an
//! order or an account, and without anything in the query but marketing parameters
//! (docs/contract.md#addresses).

use crate::settings::Settings;
use crate::text::{Text, before, cut, cut_last, holds, percent_decoded, split};

/// What follows one of these may open something private.
const PRIVATE: [&str; 3] = ["checkouts", "orders", "account"];
/// Words of Shopify's own paths that say where in a checkout or account the shopper is, and nothing
/// else.
const KEPT: [&str; 9] = [
    "cn",
    "information",
    "shipping",
    "payment",
    "processing",
    "thank-you",
    "post-purchase",
    "login",
    "register",
];

/// The page's URL, cleaned. `None` for anything that is no http(s) URL.
pub fn clean(url: &str, settings: &Settings) -> Option<Text> {
    let Parts { origin, path, query, .. } = Parts::of(url)?;
    let mut cleaned = origin;
    cleaned.push_str(&clean_path(path));
    let mut separator = '?';
    for pair in split(query, b'&').filter(|pair| is_marketing(pair, settings)) {
        cleaned.push(separator);
        cleaned.push_str(pair);
        separator = '&';
    }
    Some(cleaned.into())
}

/// A referrer: the shop's own is cleaned like a page, a foreign one cut to its origin.
pub fn clean_referrer(url: &str, settings: &Settings) -> Option<Text> {
    let Parts { origin, host, .. } = Parts::of(url)?;
    if settings.is_storefront(&host) {
        return clean(url, settings);
    }
    Some((origin + "/").into())
}

/// Whether the path holds what must not be told.
pub fn is_secret(url: &str) -> bool {
    Parts::of(url).is_none_or(|parts| clean_path(parts.path) != parts.path)
}

/// The host without port, lower case.
pub fn host(url: &str) -> Option<Text> {
    Parts::of(url).map(|parts| parts.host)
}

/// A query parameter, percent-decoded once; its letters stay as they are.
pub fn parameter(url: &str, name: &str) -> Option<Text> {
    let pair = split(Parts::of(url)?.query, b'&')
        .find_map(|pair| cut(pair, b'=').filter(|(key, _)| *key == name))?;
    percent_decoded(pair.1).filter(|value| !value.is_empty()).map(Text::from)
}

/// Whether `?name` or `?name=1` stands in the URL.
pub fn has_flag(url: &str, name: &str) -> bool {
    Parts::of(url).is_some_and(|parts| {
        split(parts.query, b'&').any(|pair| pair == name || pair.strip_prefix(name) == Some("=1"))
    })
}

struct Parts<'a> {
    /// Scheme, host and port, without user information.
    origin: String,
    host: Text,
    path: &'a str,
    query: &'a str,
}

impl<'a> Parts<'a> {
    fn of(url: &'a str) -> Option<Self> {
        let url = url.trim();
        let (scheme, rest) = cut(url, b':')?;
        let rest = rest.strip_prefix("//")?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "https" && scheme != "http" {
            return None;
        }
        let end = rest
            .bytes()
            .position(|b| matches!(b, b'/' | b'?' | b'#' | b'\\'))
            .unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let authority =
            cut_last(authority, b'@').map_or(authority, |(_, host)| host).to_ascii_lowercase();
        let host = match cut_last(&authority, b':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
            Some(_) | None => authority.as_str(),
        };
        let plain = |b: u8| {
            b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'[' | b']' | b':')
        };
        if host.is_empty() || !authority.bytes().all(plain) {
            return None;
        }
        let tail = before(tail, b'#');
        let (path, query) = cut(tail, b'?').unwrap_or((tail, ""));
        let origin = [scheme.as_str(), "://", authority.as_str()].concat();
        Some(Self {
            origin,
            host: host.into(),
            path: if path.is_empty() { "/" } else { path },
            query,
        })
    }
}

/// Cut after a private segment. It is private at the front, or behind a locale, a shop's number, or
/// both.
fn clean_path(path: &str) -> String {
    // A browser would have resolved these; from a stranger they could hide a private segment.
    if holds(path, "\\")
        || holds(path, "/../")
        || holds(path, "/./")
        || holds(path, "%") && hides_private(path)
    {
        return "/".to_owned();
    }
    let segments: Vec<&str> = split(path, b'/').collect();
    let Some(at) = private_segment(&segments) else { return path.to_owned() };
    let mut kept: Vec<&str> = segments[..=at].to_vec();
    kept.extend(segments[at + 1..].iter().filter(|segment| KEPT.contains(segment)));
    kept.join("/")
}

fn private_segment(segments: &[&str]) -> Option<usize> {
    for (at, segment) in segments.iter().enumerate() {
        if PRIVATE.iter().any(|word| word.eq_ignore_ascii_case(segment)) {
            return Some(at);
        }
        let transparent =
            segment.is_empty() || is_locale(segment) || segment.bytes().all(|b| b.is_ascii_digit());
        if !transparent {
            return None;
        }
    }
    None
}

fn hides_private(path: &str) -> bool {
    percent_decoded(path).is_none_or(|decoded| {
        decoded != path && private_segment(&split(&decoded, b'/').collect::<Vec<_>>()).is_some()
    })
}

/// `en`, `pt-BR`, `es-419`, `en-latam`: a language, and behind it whatever suffix the merchant has
/// given a market's folder.
fn is_locale(segment: &str) -> bool {
    let language = before(before(segment, b'-'), b'_');
    (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_marketing(pair: &str, settings: &Settings) -> bool {
    let key = before(pair, b'=');
    key == "ttclid"
        || key.starts_with("utm_")
        || (!key.is_empty() && settings.url_parameters.iter().any(|own| own == key))
}

#[cfg(test)]
mod tests;
