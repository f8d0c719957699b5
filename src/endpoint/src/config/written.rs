//! What stands in the file, and on which line: every key that nobody knows and every value of
//! another type is a fault, and the rest is read all the same.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize as _;
use serde_json::Value as Schema;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Deserializer};

use super::did_you_mean::question;
use super::fault::{Fault, Place};
use super::file::File;
use super::schema::schema;
use super::syntax;

/// The file's keys with their lines, and what is wrong so far.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// By the key's path, with dots between; an entry of a list has its number.
    lines: BTreeMap<String, usize>,
    /// Keys whose value was of another type. That they are missing now is not said as well.
    mistyped: Vec<String>,
    faults: Vec<Fault>,
}

impl Written {
    /// `Err` where it is no TOML.
    pub(super) fn read(text: &str) -> Result<(File, Self), Vec<Fault>> {
        let (mut document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(syntax::faults(text, &errors));
        }
        let mut walk = Walk { text, written: Self::default() };
        walk.table(document.get_mut(), schema(), "");
        let mut written = walk.written;
        match File::deserialize(Deserializer::from(document)) {
            Ok(file) => Ok((file, written)),
            // The walk has taken out what this could refuse but for numbers of more than 64 bits.
            Err(error) => {
                let place = syntax::point(text, error.span());
                written.faults.push(Fault::at(place, "another value is expected here"));
                Err(written.faults)
            }
        }
    }

    /// A fault of this key, or of what is missing there.
    pub(super) fn fault(&mut self, key: &str, what: String) {
        if !self.mistyped.iter().any(|own| own == key) {
            let place = self.line(key).map_or(Place::Nowhere, Place::Line);
            self.faults.push(Fault { place, what });
        }
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Of the key, else of the table in which it would stand.
    fn line(&self, key: &str) -> Option<usize> {
        let mut key = key;
        loop {
            if let Some(line) = self.lines.get(key) {
                return Some(*line);
            }
            (key, _) = key.rsplit_once('.')?;
        }
    }
}

struct Walk<'a> {
    text: &'a str,
    written: Written,
}

impl Walk<'_> {
    /// Takes out of it what cannot be read.
    fn table(&mut self, table: &mut DeTable<'_>, schema: &Schema, path: &str) {
        let known = schema["properties"].as_object();
        let mut faulty = Vec::new();
        for (key, value) in table.iter_mut() {
            let name = key.get_ref().as_ref();
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let own = known
                .and_then(|known| known.get(name))
                .or_else(|| schema.get("additionalProperties").filter(|own| own.is_object()));
            let place = syntax::point(self.text, Some(key.span()));
            if let Place::Point(line, _) = place {
                self.written.lines.entry(path.clone()).or_insert(line);
            }
            let Some(own) = own else {
                let names = known.into_iter().flatten().map(|(name, _)| name.as_str());
                let what = format!("{path}: unknown key{}", unknown(name, names));
                self.written.faults.push(Fault::at(place, what));
                faulty.push(name.to_owned());
                continue;
            };
            if !self.value(value, own, &path) {
                faulty.push(name.to_owned());
            }
        }
        for name in &faulty {
            table.remove(name.as_str());
        }
    }

    /// Whether it can be read; if not, that has been said.
    fn value(&mut self, value: &mut Spanned<DeValue<'_>>, schema: &Schema, path: &str) -> bool {
        let (span, expected) = (value.span(), schema["type"].as_str().unwrap_or_default());
        match (value.get_mut(), expected) {
            (DeValue::Table(table), "object") => self.table(table, schema, path),
            (DeValue::Array(list), "array") => return self.list(list, &schema["items"], path),
            (DeValue::String(_), "string")
            | (DeValue::Integer(_), "integer")
            | (DeValue::Boolean(_), "boolean") => {}
            (
                DeValue::Table(_)
                | DeValue::Array(_)
                | DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Boolean(_)
                | DeValue::Float(_)
                | DeValue::Datetime(_),
                _,
            ) => {
                self.mistyped(span, expected, path);
                return false;
            }
        }
        true
    }

    /// Where one entry cannot be read, the list is not.
    fn list(&mut self, list: &mut DeArray<'_>, schema: &Schema, path: &str) -> bool {
        let mut is_read = true;
        for (n, value) in list.iter_mut().enumerate() {
            let path = format!("{path}.{n}");
            if let Place::Point(line, _) = syntax::point(self.text, Some(value.span())) {
                self.written.lines.entry(path.clone()).or_insert(line);
            }
            is_read &= self.value(value, schema, &path);
        }
        if !is_read {
            self.written.mistyped.push(path.to_owned());
        }
        is_read
    }

    fn mistyped(&mut self, span: Range<usize>, expected: &str, path: &str) {
        let expected = match expected {
            "string" => "text, in quotes",
            "array" => "a list, in [ ]",
            "boolean" => "true or false",
            "integer" => "a whole number",
            "object" => "a table",
            other => other,
        };
        let what = format!("{path}: {expected} is expected here");
        self.written.faults.push(Fault::at(syntax::point(self.text, Some(span)), what));
        self.written.mistyped.push(path.to_owned());
    }
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let question = question(name, known);
    if question.is_empty() { "; is it in the wrong section?".to_owned() } else { question }
}
