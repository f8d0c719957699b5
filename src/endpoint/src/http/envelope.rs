//! From bytes to a message. Parsed once, here; what is not a message of the contract ends here.

use assent_gate::beacon::{Beacon, VERSION, WireEvent, WithdrawalMessage};
use assent_gate::hex::EventId;
use assent_gate::refusal::Refusal;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// Nothing of the contract is nested deeper than 6.
const DEEPEST: usize = 32;

#[derive(Debug)]
pub(super) enum Message {
    Beacon(Box<Beacon<Box<RawValue>>>),
    Withdrawal(WithdrawalMessage),
}

/// What is looked at before anything else: which message, of which version, with which answer of the shopper.
#[derive(Deserialize)]
struct Head {
    v: u32,
    #[serde(default)]
    withdraw: Option<IgnoredAny>,
    #[serde(default)]
    consent: Option<Answered>,
}

#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    decision: Option<String>,
}

impl Message {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(bytes).map_err(|_| Refusal::Unreadable)?;
        if depth(bytes) > DEEPEST {
            return Err(Refusal::Unreadable);
        }
        let head: Head = serde_json::from_str(text).map_err(|_| Refusal::Unreadable)?;
        if head.v != VERSION {
            return Err(Refusal::UnknownVersion);
        }
        if head.withdraw.is_some() {
            return serde_json::from_str(text).map(Self::Withdrawal).map_err(|_| Refusal::Unreadable);
        }
        // Silence is a no: without the word there is no grant, however well-formed the rest is.
        if head.consent.and_then(|consent| consent.decision).as_deref() != Some("granted") {
            return Err(Refusal::NoGrant);
        }
        serde_json::from_str(text).map(|beacon| Self::Beacon(Box::new(beacon))).map_err(|_| Refusal::Unreadable)
    }
}

/// One event, or its refusal under the name it gives itself.
pub(super) fn event(raw: &RawValue) -> Result<WireEvent, Option<EventId>> {
    #[derive(Deserialize)]
    struct Named {
        event_id: EventId,
    }
    serde_json::from_str(raw.get())
        .map_err(|_| serde_json::from_str::<Named>(raw.get()).ok().map(|named| named.event_id))
}

/// How deeply brackets are nested, strings aside.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (false, b'"') => in_string = true,
            (false, b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (true | false, _) => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn brackets_in_strings_are_not_depth() {
        for (json, expected) in [("{}", 1), (r#"[{"a":[]}]"#, 3), (r#"{"a":"[[[[\"[["}"#, 1), ("1", 0), ("]]][", 1)] {
            assert_eq!(depth(json.as_bytes()), expected, "{json}");
        }
    }
}
