//! The interpreter of formats.

use super::format::{
    All, Coding, Condition, How, Identifier, Meaning, RecordFormat, SwitchNames, Switches, Time,
    Value,
};
use super::statement::{Answer, Found, Statement};
use super::{gpp, tcf};
use crate::consent::decode::{base64_json, literal, pairs, percent_json, query};
use crate::json::Json;
use crate::text::{Text, decimal, percent_decoded, split};
use crate::time::{DAY, Timestamp};

/// What a record says; `None` where it is none.
pub(super) fn read(format: &RecordFormat, found: &Found<'_>) -> Option<Statement> {
    let (coding, meaning) = match format.how {
        How::Own(read) => return read(found).map(Statement::from),
        How::Told(read) => return read(found),
        How::Opaque => return Some(Answer::Unreadable.into()),
        How::Interpreted(coding, meaning) => (coding, meaning),
    };
    let tree = match coding {
        Coding::Json => percent_json(found.value),
        Coding::Base64 => base64_json(found.value).or_else(|| percent_json(found.value)),
        Coding::Literal => percent_decoded(found.value).and_then(|text| literal(&text)),
        Coding::Pairs(between, within) => {
            percent_decoded(found.value).and_then(|text| pairs(&text, between, within))
        }
        Coding::Query => query(found.value),
        Coding::List(sign) => percent_decoded(found.value).and_then(|text| list(&text, sign)),
        Coding::Word => Some(Json::Text(found.value.into())),
    };
    match tree {
        Some(tree) => said(&tree, meaning, found),
        None if meaning.silent => None,
        None => Some(Answer::Unreadable.into()),
    }
}

fn list(text: &str, sign: u8) -> Option<Json> {
    let bytes = text.as_bytes();
    let whole = bytes.first() == bytes.last() && bytes.first().is_none_or(|first| *first == sign);
    whole.then(|| Json::List(split(text, sign).map(|item| Json::Text(item.into())).collect()))
}

pub(super) fn said(tree: &Json, meaning: &Meaning, found: &Found<'_>) -> Option<Statement> {
    let any =
        |conditions: &[Condition]| conditions.iter().any(|condition| holds(condition, tree, found));
    let every =
        |conditions: &[Condition]| conditions.iter().all(|condition| holds(condition, tree, found));
    let mut answer = if any(meaning.opt_out) {
        Answer::OptedOut
    } else if !every(meaning.asked) {
        Answer::Undecided
    } else if any(meaning.no) {
        Answer::Denied
    } else if any(meaning.yes) {
        Answer::Granted
    } else {
        switched(tree, &meaning.switches, found)
    };
    if meaning.silent && answer == Answer::Undecided {
        return None;
    }
    answer = if every(meaning.sure) { answer.of(tree) } else { answer.max(Answer::Undecided) };
    if answer == Answer::Granted && any(meaning.held) {
        answer = Answer::Held;
    }
    let decided_at = time(&meaning.decided_at, tree, None);
    Some(Statement {
        answer,
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
        Condition::Beside(cookie, value) => {
            found.jar.cookie(cookie).is_some()
                && found.jar.cookies(cookie).all(|copy| copy == *value)
        }
        Condition::NotBeside(cookie) => found.jar.cookie(cookie).is_none(),
        Condition::Alone(path) => {
            let mut fits = true;
            tree.each(path, &mut |purposes| {
                for (purpose, services) in purposes.members() {
                    let (own, others) = named(services, "", "tiktok");
                    fits &= own || !others || !SwitchNames::Marketing.fit(purpose);
                }
            });
            fits || !found.categories.is_empty()
        }
        Condition::Names(path, words) => named(tree, path, words).0,
        Condition::Others(path, words) => named(tree, path, words).1 && found.categories.is_empty(),
        Condition::Says(path, least) => iab(tree, path) >= Some(*least),
        Condition::GoogleUnlisted(path, list) => {
            let mut unlisted = false;
            google_signals(tree, path, &mut |name| {
                let mut listed = false;
                tree.names(list, &mut |own| listed |= name.text() == Some(own));
                unlisted |= !listed;
            });
            unlisted
        }
        Condition::GoogleDenied(path) => google(tree, path).off > 0,
        Condition::GoogleAlone(path) => {
            google(tree, path).on == 3
                && found.categories.is_empty()
                && !tree.members().iter().any(|(name, _)| is_switch(name))
        }
    }
}

/// Whether there is a text in the lists at the path that has one of the words in it, and whether
/// there is one that has none.
fn named(tree: &Json, path: &str, words: &str) -> (bool, bool) {
    let (mut some, mut others) = (false, false);
    tree.names(path, &mut |name| {
        let name = name.to_ascii_lowercase();
        let has_one = split(words, b',').any(|word| crate::text::holds(&name, word));
        some |= has_one;
        others |= !has_one;
    });
    (some, others)
}

/// What IAB's strings in the text there say together; `None` where there is no text.
pub(super) fn iab(tree: &Json, path: &str) -> Option<Answer> {
    let strings = tree.text_at(path)?;
    let mut strings = split(&strings, b',');
    let eu = strings.next().filter(|text| !text.is_empty());
    let us = strings.nth(1).filter(|text| !text.is_empty());
    let eu = eu.map(|text| tcf::said(text).map_or(Answer::Undecided, |said| said.answer));
    eu.max(us.map(gpp::said)).or(Some(Answer::Undecided))
}

fn is_switch(name: &str) -> bool {
    !name.starts_with('$')
}

/// Google's consent signals for advertising as tools name them, and as one numbers them.
const GOOGLE: &str =
    "ad_storage,ad_user_data,ad_personalization,adStorage,adUserData,adPersonalization,1,2,3";

fn google_signals(tree: &Json, path: &str, see: &mut dyn FnMut(&Json)) {
    tree.each(path, &mut |signals| split(GOOGLE, b',').for_each(|name| signals.each(name, see)));
}

/// How many of them are granted and denied there.
pub(super) fn google(tree: &Json, path: &str) -> Tally {
    let mut tally = Tally::default();
    google_signals(tree, path, &mut |value| {
        if is(value, &Value::Number(0)) || is(value, &Value::Text("denied")) {
            tally.off += 1;
        } else if is(value, &Value::Text("granted")) {
            tally.on += 1;
        }
    });
    tally
}

/// How often it stands at the path, members that stand twice included; without a value, how much
/// stands there.
pub(super) fn count(tree: &Json, path: &str, wanted: Option<&Value>) -> u32 {
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
        | (Json::Text(_), Value::AnyText) => true,
        (Json::Number(_), Value::Number(wanted)) => value.whole() == Some((*wanted).into()),
        (Json::Text(text), Value::Text(wanted)) => text == wanted,
        (Json::Text(text), Value::AnyOf(wanted)) => split(wanted, b',').any(|one| one == text),
        (Json::Text(text), Value::True) => text == "opt_in",
        (Json::Text(text), Value::False) => text == "opt_out",
        _ => false,
    }
}

