//! A JSON object that knows where it stands, so that a refusal can name the path.

use serde_json::{Map, Value};

use super::rules::Refusal;

/// A JSON object and where it stands, for messages of the form `data.0.properties.contents.1.price:
/// …`.
pub(super) struct Object<'a> {
    pub(super) path: String,
    pub(super) fields: &'a Map<String, Value>,
}

pub(super) fn object_at<'a>(
    value: &'a Value,
    path: &str,
) -> Result<&'a Map<String, Value>, Refusal> {
    value.as_object().ok_or_else(|| Refusal::new(40002, format!("{path}: Invalid input type.")))
}

impl<'a> Object<'a> {
    pub(super) fn wrong(&self, key: &str, what: impl AsRef<str>) -> Refusal {
        let dot = if self.path.is_empty() { "" } else { "." };
        Refusal::new(40002, format!("{}{dot}{key}: {}", self.path, what.as_ref()))
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>, Refusal> {
        let Some(value) = self.fields.get(key) else {
            return Ok(None);
        };
        value.as_str().map(Some).ok_or_else(|| self.wrong(key, "Not a valid string."))
    }

    pub(super) fn required(&self, key: &str) -> Result<&'a str, Refusal> {
        self.text(key)?.ok_or_else(|| self.wrong(key, "Missing data for required field."))
    }

    pub(super) fn number(&self, key: &str) -> Result<(), Refusal> {
        let fine = self.fields.get(key).is_none_or(Value::is_number);
        if fine { Ok(()) } else { Err(self.wrong(key, "Not a valid number.")) }
    }

    pub(super) fn integer(&self, key: &str) -> Result<(), Refusal> {
        let fine = self.fields.get(key).is_none_or(Value::is_i64);
        if fine { Ok(()) } else { Err(self.wrong(key, "Not a valid integer.")) }
    }

    pub(super) fn list(&self, key: &str) -> Result<&'a [Value], Refusal> {
        match self.fields.get(key) {
            None => Ok(&[]),
            Some(value) => value
                .as_array()
                .map(Vec::as_slice)
                .ok_or_else(|| self.wrong(key, "Not a valid list.")),
        }
    }

    pub(super) fn child(&self, key: &str) -> Result<Option<Object<'a>>, Refusal> {
        let path =
            if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        let Some(value) = self.fields.get(key) else {
            return Ok(None);
        };
        Ok(Some(Object { fields: object_at(value, &path)?, path }))
    }
}
