//! From bytes to a message. Parsed once, here; what is not a message of the contract ends here.

use assent_gate::beacon::{Beacon, VERSION, WireEvent, WithdrawalMessage};
use assent_gate::hex::EventId;
use assent_gate::refusal::Refusal;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// Nothing of the contract is nested deeper than 6.
const DEEPEST: usize = 32;
/// Events of one beacon. A browser's has some 32 KiB, in which there is room for a hundred; each is
/// answered by itself, so a list of nothing would make an answer many times its length.
const MOST_EVENTS: usize = 256;

#[derive(Debug)]
pub(super) enum Message {
    Beacon(Box<Beacon<Box<RawValue>>>),
    Withdrawal(WithdrawalMessage),
}

/// A message of which only as much has been read as it takes to know whether the rest is to be: which
/// one it is, of which version, of which shop, with which answer of the shopper.
pub(super) struct Opened<'a> {
    text: &'a str,
    head: Head<'a>,
}

#[derive(Deserialize)]
struct Head<'a> {
    v: u32,
    #[serde(default, borrow)]
    shop: Option<&'a RawValue>,
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

impl<'a> Opened<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(bytes).map_err(|_| Refusal::Unreadable)?;
        if depth(bytes) > DEEPEST {
            return Err(Refusal::Unreadable);
        }
        let head: Head = serde_json::from_str(text).map_err(|_| Refusal::Unreadable)?;
        if head.v != VERSION {
            return Err(Refusal::UnknownVersion);
        }
        Ok(Self { text, head })
    }

    /// The shop's name, if there is a text.
    pub(super) fn shop(&self) -> Option<String> {
        serde_json::from_str(self.head.shop?.get()).ok()
    }

    pub(super) fn is_withdrawal(&self) -> bool {
        self.head.withdraw.is_some()
    }

    /// All of it.
    pub(super) fn message(self) -> Result<Message, Refusal> {
        let Self { text, head } = self;
        if head.withdraw.is_some() {
            return serde_json::from_str(text)
                .map(Message::Withdrawal)
                .map_err(|_| Refusal::Unreadable);
        }
        // Silence is a no: without the word there is no grant, however well-formed the rest is.
        if head.consent.and_then(|consent| consent.decision).as_deref() != Some("granted") {
            return Err(Refusal::NoGrant);
        }
        let beacon: Beacon<Box<RawValue>> =
            serde_json::from_str(text).map_err(|_| Refusal::Unreadable)?;
        if beacon.events.len() > MOST_EVENTS {
            return Err(Refusal::Unreadable);
        }
        Ok(Message::Beacon(Box::new(beacon)))
    }
}

/// The id that an event gives itself, whatever else is wrong with it.
pub(super) fn event_id(raw: &RawValue) -> Option<EventId> {
    #[derive(Deserialize)]
    struct WithEventId {
        event_id: EventId,
    }
    serde_json::from_str::<WithEventId>(raw.get()).ok().map(|named| named.event_id)
}

/// Which field keeps an event from being read, as a path such as `contents[1].quantity`; where one is missing, the
/// one that it is missing in, `.` for the event itself.
pub(super) fn unreadable_field(raw: &RawValue) -> Option<String> {
    let text = &mut serde_json::Deserializer::from_str(raw.get());
    serde_path_to_error::deserialize::<_, WireEvent>(text).err().map(|e| e.path().to_string())
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
    use assent_gate::beacon::WireEvent;

    use super::{Opened, depth, event_id, unreadable_field};

    /// A price times a quantity is seldom a round figure; TikTok must hear the browser's from both
    /// legs.
    #[test]
    fn a_figure_is_read_to_the_last_digit() {
        for figure in ["0.41000000000000003", "907.3038322028689", "81.91", "1e+21", "5e-324"] {
            let event = format!(
                r#"{{"name":"Purchase","event_id":"{}","event_time":1,"browser":"fired","page":{{"url":"https://shop.acme.example/"}},
                "properties":{{"currency":"EUR","value":{figure}}}}}"#,
                "ab".repeat(16)
            );
            let event: WireEvent = serde_json::from_str(&event).expect("an event");
            assert_eq!(event.properties.value, figure.parse().ok(), "{figure}");
        }
    }

    /// Where it is wrong, and nothing of what stood there.
    #[test]
    fn a_field_that_cannot_be_read_is_named_and_not_repeated() {
        let id = "ab".repeat(16);
        let of = |rest: &str| {
            let event = format!(r#"{{"name":"Purchase","event_id":"{id}","event_time":1,{rest}}}"#);
            let raw = serde_json::value::RawValue::from_string(event).expect("JSON");
            (unreadable_field(&raw), event_id(&raw).map(|id| id.as_str().to_owned()))
        };
        let page = r#""browser":"fired","page":{"url":"https://shop.acme.example/"}"#;
        for (rest, field) in [
            (format!(r#"{page},"properties":{{"value":"jane@example.com"}}"#), "properties.value"),
            (
                format!(
                    r#"{page},"properties":{{"contents":[{{"quantity":1}},{{"quantity":"x"}}]}}"#
                ),
                "properties.contents[1].quantity",
            ),
            (r#""browser":7"#.to_owned(), "browser"),
        ] {
            assert_eq!(of(&rest), (Some(field.to_owned()), Some(id.clone())), "{rest}");
        }
        assert_eq!(of(page).0, None);
    }

    /// A message in a log line or a panic's text would be the end of every promise about what is
    /// written down.
    #[test]
    fn a_message_prints_nothing_of_a_shopper() {
        let hash = "ab".repeat(32);
        let event = format!(
            r#"{{"name":"Purchase","event_id":"{}","event_time":1,"checkout":"{hash}","browser":"fired","page":{{"url":
            "https://shop.acme.example/?ttclid=E.C.P"}},"user":{{"external_id":"{hash}","city":"berlin","ttclid":"E.C.P"}}}}"#,
            "ab".repeat(16)
        );
        let beacon = format!(
            r#"{{"v":1,"shop":"acme.myshopify.com","sent_at":1,"client":{{}},"checkout":"{hash}","events":[{event}],
            "user":{{"external_id":"{hash}"}},"page":{{"url":"https://shop.acme.example/?ttclid=E.C.P"}},
            "consent":{{"decision":"granted","rule":"shopify_only","basis":"permission","evaluated_at":1,"gpc":false,
            "shopify":{{"marketing":true,"sale_of_data":true,"analytics":null,"preferences":null}}}}}}"#
        );
        let withdrawal = format!(
            r#"{{"v":1,"shop":"acme.myshopify.com","sent_at":1,"client":{{}},"withdraw":{{"at":1,"external_id":"{hash}"}}}}"#
        );
        let event: WireEvent = serde_json::from_str(&event).expect("an event");
        let mut printed = format!("{event:?}");
        for text in [beacon, withdrawal] {
            printed += &format!(
                "{:?}",
                Opened::read(text.as_bytes()).and_then(Opened::message).expect("a message")
            );
        }
        for personal in [hash.as_str(), "E.C.P", "berlin"] {
            assert!(!printed.contains(personal), "{personal} in {printed}");
        }
    }

    #[test]
    fn brackets_in_strings_are_not_depth() {
        for (json, expected) in
            [("{}", 1), (r#"[{"a":[]}]"#, 3), (r#"{"a":"[[[[\"[["}"#, 1), ("1", 0), ("]]][", 1)]
        {
            assert_eq!(depth(json.as_bytes()), expected, "{json}");
        }
    }
}
