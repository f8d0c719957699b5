//! The interpreter of formats.

use super::format::{
    All, Coding, Condition, How, Identifier, Meaning, RecordFormat, SwitchNames, Switches, Time,
    Value,
};
use super::record::Verdict;
use super::statement::{Found, Statement};
use crate::consent::decode::{base64_json, dotted, literal, pairs, percent_json, query};
use crate::json::Json;
use crate::text::{decimal, percent_decoded, split};
use crate::time::{DAY, Timestamp};

/// What a record says; `None` where it is none.
pub(super) fn read(format: &RecordFormat, found: &Found<'_>) -> Option<Statement> {
    let (coding, meaning) = match format.how {
        How::Own(read) => return read(found),
        How::Opaque => return Some(Verdict::Unreadable.into()),
        How::Interpreted(coding, meaning) => (coding, meaning),
    };
    let tree = match coding {
        Coding::Json => percent_json(found.value),
        Coding::JsonOrBase64 => percent_json(found.value).or_else(|| base64_json(found.value)),
        Coding::Base64 => base64_json(found.value),
        Coding::Literal => percent_decoded(found.value).and_then(|text| literal(&text)),
        Coding::Pairs(between, within) => {
            percent_decoded(found.value).and_then(|text| pairs(&text, between, within))
        }
        Coding::Dotted => percent_decoded(found.value).and_then(|text| dotted(&text)),
        Coding::Query => query(found.value),
        Coding::List(sign) => percent_decoded(found.value).and_then(|text| list(&text, sign)),
        Coding::Word => Some(Json::Text(found.value.to_owned())),
    };
    match tree {
        Some(tree) => said(&tree, meaning, found),
        None if meaning.silent => None,
        None => Some(Verdict::Unreadable.into()),
    }
}

fn list(text: &str, sign: u8) -> Option<Json> {
    let bytes = text.as_bytes();
    let whole = bytes.first() == bytes.last() && bytes.first().is_none_or(|first| *first == sign);
    whole.then(|| Json::List(split(text, sign).map(|item| Json::Text(item.to_owned())).collect()))
}

pub(super) fn said(tree: &Json, meaning: &Meaning, found: &Found<'_>) -> Option<Statement> {
    let any =
        |conditions: &[Condition]| conditions.iter().any(|condition| holds(condition, tree, found));
    let every =
        |conditions: &[Condition]| conditions.iter().all(|condition| holds(condition, tree, found));
    let opt_out = any(meaning.opt_out);
    let verdict = if opt_out {
        Verdict::Denied
    } else if !every(meaning.asked) {
        Verdict::Undecided
    } else if any(meaning.no) {
        Verdict::Denied
    } else if any(meaning.yes) {
        Verdict::Granted
    } else {
        switched(tree, &meaning.switches, found)
    };
    if meaning.silent && verdict == Verdict::Undecided {
        return None;
    }
    let verdict =
        if every(meaning.sure) { verdict.of(tree) } else { verdict.max(Verdict::Undecided) };
    let decided_at = time(&meaning.decided_at, tree, None);
    Some(Statement {
        verdict,
        opt_out,
        decided_at,
        expires_at: time(&meaning.expires_at, tree, decided_at),
        id: proof(&meaning.id, tree, found),
        version: proof(&meaning.version, tree, found),
    })
}

fn holds(condition: &Condition, tree: &Json, found: &Found<'_>) -> bool {
    match condition {
        Condition::Is(path, value) => count(tree, path, Some(value)) > 0,
        Condition::IsNot(path, value) => count(tree, path, Some(value)) == 0,
        Condition::IsOrAbsent(path, value) => {
            count(tree, path, Some(value)) == count(tree, path, None)
        }
        Condition::Has(path) => count(tree, path, None) > 0,
        Condition::IsWithout(path, value, other) => {
            count(tree, path, Some(value)) > 0 && count(tree, other, None) == 0
        }
        Condition::IsWith(path, value, cookie) => {
            count(tree, path, Some(value)) > 0 && found.jar.cookies(cookie).next().is_some()
        }
        Condition::Beside(cookie, value) => {
            found.jar.cookie(cookie).is_some()
                && found.jar.cookies(cookie).all(|copy| copy == *value)
        }
        Condition::NotBeside(cookie) => found.jar.cookie(cookie).is_none(),
        Condition::GoogleUnlisted(path, list) => {
            let mut unlisted = false;
            google_signals(tree, path, &GOOGLE, &mut |name| {
                let mut listed = false;
                tree.names(list, &mut |own| listed |= name.text() == Some(own));
                unlisted |= !listed;
            });
            unlisted
        }
        Condition::GoogleDenied(path) => google(tree, path, &GOOGLE).off > 0,
        Condition::GoogleAlone(path) => {
            google(tree, path, &GOOGLE).on == 3
                && found.categories.is_empty()
                && !tree.members().iter().any(|(name, _)| is_switch(name))
        }
        Condition::OneOf(path, texts) => {
            tree.text_at(path).is_some_and(|text| texts.contains(&text.as_str()))
        }
    }
}

