//! What of a page's address may be told: the shop's page where it is known to be public, of any
//! other the first word, and nothing in the query but marketing parameters
//! (docs/contract.md#addresses).

use crate::contact::holds_contact;
use crate::settings::Settings;
use crate::text::{Text, before, cut, cut_last, decoded, lists, percent_decoded, split};

/// First words of a path, by how much may be told behind them: no handle of a public page, one, two,
/// or nothing but the words of [`KEPT`].
const KNOWN: [&str; 4] = [
    "search cart",
    "products pages policies",
    "collections blogs",
    "checkouts checkout orders account",
];
const PRIVATE: usize = 3;
/// All that is below a path of the shop's own.
const ALL: usize = usize::MAX;
/// What follows one of these is never public, whatever a merchant writes into `url_paths`.
pub const MAY_OPEN: [&str; 5] = ["checkouts", "checkout", "orders", "account", "gift_cards"];
/// Words of Shopify's own paths that say where in a checkout or account the shopper is, and nothing
/// else.
const KEPT: &str =
    "cn information shipping payment processing thank-you post-purchase login register";
/// The marketing parameters that everybody's addresses have, behind `utm_`.
const UTM: &str = "source medium campaign term content id";

/// The page's URL, cleaned. `None` for anything that is no http(s) URL.
pub fn clean(url: &str, settings: &Settings) -> Option<Text> {
    let Parts { origin, path, query, .. } = Parts::of(url)?;
    let mut cleaned = [&*origin, &told(path, settings)].concat();
    let mut separator = '?';
    for pair in split(query, b'&').filter(|pair| may_be_told(pair, settings)) {
        cleaned.push(separator);
        cleaned.push_str(pair);
        separator = '&';
    }
    cleaned.truncate(cleaned.trim_end().len()); // read again, it would be cut there
    Some(cleaned.into())
}

/// A referrer: the shop's own is cleaned like a page, a foreign one cut to its origin.
pub fn clean_referrer(url: &str, settings: &Settings) -> Option<Text> {
    let Parts { origin, host, .. } = Parts::of(url)?;
    if settings.is_storefront(&host) {
        return clean(url, settings);
    }
    Some([&*origin, "/"].concat().into())
}

/// Whether the path holds what must not be told.
pub fn is_secret(url: &str, settings: &Settings) -> bool {
    Parts::of(url).is_none_or(|parts| told(parts.path, settings) != parts.path)
}

/// The host without port, lower case.
pub fn host(url: &str) -> Option<Text> {
    Parts::of(url).map(|parts| parts.host)
}

/// TikTok's click id in the address: the first that is one, percent-decoded once; its letters stay
/// as they are.
pub fn click_id(url: &str) -> Option<Text> {
    split(Parts::of(url)?.query, b'&')
        .filter_map(|pair| percent_decoded(pair.strip_prefix("ttclid=")?))
        .find(|id| is_click_id(id))
        .map(Text::from)
}

/// What advertising puts into an address for its own machines to replace, such as `__CLICKID__`, is
/// nobody's click while it stands there.
pub fn is_click_id(id: &str) -> bool {
    !id.is_empty() && !is_macro(id)
}

/// Whether `?name` or `?name=1` stands in the URL.
pub fn has_flag(url: &str, name: &str) -> bool {
    Parts::of(url).is_some_and(|parts| {
        split(parts.query, b'&').any(|pair| pair == name || pair.strip_prefix(name) == Some("=1"))
    })
}

struct Parts<'a> {
    /// Scheme, host and port, without user information.
    origin: Text,
    host: Text,
    path: &'a str,
    query: &'a str,
}

