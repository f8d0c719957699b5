//! A second reader of consent records, written from reference/consent-signals.md §3 to §5 alone and sharing no line with the
//! gate: plain string code and serde_json. It knows one question (is this a yes beyond doubt?) and is strict where the gate may be
//! lenient, so a yes of the gate's that this reader does not share comes from garbage. The fuzz targets ask it too.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// What stands on a device.
#[derive(Debug)]
pub struct Device {
    cookies: Vec<(String, String)>,
    storage: Vec<(String, String)>,
}

impl Device {
    pub fn new(cookie: &str, storage: &[(String, String)]) -> Self {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        };
        Self { cookies: cookie.split(';').filter_map(pair).collect(), storage: storage.to_vec() }
    }

    fn cookies(&self, name: &str) -> Vec<&str> {
        self.cookies.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str()).collect()
    }

    fn stored(&self, key: &str) -> Vec<&str> {
        self.storage.iter().filter(|(own, _)| own == key).map(|(_, value)| value.as_str()).collect()
    }

    fn has(&self, cookie: &str) -> bool {
        self.cookies(cookie).iter().any(|value| !value.is_empty())
    }

    /// Every copy of the cookie says so, and there is one.
    fn says(&self, cookie: &str, wanted: &str) -> bool {
        let copies = self.cookies(cookie);
        !copies.is_empty() && copies.iter().all(|value| *value == wanted)
    }
}

/// Whether every copy of `source`'s record under `key` is a yes.
pub fn grants(device: &Device, source: &str, key: &str) -> bool {
    let Some((_, store, yes)) = CMPS.iter().find(|(own, _, _)| *own == source) else { return false };
    let mut copies = Vec::new();
    if matches!(store, Store::Cookie | Store::Both) {
        copies.extend(device.cookies(key));
    }
    if matches!(store, Store::Local | Store::Both) {
        copies.extend(device.stored(key));
    }
    !copies.is_empty()
        && copies.into_iter().all(|value| value.len() <= 16 * 1024 && yes(device, key, value) == Some(()))
}

enum Store {
    Cookie,
    Local,
    Both,
}

/// `Some` is a yes.
type Yes = fn(&Device, &str, &str) -> Option<()>;

