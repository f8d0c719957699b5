//! JSON (RFC 8259), read strictly: of a consent record, of which nothing may be guessed, and of what
//! the browser's shell asks.

use crate::text::{Text, cut};
use crate::time::Timestamp;

/// A JSON value. Members keep their order and may stand twice: a reader must see both, because the
/// denial wins.
#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub enum Json {
    Null,
    Bool(bool),
    /// As it is written: reading a fraction would be the heaviest part of this reader, and every
    /// shell has one of its own.
    Number(Text),
    Text(Text),
    List(Vec<Json>),
    Object(Vec<(Text, Json)>),
}

/// Levels of nesting that any record needs, and more.
const RECORD: u8 = 12;
/// Levels of nesting that are read of a question: what is used of Shopify's events stands ten deep.
const QUESTION: u8 = 64;

impl Json {
    /// A record. `None` for anything that is not one whole JSON value, or is nested too deeply.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text, RECORD, None)
    }

    /// A question of the shell, as `JSON.stringify` writes it. There may be anything of Shopify's or
    /// the shop's in it, which must not take the rest along: what is nested too deeply is null, and
    /// half of a surrogate pair is U+FFFD, as it is wherever JavaScript encodes a text.
    pub fn question(text: &str) -> Option<Self> {
        Self::read(text, QUESTION, Some(char::REPLACEMENT_CHARACTER))
    }

    fn read(text: &str, levels: u8, half: Option<char>) -> Option<Self> {
        let mut parser = Parser { text, at: 0, half };
        let value = parser.value(levels)?;
        parser.blank();
        (parser.at == text.len()).then_some(value)
    }

    /// Shows every value at `path` (names joined by dots, or one name with a dot in it; an empty
    /// path is the value itself),
    /// members that stand twice included.
    pub fn each(&self, path: &str, see: &mut dyn FnMut(&Self)) {
        if path.is_empty() {
            return see(self);
        }
        let (name, rest) = cut(path, b'.').unwrap_or((path, ""));
        for (key, value) in self.members() {
            if key == name {
                value.each(rest, see);
            } else if key == path {
                see(value);
            }
        }
    }

    /// A name stands twice in one object. Readers differ in which of them counts, so nothing that
    /// it says can be a yes.
    pub fn is_doubled(&self) -> bool {
        match self {
            Self::Object(members) => members.iter().enumerate().any(|(at, (name, value))| {
                members.iter().take(at).any(|(other, _)| other == name) || value.is_doubled()
            }),
            Self::List(items) => items.iter().any(Self::is_doubled),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => false,
        }
    }

    /// The members of an object; none for anything else.
    pub fn members(&self) -> &[(Text, Self)] {
        if let Self::Object(members) = self { members } else { &[] }
    }

    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The boolean at `path`; where it stands there twice, `false` wins.
    pub fn flag_at(&self, path: &str) -> Option<bool> {
        let (mut on, mut off, mut odd) = (false, false, false);
        self.each(path, &mut |value| match value.flag() {
            Some(true) => on = true,
            Some(false) => off = true,
            None => odd = true,
        });
        if off { Some(false) } else { (on && !odd).then_some(true) }
    }

    pub fn flag(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// The text at `path`; none where it stands there twice.
    pub fn text_at(&self, path: &str) -> Option<Text> {
        let (mut found, mut count) = (None, 0);
        self.each(path, &mut |value| {
            count += 1;
            found = value.text().map(Text::from);
        });
        if count == 1 { found } else { None }
    }

    /// The whole number at `path`; none where it stands there twice.
    pub fn number_at(&self, path: &str) -> Option<i64> {
        let (mut found, mut count) = (None, 0);
        self.each(path, &mut |value| {
            count += 1;
            found = value.whole();
        });
        if count == 1 { found } else { None }
    }

    /// A whole number of at most 18 digits; any other is none.
    pub fn whole(&self) -> Option<i64> {
        let Self::Number(digits) = self else { return None };
        if digits.len() > 18 {
            return None;
        }
        Timestamp::of_text(digits).map(|number| number.0)
    }

    /// Shows the items of every list at `path`, of one that is written as text too.
    pub fn lists(&self, path: &str, see: &mut dyn FnMut(&[Self])) {
        self.each(path, &mut |value| match value {
            Self::List(items) => see(items),
            Self::Text(text) => {
                if let Some(Self::List(items)) = Self::parse(text) {
                    see(&items);
                }
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Object(_) => {}
        });
    }

    /// Shows every text in the lists at `path`.
    pub fn names(&self, path: &str, see: &mut dyn FnMut(&str)) {
        self.lists(path, &mut |items| items.iter().filter_map(Self::text).for_each(&mut *see));
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// What stands for half of a surrogate pair. Without it the text is refused, and so is what is
    /// nested too deeply.
    half: Option<char>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        let fits = self.text.as_bytes().get(self.at..self.at + word.len())? == word.as_bytes();
        self.at += word.len();
        fits.then_some(value)
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, levels: u8) -> Option<Json> {
        self.blank();
        match self.peek()? {
            b'{' | b'[' if levels == 0 => self.skip(),
            b'{' => self.object(levels - 1),
            b'[' => self.list(levels - 1),
            b'"' => self.string().map(Json::Text),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'n' => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, levels: u8) -> Option<Json> {
        let mut members = Vec::new();
        self.sequence(b'}', |parser| {
            parser.blank();
            let key = parser.string()?;
            parser.blank();
            parser.take(b':')?;
            members.push((key, parser.value(levels)?));
            Some(())
        })?;
        Some(Json::Object(members))
    }

    fn list(&mut self, levels: u8) -> Option<Json> {
        let mut items = Vec::new();
        self.sequence(b']', |parser| {
            items.push(parser.value(levels)?);
            Some(())
        })?;
        Some(Json::List(items))
    }

    /// Reads over an object or a list, however deep it is.
    fn skip(&mut self) -> Option<Json> {
        self.half?;
        let mut open = 0;
        loop {
            match self.peek()? {
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                b'"' => {
                    self.string()?;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Some(Json::Null);
            }
        }
    }

    /// What stands between brackets, separated by commas.
    fn sequence(&mut self, end: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        self.blank();
        if self.take(end).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            self.blank();
            if self.take(b',').is_none() {
                return self.take(end);
            }
        }
    }

    fn string(&mut self) -> Option<Text> {
        self.take(b'"')?;
        let mut out = String::new();
        loop {
            let from = self.at;
            while !matches!(self.peek()?, b'"' | b'\\' | 0..=31) {
                self.at += 1;
            }
            out.push_str(self.text.get(from..self.at)?);
            if self.take(b'"').is_some() {
                return Some(out.into());
            }
            self.take(b'\\')?; // a control character is neither
            out.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code_point(),
            _ => return None,
        })
    }

    /// Four hex digits, or two times four for what lies beyond the basic plane.
    fn code_point(&mut self) -> Option<char> {
        let unit = self.code_unit()?;
        let whole = char::from_u32(unit);
        if whole.is_some() {
            return whole;
        }
        let behind = self.at;
        let pair = if unit < 0xDC00 { self.second_half() } else { None };
        if let Some(low) = pair {
            return char::from_u32(0x10000 + ((unit - 0xD800) << 10) + low);
        }
        self.at = behind;
        self.half
    }

    fn second_half(&mut self) -> Option<u32> {
        self.take(b'\\')?;
        self.take(b'u')?;
        self.code_unit()?.checked_sub(0xDC00).filter(|low| *low < 0x400)
    }

    fn code_unit(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit << 4 | char::from(self.peek()?).to_digit(16)?;
            self.at += 1;
        }
        Some(unit)
    }

    fn digits(&mut self) -> Option<&str> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.text.get(from..self.at).filter(|digits| !digits.is_empty())
    }

    fn number(&mut self) -> Option<Json> {
        let from = self.at;
        self.take(b'-');
        let digits = self.digits()?;
        if digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if self.take(b'e').or_else(|| self.take(b'E')).is_some() {
            self.take(b'+').or_else(|| self.take(b'-'));
            self.digits()?;
        }
        Some(Json::Number(self.text.get(from..self.at)?.into()))
    }
}

#[cfg(test)]
mod tests;
