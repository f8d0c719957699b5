//! What the native machine lends the gate. JSON is written to the letter as JavaScript writes it,
//! because a beacon is split and held back by the length of its text.

use std::io;

use assent_gate::session::Host;
use assent_gate::tiktok::person::native_fold;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// A machine whose dice are loaded: they show what the case says, then nothing more.
#[derive(Debug)]
pub(crate) struct Machine {
    dice: std::vec::IntoIter<[u8; 16]>,
}

impl Machine {
    pub(crate) fn new(dice: Vec<[u8; 16]>) -> Self {
        Self { dice: dice.into_iter() }
    }
}

impl Host for Machine {
    fn random(&mut self) -> Option<[u8; 16]> {
        self.dice.next()
    }

    fn fold(&self, text: &str) -> String {
        native_fold(text)
    }

    fn json<T: Serialize>(&self, value: &T) -> Option<String> {
        Some(json(value))
    }
}

/// As `JSON.stringify` writes it.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    let mut bytes = Vec::new();
    value
        .serialize(&mut Serializer::with_formatter(&mut bytes, JavaScript))
        .expect("the gate's types can be written");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

struct JavaScript;

impl Formatter for JavaScript {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(ryu_js::Buffer::new().format(value).as_bytes())
    }
}