fn is_switch(name: &str) -> bool {
    !name.starts_with('$')
}

/// Google's consent signals for advertising as most tools name them, and as one numbers them.
const GOOGLE: [&str; 6] = ["ad_storage", "ad_user_data", "ad_personalization", "1", "2", "3"];

fn google_signals(tree: &Json, path: &str, names: &[&str], see: &mut dyn FnMut(&Json)) {
    tree.each(path, &mut |signals| names.iter().for_each(|name| signals.each(name, see)));
}

pub(super) fn google(tree: &Json, path: &str, names: &[&str]) -> Tally {
    let mut tally = Tally::default();
    google_signals(tree, path, names, &mut |value| {
        let no = is(value, &Value::Number(0)) || is(value, &Value::Text("denied"));
        tally.add(if no {
            Some(false)
        } else {
            is(value, &Value::Text("granted")).then_some(true)
        });
    });
    tally
}

/// How often it stands at the path, members that stand twice included; without a value, how much
/// stands there.
fn count(tree: &Json, path: &str, wanted: Option<&Value>) -> u32 {
    let mut count = 0;
    tree.each(path, &mut |value| count += u32::from(wanted.is_none_or(|wanted| is(value, wanted))));
    count
}

fn is(value: &Json, wanted: &Value) -> bool {
    match (value, wanted) {
        (Json::Null, Value::Null)
        | (Json::Bool(true), Value::True)
        | (Json::Bool(false), Value::False)
        | (Json::Object(_), Value::Object)
        | (Json::List(_), Value::List)
        | (Json::Bool(true), Value::OptIn)
        | (Json::Bool(false), Value::OptOut) => true,
        (Json::Number(_), Value::Number(wanted)) => value.whole() == Some(*wanted),
        (Json::List(items), Value::Items) => !items.is_empty(),
        (Json::Text(text), Value::Text(wanted)) => text == wanted,
        (Json::Text(text), Value::OptIn) => text == "opt_in",
        (Json::Text(text), Value::OptOut) => text == "opt_out",
        _ => false,
    }
}

fn state(value: &Json, on: &Value, off: &Value) -> Option<bool> {
    if is(value, off) { Some(false) } else { is(value, on).then_some(true) }
}

fn switched(tree: &Json, switches: &Switches, found: &Found<'_>) -> Verdict {
    match switches {
        Switches::None => Verdict::Undecided,
        Switches::At(path, on, off) => {
            let mut tally = Tally::default();
            tree.each(path, &mut |value| tally.add(state(value, on, off)));
            tally.verdict()
        }
        Switches::Members { at, names, on, off, all } => {
            let mut whole = Tally::default();
            tree.each(at, &mut |object| {
                for (_, value) in object.members().iter().filter(|(name, _)| is_switch(name)) {
                    whole.add(state(value, on, off));
                }
            });
            let there = count(tree, at, None) > 0;
            match all {
                All::OffIsNo if whole.off > 0 && whole.on + whole.odd == 0 => {
                    return Verdict::Denied;
                }
                All::NoneIsNo | All::Decide if there && whole.on + whole.odd == 0 => {
                    return Verdict::Denied;
                }
                All::Decide if found.categories.is_empty() && whole.off == 0 => {
                    return whole.verdict();
                }
                All::Nothing | All::NoneIsNo | All::OffIsNo | All::AbsentIsNo | All::Decide => {}
            }
            let chosen = found.choose(|name| names.fit(name), &|see| {
                tree.each(at, &mut |object| {
                    object
                        .members()
                        .iter()
                        .for_each(|(name, value)| see(name, state(value, on, off)));
                });
            });
            if matches!(all, All::AbsentIsNo) && chosen == Verdict::Undecided {
                return Verdict::Denied;
            }
            chosen
        }
        Switches::Lists { on, off, names } => found.choose(|name| names.fit(name), &|see| {
            on.iter().for_each(|path| tree.names(path, &mut |name| see(name, Some(true))));
            off.iter().for_each(|path| tree.names(path, &mut |name| see(name, Some(false))));
        }),
        Switches::Accepted { at, names } => {
            let (mut lists, mut granted) = (0, true);
            for path in *at {
                let mut copies = 0;
                tree.lists(path, &mut |_| copies += 1);
                let chosen = found.choose(|name| names.fit(name), &|see| {
                    tree.lists(path, &mut |items| {
                        for item in items {
                            match item.text() {
                                Some(name) => see(name, Some(true)),
                                None => {
                                    let name = item.text_at("id");
                                    see(name.as_deref().unwrap_or_default(), item.flag_at("value"));
                                }
                            }
                        }
                    });
                });
                lists += copies;
                granted &= copies == 0 || chosen == Verdict::Granted;
            }
            if lists == 0 {
                Verdict::Unreadable
            } else if found.categories.is_empty() && matches!(names, SwitchNames::Unknown) {
                Verdict::Undecided
            } else if granted {
                Verdict::Granted
            } else {
                Verdict::Denied
            }
        }
        Switches::Blocked { at, bit } => match tree.number_at(at) {
            Some(mask) if mask >> 3 == 0 => {
                if mask & bit == 0 {
                    Verdict::Granted
                } else {
                    Verdict::Denied
                }
            }
            None if count(tree, at, None) == count(tree, at, Some(&Value::Null)) => {
                Verdict::Undecided
            }
            Some(_) | None => Verdict::Unreadable,
        },
    }
}

