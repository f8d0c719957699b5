//! JSON text of what the gate describes for serde. serde-wasm-bindgen would build a JavaScript
//! object field by field, and that for every type anew; text is less code (docs/size.md), and
//! `JSON.parse` makes an object of it in one call.

use std::fmt;

use assent_gate::hex::Hex;
use assent_gate::text::decimal;
use assent_gate::time::Timestamp;
use js_sys::JSON;
use serde::ser::{self, Impossible, Serialize};
use wasm_bindgen::JsValue;

/// One line, with the shapes that serde_json gives: absent is null, what is no number is null.
pub(crate) fn text<T: Serialize + ?Sized>(value: &T) -> String {
    let mut text = Text(String::new());
    match value.serialize(&mut text) {
        Ok(()) => text.0,
        Err(never) => match never {},
    }
}

struct Text(String);

impl Text {
    /// As `JSON.stringify` writes it.
    fn quoted(&mut self, text: &str) {
        self.0.push('"');
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escaped = match byte {
                b'"' | b'\\' => byte,
                8 => b'b',
                b'\t' => b't',
                b'\n' => b'n',
                12 => b'f',
                b'\r' => b'r',
                0..=31 => b'u',
                _ => continue,
            };
            self.0.push_str(text.get(from..at).unwrap_or_default());
            from = at + 1;
            self.0.push('\\');
            self.0.push(char::from(escaped));
            if escaped == b'u' {
                self.0.push_str("00");
                self.0.push_str(
                    Hex::<2>::of_bytes(&[byte]).as_ref().map(Hex::as_str).unwrap_or_default(),
                );
            }
        }
        self.0.push_str(text.get(from..).unwrap_or_default());
        self.0.push('"');
    }

    fn next(&mut self) {
        // A value's last character is never one of these.
        if !matches!(self.0.as_bytes().last(), Some(b'{' | b'[')) {
            self.0.push(',');
        }
    }

    fn member(&mut self, key: &'static str) {
        self.next();
        self.0.push('"');
        self.0.push_str(key); // a name of Rust's, so it needs no escaping
        self.0.push_str("\":");
    }
}

/// Writing cannot fail, and none of our types refuses to be written.
#[derive(Debug)]
pub(crate) enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Self {
        unreachable!("a type of the gate refused to be serialized")
    }
}

type Done = Result<(), Never>;

macro_rules! whole {
    ($($name:ident($kind:ty))*) => {
        $(fn $name(self, value: $kind) -> Done {
            self.serialize_i64(value.into())
        })*
    };
}

impl ser::Serializer for &mut Text {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeTuple = Impossible<(), Never>;
    type SerializeTupleStruct = Impossible<(), Never>;
    type SerializeTupleVariant = Impossible<(), Never>;
    type SerializeMap = Impossible<(), Never>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Never>;

    whole! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32)
    }

    fn serialize_i64(self, value: i64) -> Done {
        self.0.push_str(&Timestamp(value).text());
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Done {
        self.0.push_str(&decimal(value));
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Done {
        self.serialize_f64(value.into())
    }

    /// By JavaScript: Rust's own writer of fractions would weigh 10 KB.
    fn serialize_f64(self, value: f64) -> Done {
        let json = JSON::stringify(&JsValue::from_f64(value)).ok();
        self.0.extend(json.and_then(|json| json.as_string()));
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Done {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Done {
        self.quoted(value);
        Ok(())
    }

    fn serialize_none(self) -> Done {
        self.0.push_str("null");
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Never> {
        self.0.push('[');
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Never> {
        unused()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        self.0.push('{');
        Ok(self)
    }

    fn serialize_unit(self) -> Done {
        self.serialize_none()
    }

    fn serialize_char(self, _: char) -> Done {
        unused()
    }

    fn serialize_bytes(self, _: &[u8]) -> Done {
        unused()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        unused()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &str,
        _: u32,
        _: &str,
        _: &T,
    ) -> Done {
        unused()
    }

    fn serialize_tuple_struct(
        self,
        _: &str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Never> {
        unused()
    }

    fn serialize_tuple_variant(
        self,
        _: &str,
        _: u32,
        _: &str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Never> {
        unused()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Never> {
        unused()
    }

    fn serialize_struct_variant(
        self,
        _: &str,
        _: u32,
        _: &str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Never> {
        unused()
    }
}

/// What none of the gate's types has.
fn unused<T>() -> T {
    unreachable!("a shape that nothing in the gate is described by")
}

impl ser::SerializeSeq for &mut Text {
    type Ok = ();
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.next();
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        self.0.push(']');
        Ok(())
    }
}

impl ser::SerializeStruct for &mut Text {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Done {
        self.member(key);
        value.serialize(&mut **self)
    }

    fn end(self) -> Done {
        self.0.push('}');
        Ok(())
    }
}
