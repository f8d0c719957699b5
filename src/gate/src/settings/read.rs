//! Settings as the snippet or the extension carries them. Read by hand rather than by serde: in the
//! module that saves more bytes than all consent rules take (docs/size.md).

use super::{CheckoutValue, ContentId, CustomEvent, Held, Leg, SecretPaths, Settings, Table};
use crate::consent::{Meanwhile, Policy, records};
use crate::limits;
use crate::node::Node;
use crate::text::Text;
use crate::tiktok::EventName;

impl Settings {
    /// `None` where anything needed is missing or anything present is not understood: a snippet
    /// that is half understood must not run.
    pub fn read<N: Node>(node: &N) -> Option<Self> {
        let text = |key: &str| node.text_at(key);
        // Filled field by field: inside a struct literal, each `?` would bring code of its own to
        // drop the fields read before it.
        let mut settings = Self::new(text("shop")?.parse().ok()?, records::cmp(&text("cmp")?)?);
        settings.pixel_code = text("pixelCode")?;
        settings.endpoint = text("endpoint")?;
        settings.pixel_script = text("pixelScript")?;
        settings.undecided = word(node, "undecided", &Meanwhile::WORDS)?;
        settings.missing = word(node, "missing", &Meanwhile::WORDS)?;
        settings.held = word(node, "held", &Held::WORDS)?;
        settings.categories = texts(node, "categories")?;
        settings.storefronts = texts(node, "storefronts")?;
        settings.content_id = word(node, "contentId", &ContentId::WORDS)?;
        settings.value = word(node, "value", &CheckoutValue::WORDS)?;
        settings.url_parameters = texts(node, "urlParameters")?;
        settings.url_paths = texts(node, "urlPaths")?;
        settings.secret_paths = word(node, "secretPaths", &SecretPaths::WORDS)?;
        settings.events = events(node)?;
        settings.custom_events = custom_events(node)?;
        settings.debug = node.flag_at("debug").unwrap_or(false);
        Policy::from(&settings).is_sound().then_some(settings)
    }
}

/// The value of one of these words; the type's default where the key is absent.
#[inline(never)] // one function for all of them, which have the same layout
fn word<N: Node, T: Copy + Default>(node: &N, key: &str, words: &[(&str, T)]) -> Option<T> {
    let Some(value) = node.get(key) else { return Some(T::default()) };
    let text = value.text()?;
    words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
}

/// The texts of a list, none where the key is absent. `key` may be a name of the shop's own, so it
/// is no path.
fn texts<N: Node>(node: &N, key: &str) -> Option<Vec<Text>> {
    let mut texts = Vec::new();
    let Some(list) = node.get(key) else { return Some(texts) };
    if !list.is_list() {
        return None;
    }
    for index in 0..limits::SETTINGS_LIST {
        let Some(item) = list.item(index) else { break };
        texts.push(item.text()?);
    }
    Some(texts)
}

fn events<N: Node>(node: &N) -> Option<Table<EventName, Vec<Leg>>> {
    let mut events = Table::default();
    let Some(table) = node.get("events") else { return Some(events) };
    for name in table.keys()? {
        events.add(name.parse().ok()?, legs(&table, &name)?);
    }
    Some(events)
}

fn custom_events<N: Node>(node: &N) -> Option<Table<Text, CustomEvent>> {
    let mut events = Table::default();
    let Some(table) = node.get("customEvents") else { return Some(events) };
    for own in table.keys()? {
        let custom = table.get(&own)?;
        let event = custom.text_at("event")?.parse().ok()?;
        events.add(own, CustomEvent { event, to: legs(&custom, "to")? });
    }
    Some(events)
}

fn legs<N: Node>(node: &N, key: &str) -> Option<Vec<Leg>> {
    let mut legs = Vec::new();
    for text in texts(node, key)? {
        // As serde writes them; read by hand, like the rest.
        legs.push(match text.as_str() {
            "browser" => Leg::Browser,
            "server" => Leg::Server,
            _ => return None,
        });
    }
    Some(legs)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn with(key: &str, value: Value) -> Option<Settings> {
        let mut settings = json!({
            "shop": "acme.myshopify.com", "cmp": "shopify", "pixelCode": "C4EXAMPLE0000000000",
            "endpoint": "https://events.example.com",
            "pixelScript": "https://analytics.example/events.js",
        });
        settings[key] = value;
        Settings::read(&settings)
    }

    #[test]
    fn a_table_that_is_none_is_refused_like_any_other_wrong_value() {
        for key in ["events", "customEvents"] {
            assert!(with(key, json!({})).is_some() && with(key, Value::Null).is_some(), "{key}");
            for wrong in [json!([]), json!(["Purchase"]), json!("Purchase"), json!(7), json!(false)]
            {
                assert!(with(key, wrong.clone()).is_none(), "{key}: {wrong}");
            }
        }
    }

    /// What `assent snippet` writes, the module reads: each word is spelled in one place, but serde
    /// makes its own of the variant's name.
    #[test]
    fn every_word_is_written_as_it_is_read() {
        fn same<T: serde::Serialize + Copy>(words: &[(&str, T)]) {
            for (word, value) in words {
                assert_eq!(json!(value), json!(word));
            }
        }
        same(&Meanwhile::WORDS);
        same(&Held::WORDS);
        same(&ContentId::WORDS);
        same(&CheckoutValue::WORDS);
        same(&SecretPaths::WORDS);
        for word in ["browser", "server"] {
            let read = with("events", json!({ "Purchase": [word] })).expect("it is read");
            assert_eq!(json!(read.events.get(&EventName::Purchase)), json!([word]));
        }
    }
}
