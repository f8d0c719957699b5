//! A question as it comes from the test, read by serde_json: not by the gate's own reader of JSON,
//! which is compared with it here.

use std::fmt;

use assent_gate::node::Node;
use assent_gate::text::Text;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

#[derive(Debug, Clone)]
pub(crate) enum Tree {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Tree>),
    /// In JavaScript's order, which is also the order of the device's keys.
    Object(Vec<(String, Tree)>),
}

impl Node for Tree {
    fn get(&self, key: &str) -> Option<Self> {
        let Self::Object(members) = self else { return None };
        let (_, value) = members.iter().find(|(name, _)| name == key)?;
        (!matches!(value, Self::Null)).then(|| value.clone())
    }

    fn item(&self, index: usize) -> Option<Self> {
        if let Self::List(items) = self { items.get(index).cloned() } else { None }
    }

    fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    fn keys(&self) -> Option<Vec<Text>> {
        let Self::Object(members) = self else { return None };
        Some(members.iter().map(|(name, _)| name.as_str().into()).collect())
    }

    fn text(&self) -> Option<Text> {
        if let Self::Text(text) = self { Some(text.as_str().into()) } else { None }
    }

    fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    fn flag(&self) -> Option<bool> {
        if let Self::Flag(flag) = self { Some(*flag) } else { None }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Tree, E> {
        Ok(Tree::Flag(flag))
    }

    #[expect(clippy::cast_precision_loss, reason = "JavaScript's numbers are these")]
    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "JavaScript's numbers are these")]
    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Tree, E> {
        Ok(Tree::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Tree, A::Error> {
        let mut object: Vec<(String, Tree)> = Vec::new();
        while let Some((name, value)) = members.next_entry::<String, Tree>()? {
            match object.iter_mut().find(|(known, _)| *known == name) {
                Some((_, first)) => *first = value, // as JSON.parse: the last one counts, where the first one stood
                None => object.push((name, value)),
            }
        }
        Ok(Tree::Object(object))
    }
}
