//! The one way in for a Shopify event: a tree that is read by path. In the browser it is what
//! [`crate::json`] has read, on the endpoint serde_json's. Only the paths in use are read, because a full
//! description of Shopify's payloads would be the heaviest part of the module.

use crate::text::{Text, split};

/// A value in a tree. Reading never fails: what is absent, null or of another type is `None`.
pub trait Node: Sized {
    fn get(&self, key: &str) -> Option<Self>;
    fn item(&self, index: usize) -> Option<Self>;
    fn is_list(&self) -> bool;
    /// The names of an object's members; `None` for a list and for anything else that is no object.
    fn keys(&self) -> Option<Vec<Text>>;
    fn text(&self) -> Option<Text>;
    fn number(&self) -> Option<f64>;
    /// A whole, positive number's decimal digits, where the tree has it exactly: JavaScript's end
    /// at 2^53, Shopify's ids need not.
    fn digits(&self) -> Option<Text> {
        None
    }
    /// Only a real boolean counts.
    fn flag(&self) -> Option<bool>;
    /// The reader could make nothing of this value. For a tree that tells what was lost.
    fn lost(&self) {}

    /// `path` is names joined by dots. A name that is not ours to know (it may hold a dot) goes to
    /// [`Node::get`].
    fn at(&self, path: &str) -> Option<Self> {
        let mut names = split(path, b'.');
        let first = self.get(names.next()?)?;
        names.try_fold(first, |node, name| node.get(name))
    }

    fn text_at(&self, path: &str) -> Option<Text> {
        self.at(path)?.text().filter(|text| !text.is_empty())
    }

    fn flag_at(&self, path: &str) -> Option<bool> {
        self.at(path)?.flag()
    }

    /// At most `most` elements of the array at `path`.
    fn items_at(&self, path: &str, most: usize) -> Vec<Self> {
        self.at(path)
            .map(|list| (0..most).map_while(|index| list.item(index)).collect())
            .unwrap_or_default()
    }
}

#[cfg(test)]
pub(crate) mod json {
    //! The tests' own tree.

    use super::{Node, Text};

    impl Node for serde_json::Value {
        fn get(&self, key: &str) -> Option<Self> {
            self.as_object()?.get(key).filter(|value| !value.is_null()).cloned()
        }

        fn item(&self, index: usize) -> Option<Self> {
            self.as_array()?.get(index).cloned()
        }

        fn is_list(&self) -> bool {
            self.is_array()
        }

        fn keys(&self) -> Option<Vec<Text>> {
            Some(self.as_object()?.keys().map(|key| key.as_str().into()).collect())
        }

        fn text(&self) -> Option<Text> {
            self.as_str().map(Text::from)
        }

        fn number(&self) -> Option<f64> {
            self.as_f64()
        }

        fn digits(&self) -> Option<Text> {
            self.as_u64().map(|number| number.to_string().into())
        }

        fn flag(&self) -> Option<bool> {
            self.as_bool()
        }
    }
}
