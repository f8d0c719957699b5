//! What the shell asks, as the gate's tree.

use assent_gate::json::Json;
use assent_gate::node::Node;
use assent_gate::text::Text;
use js_sys::Number;

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

    fn keys(&self) -> Option<Vec<Text>> {
        let Json::Object(members) = self.0 else { return None };
        Some(members.iter().map(|(name, _)| name.clone()).collect())
    }

    fn text(&self) -> Option<Text> {
        self.0.text().map(Text::from)
    }

    /// By JavaScript: Rust's own reader of fractions would weigh 10 KB.
    fn number(&self) -> Option<f64> {
        if let Json::Number(digits) = self.0 { Some(Number::parse_float(digits)) } else { None }
    }

    fn flag(&self) -> Option<bool> {
        self.0.flag()
    }
}
