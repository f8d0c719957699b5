use assent_gate::beacon::Client;
use assent_gate::jar::{Jar, Stored};
use assent_gate::node::Node as _;
use assent_gate::plan::Plan;
use assent_gate::session::{Cleanable, EndpointAnswer, Host, Session};
use assent_gate::settings::Settings;
use assent_gate::shopify;
use assent_gate::time::Timestamp;
use js_sys::Reflect;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::json;
use crate::object::Object;

/// One page view. Every method but the constructor returns a plan: `{acts: […], said: […]}`
/// (`assent_gate::plan`).
#[wasm_bindgen]
#[derive(Debug)]
pub struct Pixel {
    session: Session<Browser>,
}

#[wasm_bindgen]
impl Pixel {
    /// `settings` is the JSON text on top of the snippet, `init` Shopify's own, `kind` `custom`,
    /// `app` or `npm`, `gpc` `navigator.globalPrivacyControl` (undefined where it cannot be read).
    /// Settings that cannot be read are the only error.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &str, init: JsValue, kind: &str, gpc: &JsValue) -> Result<Pixel, JsValue> {
        let unreadable = || JsValue::from_str("its settings cannot be read; print them again");
        let value = js_sys::JSON::parse(settings).map_err(|_| unreadable())?;
        let parsed = Settings::read(&Object(value)).ok_or_else(unreadable)?;
        let client = Client {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kind: kind.to_owned(),
            settings: Some(Settings::hash(settings)),
        };
        let start = shopify::start(&Object(init));
        Ok(Self { session: Session::new(Browser, parsed, client, start, gpc.as_bool()) })
    }

    /// `[url, referrer]` the frame is to have before TikTok's script may run in it.
    pub fn address(&self) -> JsValue {
        serde_wasm_bindgen::to_value(&self.session.address()).unwrap_or(JsValue::NULL)
    }

    /// How much of the address the browser let us change: `path`, `query`, anything else is
    /// nothing.
    pub fn cleaned(&mut self, what: &str) {
        self.session.cleaned(match what {
            "path" => Cleanable::Path,
            "query" => Cleanable::Query,
            _ => Cleanable::Nothing,
        });
    }

    /// The keys of localStorage that a jar must hold, a line each. One that ends with `*` stands
    /// for every key that begins so.
    pub fn keys(&self) -> String {
        self.session.storage_keys()
    }

    /// `jar` is `{cookie, storage: {key: …}}`, read just now: text, or null where there is none, or
    /// undefined where it could not be read; `now` is in milliseconds.
    pub fn begin(&mut self, jar: &JsValue, now: f64) -> JsValue {
        to_js(&self.session.begin(&read_jar(jar), seconds(now)))
    }

    /// A Shopify event. One that cannot be read is refused: the plan does nothing and says why.
    pub fn heard(&mut self, event: JsValue, jar: &JsValue, now: f64) -> JsValue {
        let plan = match shopify::event(&Object(event)) {
            Ok(Some(event)) => self.session.heard(event, &read_jar(jar), seconds(now)),
            Ok(None) => Plan::default(),
            Err(malformed) => self.session.refused(malformed),
        };
        to_js(&plan)
    }

    /// Shopify's `visitorConsentCollected`, as soon as it comes and before the device is read:
    /// whatever is decided from now on is decided by it.
    pub fn heed(&mut self, privacy: JsValue) {
        self.session.heed(shopify::privacy(&Object(privacy), true));
    }

    /// The bridge's `assent:consent`, as soon as it comes: as [`Pixel::heed`].
    pub fn heed_bridge(&mut self, event: JsValue) {
        self.session.heed_bridge(shopify::published(&Object(event)));
    }

    /// Carries out what was heeded.
    pub fn signalled(&mut self, jar: &JsValue, now: f64) -> JsValue {
        to_js(&self.session.signalled(&read_jar(jar), seconds(now)))
    }

    /// What came of the request `key`: its HTTP status, or 0 where there was no answer; Retry-After
    /// in seconds.
    pub fn answered(
        &mut self,
        key: &str,
        status: u16,
        retry_after: Option<f64>,
        jar: &JsValue,
        now: f64,
    ) -> JsValue {
        let answer = if status == 0 {
            EndpointAnswer::Lost
        } else {
            EndpointAnswer::Status(status, retry_after.map(whole))
        };
        to_js(&self.session.answered(key, answer, &read_jar(jar), seconds(now)))
    }

    /// The time a `wake` asked for has come.
    pub fn woken(&mut self, jar: &JsValue, now: f64) -> JsValue {
        to_js(&self.session.woken(&read_jar(jar), seconds(now)))
    }
}

/// `undefined` could not be read; `null` was read, and is not there.
fn read_jar(jar: &JsValue) -> Jar {
    let get = |from: &JsValue, key: &str| {
        Reflect::get(from, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
    };
    let storage = get(jar, "storage");
    let stored = |key: String| {
        let value = get(&storage, &key);
        let stored = match value.as_string() {
            Some(text) => Stored::Text(text),
            None if value.is_null() => Stored::Absent,
            None => Stored::Unreadable,
        };
        (key, stored)
    };
    let keys = Object(storage.clone()).keys().unwrap_or_default();
    Jar { cookie: get(jar, "cookie").as_string(), storage: keys.into_iter().map(stored).collect() }
}

fn seconds(milliseconds: f64) -> Timestamp {
    Timestamp(whole(milliseconds / 1000.0))
}

/// The nearest whole number below; the cast saturates, and a NaN is 0.
#[expect(
    clippy::cast_possible_truncation,
    reason = "saturating is what is wanted of a stranger's number"
)]
fn whole(number: f64) -> i64 {
    number.floor() as i64
}

fn to_js(plan: &Plan) -> JsValue {
    js_sys::JSON::parse(&json::text(plan)).unwrap_or(JsValue::NULL)
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

    fn lower(&self, text: &str) -> String {
        String::from(js_sys::JsString::from(text).to_lower_case())
    }

    fn json<T: Serialize>(&self, value: &T) -> Option<String> {
        Some(json::text(value))
    }
}
