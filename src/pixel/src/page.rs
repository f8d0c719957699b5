//! The page view that this instance of the module serves.

use std::cell::Cell;

use assent_gate::door;
use assent_gate::json::Json;
use assent_gate::session::{Host, Session};
use assent_gate::settings::Settings;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::json;
use crate::tree::Tree;

thread_local! {
    /// It lives as long as the page, so it is never freed: 380 bytes of the pasted text.
    static PAGE: Cell<Option<&'static mut Session<Browser>>> = const { Cell::new(None) };
}

/// Begins the page view. `settings` is the object on top of the snippet, `start` JSON of how the page
/// began ([`door::open`]). Gives the keys of localStorage that a jar must hold, a line each; one that
/// ends with `*` stands for every key that begins so. Settings that cannot be read are the only
/// error.
#[wasm_bindgen]
pub fn open(settings: &JsValue, start: &str) -> Result<JsValue, JsValue> {
    begun(settings, start)
        .and_then(|keys| serde_wasm_bindgen::to_value(&keys).ok())
        .ok_or_else(|| JsValue::from_str("its settings cannot be read; print them again"))
}

fn begun(settings: &JsValue, start: &str) -> Option<String> {
    let text = js_sys::JSON::stringify(settings).ok()?.as_string()?;
    let settings = Settings::read(&Tree(&Json::question(&text)?))?;
    let start = Json::question(start)?;
    let session = door::open(Browser, settings, &text, &Tree(&start));
    let keys = session.storage_keys();
    PAGE.set(Some(Box::leak(Box::new(session))));
    Some(keys)
}

/// A question of the door ([`door::ask`]) and its answer, the plan: both are JSON. The answer is empty
/// before the page view has begun, and where the question cannot be read.
#[wasm_bindgen(js_name = ask)]
#[expect(unreachable_pub, reason = "of JavaScript only: see `look`")]
pub fn asked(question: &str) -> JsValue {
    #[cfg(target_arch = "wasm32")]
    // SAFETY: only JavaScript can name this function, and no question is asked within another.
    unsafe {
        crate::BLOCKS.look(question);
    }
    ask(question)
}

/// [`asked`], for tests in Rust: what is handed out meanwhile stays so.
pub fn ask(question: &str) -> JsValue {
    JsValue::from_str(&answer(question).unwrap_or_default())
}

fn answer(question: &str) -> Option<String> {
    let question = Json::question(question)?;
    let session = PAGE.take()?;
    let answer = json::text(&door::ask(session, &Tree(&question)));
    PAGE.set(Some(session));
    Some(answer)
}

/// What the browser lends the gate.
#[derive(Debug)]
struct Browser;

impl Host for Browser {
    fn random(&mut self) -> Option<[u8; 16]> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).ok()?;
        Some(bytes)
    }

    fn fold(&self, text: &str) -> String {
        String::from(js_sys::JsString::from(text).normalize("NFKC").to_lower_case())
    }

    fn json<T: Serialize>(&self, value: &T) -> Option<String> {
        Some(json::text(value))
    }
}
