//! Notes of the report: what the doors refused, and whether events have their shoppers' addresses.

use super::note::Note;
use crate::store::read::{AddressDoubt, RefusalDay};

/// One for each shop and door that refused something.
pub(super) fn notes(refusals: &[RefusalDay]) -> Vec<Note> {
    let mut doors: Vec<_> = refusals.iter().map(|day| (&day.shop, &day.door)).collect();
    doors.sort();
    doors.dedup();
    let note = |(shop, door): (&String, &String)| {
        let days: Vec<_> =
            refusals.iter().filter(|day| day.shop == *shop && day.door == *door).collect();
        Note::of(shop, told(&days))
    };
    doors.into_iter().map(note).collect()
}

/// What was refused of one shop at one door, with what may be done about each reason.
fn told(days: &[&RefusalDay]) -> String {
    let Some(latest) = days.iter().max_by_key(|day| day.last_at) else { return String::new() };
    let (mut reasons, mut all) = (Vec::<(&RefusalDay, i64)>::new(), 0);
    for day in days {
        all += day.n;
        match reasons.iter_mut().find(|(other, _)| other.reason == day.reason) {
            Some((_, n)) => *n += day.n,
            None => reasons.push((day, day.n)),
        }
    }
    reasons.sort_by_key(|(_, n)| -n);
    let reason = |(day, n): &(&RefusalDay, i64)| {
        let advice = day.refused().map_or("", |refused| refused.advice());
        format!("{n} {}: {advice}", day.reason)
    };
    format!(
        "{}: {} ({all}, {}). {}.",
        latest.shop,
        latest.beginning(),
        latest.last(),
        reasons.iter().map(reason).collect::<Vec<_>>().join(". ")
    )
}

pub(super) fn of_addresses(doubt: &AddressDoubt) -> Note {
    let note = format!("{}: {}.", doubt.shop, doubt.sentence());
    Note { addresses: Some(doubt.clone()), ..Note::of(&doubt.shop, note) }
}
