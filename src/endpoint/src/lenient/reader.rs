//! The reader itself: RFC 8259, where a value that is not of it counts as null.

use serde_json::{Map, Number, Value};

use super::lost_fields::LostFields;

/// Levels of nesting. An order has ten.
const DEEPEST: u8 = 32;
/// Values. An order of 500 lines has some 60,000. As a tree each takes many times its room in the
/// text (an object 640 bytes), and a shop's owner knows the secret that signs.
const MOST: u32 = 300_000;

pub(super) struct Read {
    pub(super) value: Value,
    pub(super) is_whole: bool,
    pub(super) lost: LostFields,
}

/// What stands behind the first value is not looked at.
pub(super) fn read(bytes: &[u8]) -> Read {
    let rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = Reader {
        bytes: rest,
        at: 0,
        names: Vec::new(),
        left: MOST,
        broken: false,
        lost: LostFields::default(),
    };
    let value = reader.value(DEEPEST);
    Read { value, is_whole: !reader.broken, lost: reader.lost }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The names of the members that are being read.
    names: Vec<String>,
    /// Values that may still come.
    left: u32,
    /// Where one value ends and the next begins can no longer be told.
    broken: bool,
    lost: LostFields,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let is_there = self.peek() == Some(wanted);
        self.at += usize::from(is_there);
        is_there
    }

    /// Also a NUL counts as blank.
    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r' | 0)) {
            self.at += 1;
        }
    }

    fn lose(&mut self) -> Value {
        self.lost.add(self.names.iter().map(String::as_str));
        Value::Null
    }

    fn value(&mut self, levels: u8) -> Value {
        self.blank();
        let next = self.peek().filter(|_| self.left > 0);
        self.left = self.left.saturating_sub(1);
        match next {
            None => {
                self.broken = true;
                Value::Null
            }
            Some(b'{' | b'[') if levels == 0 => {
                self.skip();
                self.lose()
            }
            Some(b'{') => self.object(levels - 1),
            Some(b'[') => self.list(levels - 1),
            Some(b'"') => self.string().map_or_else(|| self.lose(), Value::String),
            Some(_) => self.scalar(),
        }
    }

    fn object(&mut self, levels: u8) -> Value {
        let mut members = Map::new();
        self.at += 1;
        while !self.ends(b'}') {
            if self.peek() != Some(b'"') {
                self.broken = true;
                break;
            }
            let name = self.string();
            self.blank();
            if !self.take(b':') {
                self.broken = true;
                break;
            }
            self.names.push(name.clone().unwrap_or_default());
            let value = self.value(levels);
            match name {
                Some(name) => self.add(&mut members, name, value),
                None => _ = self.lose(),
            }
            self.names.pop();
            self.separate(b'}');
        }
        Value::Object(members)
    }

    /// Of two values under one name nobody knows which was meant.
    fn add(&mut self, members: &mut Map<String, Value>, name: String, value: Value) {
        if members.get(&name).is_some_and(|known| *known != value) {
            let nothing = self.lose();
            members.insert(name, nothing);
        } else {
            members.insert(name, value);
        }
    }

    fn list(&mut self, levels: u8) -> Value {
        let mut items = Vec::new();
        self.at += 1;
        while !self.ends(b']') {
            items.push(self.value(levels));
            self.separate(b']');
        }
        Value::Array(items)
    }

    /// Commas too many are forgiven.
    fn ends(&mut self, end: u8) -> bool {
        self.blank();
        while self.take(b',') {
            self.blank();
        }
        self.broken |= self.peek().is_none();
        self.broken || self.take(end)
    }

    /// Behind a member there is a comma or the end.
    fn separate(&mut self, end: u8) {
        self.blank();
        self.broken |= !matches!(self.peek(), Some(byte) if byte == b',' || byte == end);
    }

    /// Reads over an object or a list, however deep it is.
    fn skip(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.peek() {
                None => return self.broken = true,
                Some(b'{' | b'[') => open += 1,
                Some(b'}' | b']') => open -= 1,
                Some(b'"') => {
                    self.string();
                    continue;
                }
                Some(_) => {}
            }
            self.at += 1;
            if open == 0 {
                return;
            }
        }
    }

    /// `None`: it ends, and is no text.
    fn string(&mut self) -> Option<String> {
        self.at += 1;
        let from = self.at;
        loop {
            match self.peek() {
                None => {
                    self.broken = true;
                    return None;
                }
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
            }
        }
        let raw = self.bytes.get(from..self.at)?;
        self.at += 1;
        unescaped(std::str::from_utf8(raw).ok()?)
    }

    fn scalar(&mut self) -> Value {
        let from = self.at;
        while self.peek().is_some_and(|byte| !b",:{}[]\" \t\n\r\0".contains(&byte)) {
            self.at += 1;
        }
        match self.bytes.get(from..self.at).unwrap_or_default() {
            b"null" => Value::Null,
            b"true" => Value::Bool(true),
            b"false" => Value::Bool(false),
            other => {
                serde_json::from_slice::<Number>(other).map_or_else(|_| self.lose(), Value::Number)
            }
        }
    }
}

/// `None` for an escape that is none, half of a surrogate pair, or a NUL. Other control characters
/// may stand as they are.
fn unescaped(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        text.push_str(plain);
        let sign = escaped.chars().next()?;
        rest = &escaped[sign.len_utf8()..];
        text.push(match sign {
            '"' | '\\' | '/' => sign,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => code_point(&mut rest)?,
            _ => return None,
        });
    }
    text.push_str(rest);
    (!text.contains('\0')).then_some(text)
}

/// Four hex digits, or two times four for what lies beyond the basic plane.
fn code_point(rest: &mut &str) -> Option<char> {
    let first = code_unit(rest)?;
    let mut units = vec![first];
    if (0xD800..0xDC00).contains(&first) {
        *rest = rest.strip_prefix("\\u")?;
        units.push(code_unit(rest)?);
    }
    char::decode_utf16(units).next()?.ok()
}

fn code_unit(rest: &mut &str) -> Option<u16> {
    let (digits, behind) = rest.split_at_checked(4)?;
    *rest = behind;
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}

#[cfg(test)]
mod tests;
