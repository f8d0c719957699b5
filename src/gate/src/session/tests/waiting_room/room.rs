//! The room itself: a few lines without a word about consent, as in JavaScript.

use serde_json::{Value, json};

use super::super::world::Tab;
use crate::door;
use crate::jar::{Jar, Stored};
use crate::plan::Plan;
use crate::time::Timestamp;

/// Keys of localStorage that show that there was a grant.
pub(super) const TRACES: [&str; 4] =
    ["assent.fired", "assent.outbox", "assent.bridge", "assent.withdrawn"];

/// What the room does about a device that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// It opens: the module is there already.
    Pasted,
    /// It looks again later: a request would leave without anybody's leave.
    Hosted,
}

/// When the room looks at the device, besides at its start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Looks {
    AtSignals,
    /// At events too.
    AtAll,
}

#[derive(Debug, Clone)]
pub(super) struct Room {
    form: Form,
    looks: Looks,
    /// Shopify's last word, as `{"customerPrivacy": …}`.
    privacy: Value,
    /// The device as it was last seen.
    jar: Value,
    /// What was heard, as questions to the session.
    heard: Vec<Value>,
}

impl Room {
    pub(super) fn new(form: Form, looks: Looks, privacy: Value, jar: &Jar) -> Self {
        Self { form, looks, privacy, jar: told(jar), heard: Vec::new() }
    }

    /// `heard` is `{"event": …}`, `{"privacy": …}` or `{"bridge": …}`.
    pub(super) fn hears(&mut self, heard: &Value, jar: &Jar, now: Timestamp) {
        if let Some(privacy) = heard.get("privacy") {
            self.privacy = privacy.clone();
        }
        if self.looks == Looks::AtAll || heard.get("event").is_none() {
            self.jar = told(jar);
        }
        self.heard.push(json!({"do": "recall", "heard": heard, "jar": self.jar, "now": now.0}));
    }

    pub(super) fn is_open(&self) -> bool {
        let privacy = &self.privacy["customerPrivacy"];
        let is_permitted =
            privacy["marketingAllowed"] == true && privacy["saleOfDataAllowed"] == true;
        let cookies = self.jar["cookie"].as_str().unwrap_or_default();
        let is_ours = |pair: &str| {
            let (name, _) = pair.split_once('=').unwrap_or_default();
            ["_assent", "_assent_c"].contains(&name)
        };
        let storage = &self.jar["storage"];
        let is_left = |key: &&str| storage[*key].as_str().is_some_and(|text| !text.is_empty());
        let is_blind =
            self.jar["cookie"] == false || TRACES.iter().any(|key| storage[*key] == false);
        is_permitted
            || cookies.split("; ").any(is_ours)
            || TRACES.iter().any(is_left)
            || (is_blind && self.form == Form::Pasted)
    }

    /// The session comes, and is told of everything. Nothing may come of that but words.
    pub(super) fn tells(&self, tab: &mut Tab) {
        for question in &self.heard {
            let Plan { acts, .. } = door::ask(&mut tab.session, question);
            assert!(acts.is_empty(), "what is recalled is not acted upon: {acts:?}");
        }
    }
}

/// A jar as the shell hands it over; the room reads no more of it than the traces.
fn told(jar: &Jar) -> Value {
    let value = |key: &str| match jar.stored(key) {
        Stored::Unreadable => json!(false),
        Stored::Absent => json!(null),
        Stored::Text(text) => json!(text),
    };
    let storage = TRACES.iter().map(|key| ((*key).to_owned(), value(key))).collect();
    json!({"cookie": jar.cookie.as_ref().map_or(json!(false), |text| json!(text)),
        "storage": Value::Object(storage)})
}
