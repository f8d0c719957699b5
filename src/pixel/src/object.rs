//! A JavaScript object as the gate's tree. A getter that throws is read as absent.

use assent_gate::node::Node;
use js_sys::Reflect;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// As js-sys's own, which throws for a proxy that has been revoked.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> Result<bool, JsValue>;
}

pub(crate) struct Object(pub(crate) JsValue);

impl Node for Object {
    fn get(&self, key: &str) -> Option<Self> {
        let value =
            Reflect::get(self.0.dyn_ref::<js_sys::Object>()?, &JsValue::from_str(key)).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(Self(value))
    }

    fn item(&self, index: usize) -> Option<Self> {
        let length = self.is_list().then(|| self.get("length"))??.number()?;
        let index = f64::from(u32::try_from(index).ok()?);
        (index < length).then(|| Reflect::get(&self.0, &JsValue::from_f64(index)).ok().map(Self))?
    }

    fn is_list(&self) -> bool {
        is_array(&self.0).unwrap_or(false)
    }

    fn keys(&self) -> Option<Vec<String>> {
        let object = self.0.dyn_ref::<js_sys::Object>().filter(|_| !self.is_list())?;
        Some(js_sys::Object::keys(object).iter().filter_map(|key| key.as_string()).collect())
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn flag(&self) -> Option<bool> {
        self.0.as_bool()
    }
}