impl<'a> Parts<'a> {
    fn of(url: &'a str) -> Option<Self> {
        let url = url.trim();
        let begins = |scheme: &&&str| {
            url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        let scheme = ["https://", "http://"].iter().find(begins)?;
        let rest = &url[scheme.len()..];
        let end = rest
            .bytes()
            .position(|b| matches!(b, b'/' | b'?' | b'#' | b'\\'))
            .unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let authority = cut_last(authority, b'@').map_or(authority, |(_, host)| host);
        let authority = Text::from(authority.to_ascii_lowercase());
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
        Some(Self {
            origin: [scheme, authority.as_str()].concat().into(),
            host: host.into(),
            path: if path.is_empty() { "/" } else { path },
            query,
        })
    }
}

/// Of the path, what is known to be public; of any other the first word.
fn told(path: &str, settings: &Settings) -> Text {
    let mut told = String::new();
    tell(path, settings, &mut told);
    // The slash at the end of a path that is told whole is not worth a difference.
    if told.is_empty() || path.len() == told.len() + 1 && path.ends_with('/') {
        told.push('/');
    }
    told.into()
}

fn tell(path: &str, settings: &Settings, told: &mut String) {
    let (_, mut rest) = head(path);
    let (locale, behind) = head(rest);
    // What looks like a locale and stands before a word that nobody knows may itself be the word:
    // `/ref/jane`. A language, or a language and a country, is taken for what it looks like.
    let mut is_sure = true;
    if is_locale(locale) && most_behind(rest, settings).is_none() {
        push(told, locale);
        rest = behind;
        is_sure = matches!(locale.len(), 2 | 5);
    }
    let mut most = most_behind(rest, settings);
    let (mut word, mut behind) = head(rest);
    let mut number = "";
    if is_number(word) {
        number = word;
        (word, behind) = head(behind);
        most = (word == "orders").then_some(PRIVATE);
    }
    if most.is_none() && !(is_sure && is_word(word)) {
        return;
    }
    if !number.is_empty() {
        push(told, number);
    }
    push(told, word);
    let mut most = most.unwrap_or(0);
    let end = told.len();
    for segment in split(behind, b'/') {
        if most == PRIVATE {
            // Behind a shop's number stands the token at once.
            if is_number(segment) {
                return;
            }
            if !lists(KEPT, segment) {
                continue;
            }
        } else if most == 0 {
            if !segment.is_empty() {
                told.truncate(end);
            }
            return;
        } else if !is_handle(segment) {
            return;
        } else if most == 1 && word == "collections" && segment == "products" {
            word = segment; // whose handle follows
        } else {
            most -= 1;
        }
        push(told, segment);
    }
}

fn push(told: &mut String, segment: &str) {
    told.push('/');
    told.push_str(segment);
}

/// The first segment, and what is behind its slash.
fn head(path: &str) -> (&str, &str) {
    cut(path, b'/').unwrap_or((path, ""))
}

/// How much may be told behind the first word; `None` where nobody knows it.
fn most_behind(path: &str, settings: &Settings) -> Option<usize> {
    let (word, _) = head(path);
    let known = KNOWN.iter().position(|words| lists(words, word));
    let is_own = |own: &Text| {
        let rest = path.strip_prefix(own.strip_prefix('/').unwrap_or(own));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if known != Some(PRIVATE) && !word.is_empty() && settings.url_paths.iter().any(is_own) {
        return Some(ALL);
    }
    known
}

/// Letters, digits and what joins them: no escape hides another path, a parameter or a person.
pub fn is_handle(segment: &str) -> bool {
    let plain = |b: &u8| {
        b.is_ascii_alphanumeric()
            || matches!(b, b'-' | b'_' | b'.' | b'+' | b' ' | b',' | b'\'' | b'~' | 0x80..)
    };
    let text = decoded(segment);
    !matches!(text.first(), None | Some(b'.')) && text.iter().all(plain) && !holds_contact(segment)
}

fn is_word(segment: &str) -> bool {
    !segment.is_empty()
        && segment.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-'))
}

/// A shop's number; no phone number is one.
fn is_number(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit()) && !holds_contact(segment)
}

/// `en`, `pt-BR`, `es-419`, `en-latam`: a language, and behind it the suffix of a market's folder,
/// which Shopify takes only where it has nothing but letters.
fn is_locale(segment: &str) -> bool {
    let language = before(before(segment, b'-'), b'_');
    matches!(language.len(), 2 | 3) && is_word(segment.strip_suffix("-419").unwrap_or(segment))
}

fn may_be_told(pair: &str, settings: &Settings) -> bool {
    let (key, value) = cut(pair, b'=').unwrap_or((pair, ""));
    let is_utm = key.strip_prefix("utm_").is_some_and(|word| lists(UTM, word));
    let is_own = !key.is_empty() && settings.url_parameters.iter().any(|own| own == key);
    if key == "ttclid" {
        return !is_macro(value);
    }
    (is_utm || is_own) && !is_macro(value) && !holds_contact(value)
}

/// Whether all of the value is one word between signs that mark a place to be filled in:
/// `__CLICKID__`, `%%CLICK_ID%%`, `[[CLICK_ID]]`, `*|CLICK_ID|*`; or some of it, where nothing else
/// has such signs: `{{campaign.name}}`, `${CLICK_ID}`.
fn is_macro(value: &str) -> bool {
    let text = decoded(value);
    let is_sign = |b: &u8| matches!(b, b'#'..=b'%' | b'*' | b'<' | b'>' | b'@' | b'['..=b'_');
    match text.as_slice() {
        // The same sign at both ends, or the one that closes the other, two places further in ASCII.
        // `[TT]-Brand-[DE]` is more than one.
        [first, name @ .., _, last]
            if is_sign(last) && matches!(last.wrapping_sub(*first), 0 | 2) =>
        {
            !name.iter().any(|b| matches!(b, b' ' | b']' | b'>'))
        }
        _ => text.contains(&b'{'),
    }
}

#[cfg(test)]
mod tests;
