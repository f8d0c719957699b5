//! The two numbers: of the orders that Shopify told us of, how many are accounted for, and how many
//! were reported. What each word means is in `rules::account`; docs/orders.md says it to people.

use crate::store::engine::{self, Connection};
use std::collections::BTreeMap;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::asked::Asked;
use super::orders::{Alike, each};
use crate::rules::account::Place;
use crate::rules::debt::{End, Stage};
use crate::rules::order::Mark;

/// By currency, in its units. Not of those that tell none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Money(BTreeMap<String, f64>);

/// Some orders or Purchases, and what they are worth.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Sum {
    pub n: i64,
    pub money: Money,
}

/// Where orders went. Each is in `told` and in one of the places.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Account {
    /// Shopify told us of them.
    pub told: Sum,
    places: BTreeMap<Place, Sum>,
    /// Of those reported: no browser told of the Purchase, and it was made from the order.
    pub recovered: Sum,
    by_end: BTreeMap<Place, BTreeMap<&'static str, i64>>,
}

/// In the order in which a person is told of them.
const NOT_REPORTED: [Place; 8] = [
    Place::Waiting,
    Place::Stuck,
    Place::NoConsent,
    Place::ConsentEnded,
    Place::Lost,
    Place::NotForReport,
    Place::Test,
    Place::Unread,
];

pub(in crate::store) fn account(store: &Connection, asked: &Asked<'_>) -> engine::Result<Account> {
    let mut account = Account::default();
    each(store, asked, |alike| account.count(&alike))?;
    Ok(account)
}

impl Money {
    pub(in crate::store) fn count(&mut self, currency: &str, value: f64) {
        // Of a beacon it is a stranger's word.
        if currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase()) {
            *self.0.entry(currency.to_owned()).or_default() += value;
        }
    }

    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        other.0.iter().for_each(|(currency, value)| self.count(currency, *value));
    }

    /// Where it is all of one currency.
    pub fn one_currency(&self) -> Option<(&str, f64)> {
        let mut all = self.0.iter();
        match (all.next(), all.next()) {
            (Some((currency, value)), None) => Some((currency, *value)),
            (_, Some(_)) | (None, None) => None,
        }
    }

    pub fn each(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(currency, value)| (currency.as_str(), *value))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // No currency has more than three decimals (ISO 4217); the rest is the sum's own noise.
        let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
        serializer.collect_map(self.each().map(|(currency, value)| (currency, rounded(value))))
    }
}

impl Sum {
    pub(in crate::store) fn count(&mut self, n: i64, currency: &str, value: f64) {
        self.n += n;
        self.money.count(currency, value);
    }

    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        self.n += other.n;
        self.money.add(&other.money);
    }
}

impl Account {
    pub(in crate::store) fn count(&mut self, alike: &Alike) {
        let Alike { place, stage, marks, n, currency, value, .. } = alike;
        self.told.count(*n, currency, *value);
        self.places.entry(*place).or_default().count(*n, currency, *value);
        if *place == Place::Reported && marks.has(Mark::Recovered) {
            self.recovered.count(*n, currency, *value);
        }
        if let (true, Some(Stage::Ended(end))) = (place.is_told_by_end(), *stage) {
            *self.by_end.entry(*place).or_default().entry(End::name(end)).or_default() += n;
        }
    }

    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        self.told.add(&other.told);
        self.recovered.add(&other.recovered);
        for (place, sum) in &other.places {
            self.places.entry(*place).or_default().add(sum);
        }
        for (place, ends) in &other.by_end {
            let own = self.by_end.entry(*place).or_default();
            ends.iter().for_each(|(end, n)| *own.entry(end).or_default() += n);
        }
    }

    pub fn of(&self, place: Place) -> Sum {
        self.places.get(&place).cloned().unwrap_or_default()
    }

    /// The first number: that it can be said what became of them.
    pub fn accounted_for(&self) -> Sum {
        let mut sum = Sum::default();
        let places = self.places.iter().filter(|(place, _)| place.is_accounted_for());
        places.for_each(|(_, of_place)| sum.add(of_place));
        sum
    }

    /// The second number: that TikTok has their Purchases, and counts them.
    pub fn reported(&self) -> Sum {
        self.of(Place::Reported)
    }

    /// Shopify told of orders, none of them was reported, and none is on its way: each may be right, and
    /// all together may be a fault.
    pub fn is_fruitless(&self) -> bool {
        self.told.n > 0 && self.reported().n == 0 && self.of(Place::Waiting).n == 0
    }

    /// Those that were not reported, in words: `1 without consent on record`.
    pub fn not_reported(&self) -> Vec<(String, Sum)> {
        let said = |place: Place| {
            let sum = self.of(place);
            let words = format!("{} {}{}", sum.n, place.words(), self.by_end(place));
            (sum.n > 0).then_some((words, sum))
        };
        NOT_REPORTED.into_iter().filter_map(said).collect()
    }

    /// The same in one text.
    pub fn not_reported_text(&self) -> String {
        let words: Vec<_> = self.not_reported().into_iter().map(|(words, _)| words).collect();
        words.join(", ")
    }

    /// How many came to the place by which end; of one that is not told by its ends, none.
    pub fn ends(&self, place: Place) -> BTreeMap<&'static str, i64> {
        self.by_end.get(&place).cloned().unwrap_or_default()
    }

    fn by_end(&self, place: Place) -> String {
        if !place.is_told_by_end() {
            return String::new();
        }
        let ends = self.ends(place);
        let each: Vec<_> =
            ends.iter().map(|(end, n)| format!("{n} {}", end.replace('_', " "))).collect();
        format!(" ({})", each.join(", "))
    }
}

/// `told`, the two numbers, `recovered`, then every other place.
impl Serialize for Account {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Account", 14)?;
        object.serialize_field("told", &self.told)?;
        object.serialize_field("accounted_for", &self.accounted_for())?;
        object.serialize_field("reported", &self.reported())?;
        object.serialize_field("recovered", &self.recovered)?;
        for (key, place) in [
            ("no_consent", Place::NoConsent),
            ("consent_ended", Place::ConsentEnded),
            ("lost", Place::Lost),
            ("not_for_report", Place::NotForReport),
            ("test", Place::Test),
            ("waiting", Place::Waiting),
            ("stuck", Place::Stuck),
            ("unread", Place::Unread),
        ] {
            object.serialize_field(key, &self.of(place))?;
        }
        object.serialize_field("lost_by", &self.ends(Place::Lost))?;
        object.serialize_field("not_for_report_by", &self.ends(Place::NotForReport))?;
        object.end()
    }
}
