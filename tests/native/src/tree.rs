//! What is asked, as the gate's tree: as src/pixel/src/tree.rs, but for who reads fractions.

use assent_gate::json::Json;
use assent_gate::node::Node;

pub(crate) struct Tree<'a>(pub(crate) &'a Json);

impl Node for Tree<'_> {
    fn get(&self, key: &str) -> Option<Self> {
        let (_, value) = self.0.members().iter().rfind(|(name, _)| name == key)?;
        (!matches!(value, Json::Null)).then_some(Self(value))
    }

    fn item(&self, index: usize) -> Option<Self> {
        if let Json::List(items) = self.0 { items.get(index).map(Tree) } else { None }
    }

    fn is_list(&self) -> bool {
        matches!(self.0, Json::List(_))
    }

    fn keys(&self) -> Option<Vec<String>> {
        let Json::Object(members) = self.0 else { return None };
        Some(members.iter().map(|(name, _)| name.clone()).collect())
    }

    fn text(&self) -> Option<String> {
        self.0.text().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        if let Json::Number(digits) = self.0 { digits.parse().ok() } else { None }
    }

    fn flag(&self) -> Option<bool> {
        self.0.flag()
    }
}