/// One line of the table of §4 each. Deny-only signals are not here: they never say yes.
const CMPS: [(&str, Store, Yes); 32] = [
    ("onetrust", Store::Cookie, |device, key, value| {
        if key == "eupubconsent-v2" {
            return tcf(value);
        }
        let fields = members(value, '&', '=')?;
        let field = |name: &str| fields.iter().find(|(own, _)| *own == name).map(|(_, value)| once(value));
        let groups = field("groups")??;
        let groups: Vec<(&str, &str)> = groups
            .split(',')
            .filter(|group| !group.is_empty())
            .map(|group| group.split_once(':'))
            .collect::<Option<_>>()?;
        is(field("AwaitingReconsent").is_none_or(|word| word.as_deref() == Some("false")))?;
        is(fields.iter().all(|(_, value)| once(value).is_some()))?;
        every(groups.iter().filter(|(id, _)| *id == "C0004").map(|(_, state)| *state == "1"))?;
        is(device.has("OptanonAlertBoxClosed"))
    }),
    ("cookiebot", Store::Cookie, |_, _, value| {
        let fields = literal(value)?;
        is(fields.get("marketing") == Some(&Value::Bool(true)))?;
        is(fields.get("method").is_none_or(|method| method == "explicit") && fields.get("stamp") != Some(&"-1".into()))
    }),
    ("tcf", Store::Cookie, |_, key, value| match key {
        "CookieConsent" => tcf(literal(value)?.get("iab2")?.as_str()?),
        _ => tcf(value),
    }),
    ("usercentrics", Store::Local, |device, key, value| {
        let answered = device.stored("uc_user_interaction") == ["true"];
        let json = whole(value)?;
        if key == "uc_settings" {
            let services = json.get("services")?.as_array()?;
            is(!services.is_empty() && services.iter().all(|service| service["status"] == true))?;
            let history = |service: &Value| service["history"].as_array().cloned().unwrap_or_default();
            return is(services.iter().flat_map(history).any(|entry| entry["type"] == "explicit"));
        }
        let gcm = ["adStorage", "adUserData", "adPersonalization"].map(|name| &json["gcm"][name]);
        is(answered && gcm.iter().all(|word| *word != "denied"))?;
        let services = json["consent"]["services"].as_object().cloned().unwrap_or_default();
        let is_tiktok = |service: &&Value| service["name"].as_str().unwrap_or("").to_lowercase().contains("tiktok");
        let own: Vec<&Value> = services.values().filter(is_tiktok).collect();
        is(own.iter().all(|service| service["consent"] == true))?;
        is(!own.is_empty() || gcm.iter().all(|word| *word == "granted"))
    }),
    ("didomi", Store::Both, |_, _, value| {
        let vendors = base64_json(value)?.get("vendors")?.clone();
        let has = |list: &Value| texts(list).map(|ids| ids.iter().any(|id| id.starts_with("c:tiktok-")));
        is(has(vendors.get("enabled")?)? && !vendors.get("disabled").map_or(Some(false), has)?)
    }),
    ("consentmo", Store::Cookie, |device, _, value| {
        const LIST: &str = "cookieconsent_preferences_disabled";
        let known = |item: &str| matches!(item.trim(), "analytics" | "functionality" | "");
        let lists = device.cookies(LIST);
        is(lists.iter().all(|list| once(list).is_some_and(|list| list.split(',').all(known))))?;
        is(matches!(value, "accept_all" | "allow") || (value == "accept_selected" && !lists.is_empty()))
    }),
    ("pandectes", Store::Cookie, |_, _, value| {
        let json = base64_json(value)?;
        // Three categories: a bit beyond them is not of this tool.
        is(json.get("status")? != "deny" && [0.0, 1.0, 2.0, 3.0].contains(&json.get("preferences")?.as_f64()?))
    }),
    ("iubenda", Store::Cookie, |_, key, value| {
        is(key.strip_prefix("_iub_cs-")?.bytes().all(|byte| byte.is_ascii_alphanumeric()))?;
        let json = json(value)?;
        is(json.get("consent") != Some(&Value::Bool(false)))?;
        is(match json.get("purposes") {
            Some(purposes) => purposes.get("5")? == true,
            None => json.get("consent")? == true,
        })
    }),
    ("axeptio", Store::Cookie, |_, key, value| {
        let is_tiktok = |name: &str| name.to_ascii_lowercase().starts_with("tiktok");
        if key == "axeptio_authorized_vendors" {
            let list = once(value)?;
            let list = list.strip_prefix(',')?.strip_suffix(',')?;
            return is(list.split(',').any(is_tiktok));
        }
        let json = json(value)?;
        is(json.get("$$completed")? == true)?;
        every(json.as_object()?.iter().filter(|(name, _)| is_tiktok(name)).map(|(_, vendor)| vendor == true))
    }),
    ("cookieyes", Store::Cookie, |_, _, value| {
        let text = once(value)?;
        let fields = members(&text, ',', ':')?;
        is(fields.contains(&("action", "yes")) && fields.contains(&("advertisement", "yes")))
    }),
    ("complianz", Store::Cookie, |device, _, value| {
        is(value == "allow" && device.says("cmplz_banner-status", "dismissed"))
    }),
    ("termly", Store::Local, |_, _, value| {
        let json = json(value)?;
        let consent = json.get("TERMLY_COOKIE_CONSENT")?.get("value")?;
        is(consent.get("do_not_sell").is_none_or(|no| no == false) && consent.get("advertising")? == true)
    }),
    ("trustarc", Store::Cookie, |device, _, value| {
        // Region and manner may follow the list after two colons: then nobody clicked.
        let prefs = |text: &str| -> Option<Vec<String>> {
            let text = once(text)?;
            let (list, rest) = text.split_once(':')?;
            is(rest.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            numbers(list.split([' ', ',', '_']).filter(|word| !word.is_empty()))
        };
        is(device.has("notice_preferences"))?;
        is(device.cookies("notice_gdpr_prefs").into_iter().all(|text| prefs(text).is_some()))?;
        is(device.cookies("notice_behavior").into_iter().all(|text| text.starts_with("expressed")))?;
        let text = once(value)?;
        let Some(list) = text.strip_prefix("permit") else { return is(prefs(value)?.contains(&"2".to_owned())) };
        let list = list.strip_suffix("required").unwrap_or(list).split([' ', ',', '_']);
        is(numbers(list.filter(|word| !word.is_empty()))?.contains(&"3".to_owned()))
    }),
    ("osano", Store::Both, |_, _, value| is(json(value)?.get("MARKETING")? == "ACCEPT")),
    ("sourcepoint", Store::Local, |_, _, value| {
        let json = whole(value)?;
        is(json.get("gppData").is_none())?;
        tcf(json.get("gdpr")?.get("euconsent")?.as_str()?)
    }),
    ("klaro", Store::Both, |_, _, value| {
        let json = json(value)?;
        let tiktok = |name: &str| name.to_ascii_lowercase().starts_with("tiktok");
        every(json.as_object()?.iter().filter(|(name, _)| tiktok(name)).map(|(_, on)| on == true))
    }),
    ("vanilla-cookieconsent", Store::Both, |_, _, value| {
        is(texts(json(value)?.get("categories")?)?.iter().any(|name| is_marketing(name)))
    }),
    ("civic", Store::Cookie, |_, _, value| {
        let json = json(value)?;
        is(json.get("interactedWith")? == true)?;
        let own = json.get("optionalCookies")?.as_object()?;
        every(own.iter().filter(|(name, _)| is_marketing(name)).map(|(_, word)| word == "accepted"))
    }),
    ("cookiefirst", Store::Cookie, |_, _, value| is(json(value)?.get("advertising")? == true)),
    ("cookie-script", Store::Cookie, |_, _, value| {
        let outer = json(value)?;
        let list = outer.get("categories")?;
        let list = list.as_str().map_or(Some(list.clone()), whole)?;
        let list = texts(&list)?;
        is(outer.get("action")? == "accept" && list.iter().any(|name| name == "targeting"))
    }),
    ("cookie-information", Store::Cookie, |_, _, value| {
        let json = json(value)?;
        let has = |list: &Value| texts(list).map(|names| names.iter().any(|name| name == "cookie_cat_marketing"));
        is(has(json.get("consents_approved")?)? && !json.get("consents_denied").map_or(Some(false), has)?)
    }),
    ("transcend", Store::Both, |_, _, value| {
        let json = json(value)?;
        let purposes = json.get("purposes")?;
        is(json.get("confirmed")? == true && purposes.get("Advertising")? == true)?;
        is(purposes.get("SaleOfInfo") != Some(&Value::Bool(false)))
    }),
    ("ketch", Store::Both, |_, _, value| {
        let json = base64_json(value)?;
        let own = json.as_object()?.iter().filter(|(code, purpose)| {
            let canonical = purpose.get("canonicalPurposes").and_then(texts).unwrap_or_default();
            *code == "behavioral_advertising" || canonical.iter().any(|name| name == "behavioral_advertising")
        });
        every(own.map(|(_, purpose)| purpose["status"] == "granted"))
    }),
    ("avada", Store::Cookie, |_, _, value| is(json(value)?.get("marketing")? == true)),
    ("tarteaucitron", Store::Cookie, |_, _, value| {
        let text = once(value)?;
        is(members(&text, '!', '=')?.contains(&("tiktok", "true")))
    }),
    ("consentmanager", Store::Cookie, |_, key, value| {
        is(key.starts_with("__cmpconsentx") || key.starts_with("__cmpconsentu"))?;
        tcf(value)
    }),
    ("securiti", Store::Cookie, |device, _, value| {
        let json = json(value)?;
        is(json.get("implicit_consent")? == false && !device.has("__privaci_cookie_no_action"))?;
        every(json.get("consents")?.as_object()?.values().map(|on| on.as_i64() == Some(1)))
    }),
    ("cookiehub", Store::Cookie, |_, _, value| {
        let json = base64_json(value)?;
        is(json.get("answered")? == true && json.get("implicit").is_none_or(|implicit| implicit == false))?;
        is(json.get("allowSale").is_none_or(|sale| sale == true))?;
        let listed =
            || json.get("categories").and_then(texts).unwrap_or_default().iter().any(|name| is_marketing(name));
        is(json.get("allAllowed") == Some(&Value::Bool(true)) || listed())
    }),
    ("c15t", Store::Both, |_, _, value| {
        let json = json(value)?;
        is(json.get("consentInfo")?.is_object() && json.get("consents")?.get("marketing")? == true)
    }),
    ("bridge", Store::Local, |_, _, value| {
        let words: Vec<&str> = value.splitn(3, ' ').collect();
        is(words.len() == 3 && words[0].bytes().all(|byte| byte.is_ascii_digit()))
    }),
    // Not readable, by design.
    ("enzuzo", Store::Cookie, |_, _, _| None),
    ("secure-privacy", Store::Local, |_, _, _| None),
];

fn is(fact: bool) -> Option<()> {
    fact.then_some(())
}

/// There is one, and each is so.
fn every(mut facts: impl Iterator<Item = bool>) -> Option<()> {
    is(facts.next()? && facts.all(|fact| fact))
}

fn is_marketing(name: &str) -> bool {
    ["marketing", "advertising", "advertisement", "ads", "targeting"].contains(&name.to_ascii_lowercase().as_str())
}

fn texts(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

/// A list of numbers and nothing else, with one in it at least.
fn numbers<'a>(list: impl Iterator<Item = &'a str>) -> Option<Vec<String>> {
    let number = |word: &str| {
        is(word.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(word.trim_start_matches('0').to_owned())
    };
    let list: Option<Vec<String>> = list.map(number).collect();
    list.filter(|list| !list.is_empty())
}

/// Percent-decoded exactly once.
fn once(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let digits = piece.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

/// Named values between signs. None where a piece is not one, or a name stands twice with two values.
fn members(text: &str, between: char, within: char) -> Option<Vec<(&str, &str)>> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for piece in text.split(between).filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once(within)?;
        is(found.iter().all(|(own, other)| *own != name || *other == value))?;
        found.push((name, value));
    }
    Some(found)
}

/// JSON as it stands, else percent-decoded once.
fn json(text: &str) -> Option<Value> {
    once(text)?; // a bare `%` has no place in either
    whole(text).or_else(|| whole(&once(text)?))
}

fn base64_json(text: &str) -> Option<Value> {
    let text = once(text)?;
    let mut bits = String::new();
    for c in text.trim_end_matches('=').chars() {
        bits.push_str(&format!("{:06b}", sextet(c)?));
    }
    is(bits.len() % 8 < 6)?;
    let bytes = bits.as_bytes().chunks_exact(8).map(|bits| u8::from_str_radix(std::str::from_utf8(bits).ok()?, 2).ok());
    whole(&String::from_utf8(bytes.collect::<Option<_>>()?).ok()?)
}

fn sextet(c: char) -> Option<u32> {
    Some(match c {
        'A'..='Z' => u32::from(c) - 65,
        'a'..='z' => u32::from(c) - 97 + 26,
        '0'..='9' => u32::from(c) - 48 + 52,
        '+' | '-' => 62,
        '/' | '_' => 63,
        _ => return None,
    })
}

/// One JSON value of at most 12 levels in which no name stands twice.
fn whole(text: &str) -> Option<Value> {
    let Unique(value) = serde_json::from_str(text).ok()?;
    fn levels(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(levels).max().unwrap_or(0),
            Value::Object(members) => 1 + members.values().map(levels).max().unwrap_or(0),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        }
    }
    (levels(&value) <= 12).then_some(value)
}