fn state(value: &Json, on: &Value, off: &Value) -> Option<bool> {
    if is(value, off) { Some(false) } else { is(value, on).then_some(true) }
}

fn switched(tree: &Json, switches: &Switches, found: &Found<'_>) -> Answer {
    match switches {
        Switches::None => Answer::Undecided,
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
                    return Answer::Denied;
                }
                All::NoneIsNo | All::Decide if there && whole.on + whole.odd == 0 => {
                    return Answer::Denied;
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
            if matches!(all, All::AbsentIsNo) && chosen == Answer::Undecided {
                return Answer::Denied;
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
                granted &= copies == 0 || chosen == Answer::Granted;
            }
            if lists == 0 {
                Answer::Unreadable
            } else if found.categories.is_empty() && matches!(names, SwitchNames::Unknown) {
                Answer::Undecided
            } else if granted {
                Answer::Granted
            } else {
                Answer::Denied
            }
        }
        Switches::Blocked { at, bit } => match tree.number_at(at) {
            Some(mask) if mask >> 3 == 0 => {
                if mask & i64::from(*bit) == 0 {
                    Answer::Granted
                } else {
                    Answer::Denied
                }
            }
            None if count(tree, at, None) == count(tree, at, Some(&Value::Null)) => {
                Answer::Undecided
            }
            Some(_) | None => Answer::Unreadable,
        },
    }
}

impl Answer {
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
    pub(super) fn verdict(&self) -> Answer {
        match (self.on, self.off, self.odd) {
            (_, 1.., _) => Answer::Denied,
            (1.., 0, 0) => Answer::Granted,
            _ => Answer::Undecided,
        }
    }
}

/// Tells of every switch: its name, and whether it is on.
pub(super) type Switchboard<'a> = &'a dyn Fn(&mut dyn FnMut(&str, Option<bool>));

impl Found<'_> {
    /// The verdict of the switches that the shop has named, each of which must be there; else of
    /// those that `usual` knows.
    pub(super) fn choose(&self, usual: impl Fn(&str) -> bool, board: Switchboard<'_>) -> Answer {
        self.choose_of(&usual, board)
    }

    fn choose_of(&self, usual: &dyn Fn(&str) -> bool, board: Switchboard<'_>) -> Answer {
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

fn proof(proof: &Identifier, tree: &Json, found: &Found<'_>) -> Option<Text> {
    match proof {
        Identifier::None => None,
        Identifier::At(path) => match tree.text_at(path) {
            Some(text) => Some(text),
            None => tree.number_at(path).map(|number| decimal(number.unsigned_abs()).into()),
        },
        Identifier::Beside(cookie) => found.jar.cookie(cookie).map(Into::into),
    }
}