impl Verdict {
    /// No yes from a record in which a name stands twice.
    pub(super) fn of(self, tree: &Json) -> Self {
        if self == Self::Granted && tree.is_doubled() { Self::Undecided } else { self }
    }
}

/// Switches counted: on, off, and of a value that is neither.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) on: u32,
    pub(super) off: u32,
    pub(super) odd: u32,
}

impl Tally {
    pub(super) fn add(&mut self, on: Option<bool>) {
        match on {
            Some(true) => self.on += 1,
            Some(false) => self.off += 1,
            None => self.odd += 1,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.on + self.off + self.odd == 0
    }

    /// One that is off denies; a yes needs one that is on, and none that cannot be read.
    pub(super) fn verdict(&self) -> Verdict {
        match (self.on, self.off, self.odd) {
            (_, 1.., _) => Verdict::Denied,
            (1.., 0, 0) => Verdict::Granted,
            _ => Verdict::Undecided,
        }
    }
}

/// Tells of every switch: its name, and whether it is on.
pub(super) type Switchboard<'a> = &'a dyn Fn(&mut dyn FnMut(&str, Option<bool>));

impl Found<'_> {
    /// The verdict of the switches that the shop has named, each of which must be there; else of
    /// those that `usual` knows.
    pub(super) fn choose(&self, usual: impl Fn(&str) -> bool, board: Switchboard<'_>) -> Verdict {
        self.choose_of(&usual, board)
    }

    fn choose_of(&self, usual: &dyn Fn(&str) -> bool, board: Switchboard<'_>) -> Verdict {
        let mut tally = Tally::default();
        if self.categories.is_empty() {
            board(&mut |name, on| {
                if usual(name) {
                    tally.add(on);
                }
            });
        }
        for own in self.categories {
            let mut one = Tally::default();
            board(&mut |name, on| {
                if name == own {
                    one.add(on);
                }
            });
            if one.is_empty() {
                one.odd = 1; // not there
            }
            tally.on += one.on;
            tally.off += one.off;
            tally.odd += one.odd;
        }
        tally.verdict()
    }
}

fn time(time: &Time, tree: &Json, decided_at: Option<Timestamp>) -> Option<Timestamp> {
    match time {
        Time::None => None,
        Time::Text(path) => tree.text_at(path)?.parse().ok(),
        Time::Seconds(path) => tree.number_at(path).map(Timestamp),
        Time::Milliseconds(path) => match tree.text_at(path) {
            Some(digits) => milliseconds(&digits),
            None => tree.number_at(path).map(|number| Timestamp(number / 1000)),
        },
        Time::Days(path) => Some(decided_at?.plus(tree.number_at(path)?.saturating_mul(DAY))),
    }
}

/// Milliseconds written as text.
pub(super) fn milliseconds(digits: &str) -> Option<Timestamp> {
    Timestamp::of_text(digits).map(|number| Timestamp(number.0 / 1000))
}

fn proof(proof: &Identifier, tree: &Json, found: &Found<'_>) -> Option<String> {
    match proof {
        Identifier::None => None,
        Identifier::At(path) => match tree.text_at(path) {
            Some(text) => Some(text),
            None => tree.number_at(path).map(|number| decimal(number.unsigned_abs())),
        },
        Identifier::Beside(cookie) => found.jar.cookie(cookie).map(str::to_owned),
    }
}