const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// Cookiebot's flat literal, percent-decoded once.
fn literal(text: &str) -> Option<Map<String, Value>> {
    let text = once(text)?;
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    is(!inner.contains(['"', '\\']) && !inner.contains(|c: char| c < ' ' && !BLANKS.contains(&c)))?;
    let mut fields = Map::new();
    let (mut rest, mut more) = (inner, true);
    while more {
        let (name, value) = rest.split_once(':')?;
        is(!name.contains(['\'', ',', '{', '}']))?;
        let end;
        let value = value.trim_start_matches(BLANKS);
        let value = match value.strip_prefix('\'') {
            Some(quoted) => {
                let (word, after) = quoted.split_once('\'')?;
                end = after.trim_start_matches(BLANKS);
                Value::from(word)
            }
            None => {
                let (word, _) = value.split_once(',').unwrap_or((value, ""));
                end = &value[word.len()..];
                whole(word).filter(|word| !word.is_object() && !word.is_array())?
            }
        };
        is(fields.insert(name.to_owned(), value).is_none())?;
        more = !end.is_empty();
        rest = if more { end.strip_prefix(',')? } else { "" };
    }
    Some(fields)
}

/// Purposes 1, 3, 4 and 7 consented to, in a TC string of version 2 that is whole to its last bit (§5).
fn tcf(text: &str) -> Option<()> {
    let segments: Vec<Vec<bool>> = text.split('.').map(bits).collect::<Option<_>>()?;
    let (core, others) = segments.split_first()?;
    is(number(core, 0, 6)? == 2 && *core.get(138)?)?;
    let consents = |segment: &[bool], from: usize| {
        [1, 3, 4, 7].iter().map(|purpose| segment.get(from + purpose - 1).copied()).collect::<Option<Vec<bool>>>()
    };
    is(consents(core, 152)? == [true; 4])?;
    let mut at = vendors(core, vendors(core, 213)?)?;
    let restrictions = number(core, at, 12)?;
    at += 12;
    for _ in 0..restrictions {
        at = entries(core, at + 8)?;
    }
    ends(core, at)?;
    for segment in others {
        match number(segment, 0, 3)? {
            1 | 2 => ends(segment, vendors(segment, 3)?)?,
            3 => {
                let custom = number(segment, 51, 6)?;
                ends(segment, 57 + 2 * custom)?;
                is(number(segment, 3, 24)? + number(segment, 27, 24)? == 0 || consents(segment, 3)? == [true; 4])?;
            }
            _ => return None,
        }
    }
    Some(())
}

