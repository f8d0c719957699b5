//! The interpreter of formats.

use super::format::{All, Coding, Fact, Form, Format, How, Names, Proof, Switches, Time, Value};
use super::record::Verdict;
use super::statement::{Found, Said};
use crate::consent::decode::{Json, base64_json, literal, pairs, percent_json, query};
use crate::text::{decimal, percent_decoded, split};
use crate::time::{DAY, Timestamp};

/// What a record says; `None` where it is none.
pub(super) fn read(format: &Format, found: &Found<'_>) -> Option<Said> {
    let (coding, form) = match format.how {
        How::Own(read) => return read(found),
        How::Opaque => return Some(Verdict::Unreadable.into()),
        How::Form(coding, form) => (coding, form),
    };
    let tree = match coding {
        Coding::Json => percent_json(found.value),
        Coding::Base64 => base64_json(found.value),
        Coding::Literal => percent_decoded(found.value).and_then(|text| literal(&text)),
        Coding::Pairs(between, within) => percent_decoded(found.value).and_then(|text| pairs(&text, between, within)),
        Coding::Query => query(found.value),
        Coding::List(sign) => percent_decoded(found.value).and_then(|text| list(&text, sign)),
        Coding::Word => Some(Json::Text(found.value.to_owned())),
    };
    match tree {
        Some(tree) => said(&tree, form, found),
        None if form.silent => None,
        None => Some(Verdict::Unreadable.into()),
    }
}

fn list(text: &str, sign: u8) -> Option<Json> {
    let bytes = text.as_bytes();
    let whole = bytes.first() == bytes.last() && bytes.first().is_none_or(|first| *first == sign);
    whole.then(|| Json::List(split(text, sign).map(|item| Json::Text(item.to_owned())).collect()))
}

pub(super) fn said(tree: &Json, form: &Form, found: &Found<'_>) -> Option<Said> {
    let any = |facts: &[Fact]| facts.iter().any(|fact| holds(fact, tree, found));
    let every = |facts: &[Fact]| facts.iter().all(|fact| holds(fact, tree, found));
    let opt_out = any(form.opt_out);
    let verdict = if opt_out {
        Verdict::Denied
    } else if !every(form.asked) {
        Verdict::Undecided
    } else if any(form.no) {
        Verdict::Denied
    } else if any(form.yes) {
        Verdict::Granted
    } else {
        switched(tree, &form.switches, found)
    };
    if form.silent && verdict == Verdict::Undecided {
        return None;
    }
    let verdict = if every(form.sure) { verdict.of(tree) } else { verdict.max(Verdict::Undecided) };
    let decided_at = time(&form.decided_at, tree, None);
    Some(Said {
        verdict,
        opt_out,
        decided_at,
        expires_at: time(&form.expires_at, tree, decided_at),
        id: proof(&form.id, tree, found),
        version: proof(&form.version, tree, found),
    })
}

fn holds(fact: &Fact, tree: &Json, found: &Found<'_>) -> bool {
    match fact {
        Fact::Is(path, value) => count(tree, path, Some(value)) > 0,
        Fact::IsNot(path, value) => count(tree, path, Some(value)) == 0,
        Fact::IsOrAbsent(path, value) => count(tree, path, Some(value)) == count(tree, path, None),
        Fact::Has(path) => count(tree, path, None) > 0,
        Fact::IsWithout(path, value, other) => count(tree, path, Some(value)) > 0 && count(tree, other, None) == 0,
        Fact::IsWith(path, value, cookie) => {
            count(tree, path, Some(value)) > 0 && found.jar.cookies(cookie).next().is_some()
        }
        Fact::Beside(cookie, value) => {
            found.jar.cookie(cookie).is_some() && found.jar.cookies(cookie).all(|copy| copy == *value)
        }
        Fact::NotBeside(cookie) => found.jar.cookie(cookie).is_none(),
    }
}

/// How often it stands at the path, members that stand twice included; without a value, how much stands there.
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
        | (Json::List(_), Value::List) => true,
        (Json::Number(Some(number)), Value::Number(wanted)) => number == wanted,
        (Json::Text(text), Value::Text(wanted)) => text == wanted,
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
                object.members().iter().for_each(|(_, value)| whole.add(state(value, on, off)));
            });
            let there = count(tree, at, None) > 0;
            match all {
                All::NoneIsNo if there && whole.is_empty() => return Verdict::Denied,
                All::OffIsNo if whole.off > 0 && whole.on + whole.odd == 0 => return Verdict::Denied,
                All::Decide if there && whole.on + whole.odd == 0 => return Verdict::Denied,
                All::Decide if found.categories.is_empty() && whole.off == 0 => return whole.verdict(),
                All::Nothing | All::NoneIsNo | All::OffIsNo | All::Decide => {}
            }
            found.choose(|name| names.fit(name), &|see| {
                tree.each(at, &mut |object| {
                    object.members().iter().for_each(|(name, value)| see(name, state(value, on, off)));
                });
            })
        }
        Switches::Lists { on, off, names } => found.choose(|name| names.fit(name), &|see| {
            on.iter().for_each(|path| tree.names(path, &mut |name| see(name, Some(true))));
            off.iter().for_each(|path| tree.names(path, &mut |name| see(name, Some(false))));
        }),
        Switches::Accepted { at, names } => {
            let mut lists = 0;
            tree.lists(at, &mut |_| lists += 1);
            let chosen = found.choose(|name| names.fit(name), &|see| tree.names(at, &mut |name| see(name, Some(true))));
            match chosen {
                _ if lists == 0 => Verdict::Unreadable,
                _ if found.categories.is_empty() && matches!(names, Names::Unknown) => Verdict::Undecided,
                Verdict::Granted => Verdict::Granted,
                Verdict::Undecided | Verdict::Unreadable | Verdict::Denied => Verdict::Denied,
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
            None if count(tree, at, None) == count(tree, at, Some(&Value::Null)) => Verdict::Undecided,
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
    /// The verdict of the switches that the shop has named, each of which must be there; else of those that `usual` knows.
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
        Time::Milliseconds(path) => tree.number_at(path).map(|number| Timestamp(number / 1000)),
        Time::Days(path) => Some(decided_at?.plus(tree.number_at(path)?.saturating_mul(DAY))),
    }
}

fn proof(proof: &Proof, tree: &Json, found: &Found<'_>) -> Option<String> {
    match proof {
        Proof::None => None,
        Proof::At(path) => match tree.text_at(path) {
            Some(text) => Some(text),
            None => tree.number_at(path).map(|number| decimal(number.unsigned_abs())),
        },
        Proof::Beside(cookie) => found.jar.cookie(cookie).map(str::to_owned),
    }
}
