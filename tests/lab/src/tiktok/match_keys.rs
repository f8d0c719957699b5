//! `user`: the match keys and their forms (docs/facts/tiktok.md#match-keys; rules 11, 12 and 17 of
//! docs/facts/tiktok.md#rules-of-the-stand-in).

use std::net::IpAddr;

use serde_json::Value;

use super::object::Object;
use super::rules::Refusal;

#[derive(Clone, Copy)]
enum Form {
    /// SHA-256, or several.
    HashedOrMany,
    Hashed,
    /// Byte-exact text.
    Raw,
    Ip,
    UserAgent,
    /// Normalised text that is not hashed.
    Plain,
}

/// Match keys of the web (docs/facts/tiktok.md#match-keys).
const MATCH_KEYS: [(&str, Form); 14] = [
    ("email", Form::HashedOrMany),
    ("phone", Form::HashedOrMany),
    ("external_id", Form::HashedOrMany),
    ("first_name", Form::Hashed),
    ("last_name", Form::Hashed),
    ("zip_code", Form::Hashed),
    ("ttclid", Form::Raw),
    ("ttp", Form::Raw),
    ("ip", Form::Ip),
    ("user_agent", Form::UserAgent),
    ("locale", Form::Raw),
    ("city", Form::Plain),
    ("state", Form::Plain),
    ("country", Form::Plain),
];

pub(super) fn check(user: &Object, warnings: &mut Vec<String>) -> Result<(), Refusal> {
    for (key, form) in MATCH_KEYS {
        match form {
            Form::HashedOrMany => {
                if let Some(Value::Array(many)) = user.fields.get(key) {
                    for (index, value) in many.iter().enumerate() {
                        let at = format!("{key}.{index}");
                        let value =
                            value.as_str().ok_or_else(|| user.wrong(&at, "Not a valid string."))?;
                        hashed(user, &at, value)?;
                    }
                } else if let Some(value) = user.text(key)? {
                    hashed(user, key, value)?;
                }
            }
            Form::Hashed => user.text(key)?.map_or(Ok(()), |value| hashed(user, key, value))?,
            Form::Raw => _ = user.text(key)?,
            Form::Ip => user.text(key)?.map_or(Ok(()), |value| ip(user, value, warnings))?,
            Form::UserAgent => {
                if user.text(key)?.is_some_and(is_hash) {
                    return Err(Refusal {
                        violation: true,
                        ..user.wrong(key, "must not be hashed.")
                    });
                }
            }
            Form::Plain => {
                if user.text(key)?.is_some_and(is_hash) {
                    warnings.push(format!("user.{key} is hashed; TikTok wants it plain"));
                }
            }
        }
    }
    let known = |key: &&String| !MATCH_KEYS.iter().any(|(known, _)| known == key);
    warnings.extend(user.fields.keys().filter(known).map(|key| format!("unknown match key {key}")));
    Ok(())
}

fn ip(user: &Object, value: &str, warnings: &mut Vec<String>) -> Result<(), Refusal> {
    if is_hash(value) {
        return Err(Refusal { violation: true, ..user.wrong("ip", "must not be hashed.") });
    }
    match value.parse() {
        Ok(IpAddr::V4(ip)) if ip.is_private() || ip.is_loopback() => {
            warnings.push("user.ip is not public".to_owned());
        }
        Ok(IpAddr::V6(ip)) if ip.is_loopback() || ip.is_unique_local() => {
            warnings.push("user.ip is not public".to_owned());
        }
        Ok(IpAddr::V4(_) | IpAddr::V6(_)) => {}
        Err(_) => return Err(user.wrong("ip", format!("'{value}' is not a valid IP address."))),
    }
    Ok(())
}

/// Rules 11 and 12. The first names what looks raw, the second catches the rest; both are 40062.
fn hashed(user: &Object, at: &str, value: &str) -> Result<(), Refusal> {
    if value.contains('@') || value.starts_with('+') {
        return Err(Refusal::new(
            40062,
            format!("{}.{at}: '{value}' is PII that is not hashed.", user.path),
        ));
    }
    if is_hash(value) {
        return Ok(());
    }
    Err(Refusal::new(
        40062,
        format!("{}.{at}: '{value}' is not a SHA-256 in lower-case hex.", user.path),
    ))
}

fn is_hash(value: &str) -> bool {
    value.len() == 64 && value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
