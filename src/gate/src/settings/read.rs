//! Settings as the snippet or the extension carries them. Read by hand rather than by serde: in the module that saves
//! more bytes than all consent rules take (docs/size.md).

use super::{Cmp, ContentId, CustomEvent, Leg, Name, SecretPaths, Settings, ShopDomain, Table, Undecided};
use crate::node::Node;

/// More than any shop has.
const MOST: usize = 100;

impl Settings {
    /// `None` where anything needed is missing or anything present is not understood: a snippet that is half understood
    /// must not run.
    pub fn read<N: Node>(node: &N) -> Option<Self> {
        let text = |key: &str| node.text_at(key);
        let cmp = Cmp::parse(&text("cmp")?)?;
        Some(Self {
            pixel_code: text("pixelCode")?,
            endpoint: text("endpoint")?,
            pixel_script: text("pixelScript")?,
            undecided: word(node, "undecided", &[("hold", Undecided::Hold), ("shopify", Undecided::Shopify)])?,
            categories: texts(node, "categories")?,
            storefronts: texts(node, "storefronts")?,
            content_id: word(
                node,
                "contentId",
                &[("variant", ContentId::Variant), ("product", ContentId::Product), ("sku", ContentId::Sku)],
            )?,
            url_parameters: texts(node, "urlParameters")?,
            secret_paths: word(node, "secretPaths", &[("server", SecretPaths::Server), ("fire", SecretPaths::Fire)])?,
            events: events(node)?,
            custom_events: custom_events(node)?,
            debug: node.flag_at("debug").unwrap_or(false),
            ..Self::new(ShopDomain::parse(&text("shop")?)?, cmp)
        })
    }
}

/// The value of one of these words; the type's default where the key is absent.
fn word<N: Node, T: Copy + Default>(node: &N, key: &str, words: &[(&str, T)]) -> Option<T> {
    let Some(value) = node.get(key) else { return Some(T::default()) };
    let text = value.text()?;
    words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
}

/// The texts of a list, none where the key is absent. `key` may be a name of the shop's own, so it is no path.
fn texts<N: Node>(node: &N, key: &str) -> Option<Vec<String>> {
    let Some(list) = node.get(key) else { return Some(Vec::new()) };
    if !list.is_list() {
        return None;
    }
    (0..MOST).map_while(|index| list.item(index)).map(|item| item.text()).collect()
}

fn events<N: Node>(node: &N) -> Option<Table<Name, Vec<Leg>>> {
    let Some(table) = node.get("events") else { return Some(Table::default()) };
    table.keys().into_iter().map(|name| Some((Name::parse(&name)?, legs(&table, &name)?))).collect()
}

fn custom_events<N: Node>(node: &N) -> Option<Table<String, CustomEvent>> {
    let Some(table) = node.get("customEvents") else { return Some(Table::default()) };
    let entry = |own: String| {
        let custom = table.get(&own)?;
        let event = Name::parse(&custom.text_at("event")?)?;
        let to = legs(&custom, "to")?;
        Some((own, CustomEvent { event, to }))
    };
    table.keys().into_iter().map(entry).collect()
}

fn legs<N: Node>(node: &N, key: &str) -> Option<Vec<Leg>> {
    let leg = |text: String| match text.as_str() {
        "browser" => Some(Leg::Browser),
        "server" => Some(Leg::Server),
        _ => None,
    };
    texts(node, key)?.into_iter().map(leg).collect()
}