fn bits(text: &str) -> Option<Vec<bool>> {
    let mut bits = Vec::new();
    for c in text.chars() {
        let six = sextet(c).filter(|_| c != '+' && c != '/')?;
        bits.extend((0..6).rev().map(|bit| six >> bit & 1 == 1));
    }
    Some(bits)
}

fn number(bits: &[bool], at: usize, width: usize) -> Option<usize> {
    Some(bits.get(at..at + width)?.iter().fold(0, |number, bit| number * 2 + usize::from(*bit)))
}

fn vendors(bits: &[bool], at: usize) -> Option<usize> {
    let highest = number(bits, at, 16)?;
    if *bits.get(at + 16)? {
        return entries(bits, at + 17);
    }
    bits.get(at..at + 17 + highest)?;
    Some(at + 17 + highest)
}

/// Vendors decide nothing here, so they are counted over and not looked at.
fn entries(bits: &[bool], at: usize) -> Option<usize> {
    let count = number(bits, at, 12)?;
    let mut at = at + 12;
    for _ in 0..count {
        at += if *bits.get(at)? { 33 } else { 17 };
    }
    bits.get(..at)?;
    Some(at)
}

/// The segment reaches so far, and what is left is padding.
fn ends(bits: &[bool], at: usize) -> Option<()> {
    is(bits.get(at..)?.iter().all(|bit| !bit))
}

/// serde_json's tree, refused where a name stands twice in one object.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique(Value::Null))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Unique, E> {
        Ok(Unique(Value::Bool(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Unique, E> {
        Ok(Unique(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Unique, E> {
        Ok(Unique(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Unique, E> {
        Ok(Unique(Number::from_f64(number).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Unique, E> {
        Ok(Unique(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unique, A::Error> {
        let mut list = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Unique(Value::Array(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Unique, A::Error> {
        let mut members = Map::new();
        while let Some((name, Unique(value))) = entries.next_entry::<String, Unique>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Unique(Value::Object(members)))
    }
}
