use assent_gate::node::Node;
use assent_gate::text::Text;
use serde_json::Value;

/// Parsed JSON as the gate reads it.
pub(crate) struct Tree<'a>(pub(crate) &'a Value);

impl Node for Tree<'_> {
    fn get(&self, key: &str) -> Option<Self> {
        self.0.get(key).filter(|value| !value.is_null()).map(Self)
    }

    fn item(&self, index: usize) -> Option<Self> {
        self.0.get(index).map(Self)
    }

    fn is_list(&self) -> bool {
        self.0.is_array()
    }

    fn keys(&self) -> Option<Vec<Text>> {
        Some(self.0.as_object()?.keys().map(|key| key.as_str().into()).collect())
    }

    fn text(&self) -> Option<Text> {
        self.0.as_str().map(Text::from)
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn digits(&self) -> Option<Text> {
        self.0.as_u64().map(|number| number.to_string().into())
    }

    fn flag(&self) -> Option<bool> {
        self.0.as_bool()
    }
}
