//! JSON from outside, read so that what cannot be read costs no more than its own field: half an
//! emoji, bytes that are no UTF-8, NUL, a number out of range or cut off, a depth that nothing of
//! Shopify's has, a name that stands twice with two values. What was lost is named.

mod lost_fields;
mod reader;

use std::cell::RefCell;

use assent_gate::node::Node;
use assent_gate::order::{Money, Order, Sold};
use assent_gate::shopify;
use assent_gate::text::Text;
use assent_gate::time::Timestamp;
use serde_json::Value;

pub(crate) use self::lost_fields::LostFields;
use crate::tree::Tree;

/// What could be read of a body.
pub(crate) struct Body {
    pub(crate) value: Value,
    /// `false`: it breaks off or is no JSON at all; `value` is what was read up to there.
    pub(crate) is_whole: bool,
    lost: RefCell<LostFields>,
}

impl Body {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let reader::Read { value, is_whole, lost } = reader::read(bytes);
        Self { value, is_whole, lost: RefCell::new(lost) }
    }

    /// As the gate reads it; what the gate can make nothing of is noted.
    pub(crate) fn tree(&self) -> NotedTree<'_> {
        NotedTree { value: &self.value, place: String::new(), lost: &self.lost }
    }

    /// An order. One of which nobody can tell whether it is a test is one.
    pub(crate) fn order(&self, money: Money, came_at: Timestamp) -> Option<Order> {
        let order = shopify::order(&self.tree(), money, came_at)?;
        let is_unsure = self.lost.borrow().has("test");
        Some(if is_unsure { Order { sold: Sold::Test, ..order } } else { order })
    }

    /// What was lost so far, in the reading of JSON and in that of the gate.
    pub(crate) fn lost(self) -> LostFields {
        self.lost.into_inner()
    }
}

pub(crate) struct NotedTree<'a> {
    value: &'a Value,
    /// The names that lead here, joined by dots; places in lists are left out.
    place: String,
    lost: &'a RefCell<LostFields>,
}

impl Node for NotedTree<'_> {
    fn get(&self, key: &str) -> Option<Self> {
        let Tree(value) = Tree(self.value).get(key)?;
        let place = if self.place.is_empty() {
            key.to_owned()
        } else {
            [self.place.as_str(), key].join(".")
        };
        Some(Self { value, place, lost: self.lost })
    }

    fn item(&self, index: usize) -> Option<Self> {
        let Tree(value) = Tree(self.value).item(index)?;
        Some(Self { value, place: self.place.clone(), lost: self.lost })
    }

    fn is_list(&self) -> bool {
        Tree(self.value).is_list()
    }

    fn keys(&self) -> Option<Vec<Text>> {
        Tree(self.value).keys()
    }

    fn text(&self) -> Option<Text> {
        Tree(self.value).text()
    }

    fn number(&self) -> Option<f64> {
        Tree(self.value).number()
    }

    fn digits(&self) -> Option<Text> {
        Tree(self.value).digits()
    }

    fn flag(&self) -> Option<bool> {
        Tree(self.value).flag()
    }

    fn lost(&self) {
        self.lost.borrow_mut().add(self.place.split('.'));
    }
}
