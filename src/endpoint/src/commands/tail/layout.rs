//! A line of `tail` in columns, and above it the day where it is another one.

use crate::commands::{ground, local_time, money};
use crate::store::read::{About, LiveLine};
use crate::zone::Zone;

pub(super) struct Layout {
    zone: Zone,
    names_shops: bool,
    /// Of the line before.
    day: String,
}

impl Layout {
    pub(super) fn new(zone: Zone, names_shops: bool) -> Self {
        Self { zone, names_shops, day: String::new() }
    }

    pub(super) fn line(&mut self, line: &LiveLine) -> String {
        let (day, time) = local_time::day_and_time(&self.zone, line.at);
        let mut text = String::new();
        if day != self.day {
            text = format!("{day}\n");
            self.day = day;
        }
        let what = match line.about {
            About::Event => line.event.as_deref().unwrap_or_default(),
            About::Order => "order",
            About::Refusal => "refused",
            About::Shop => "shop",
        };
        let worth = line.value.map(|value| money::in_words(value, line.currency.as_deref()));
        let (worth, order) = (worth.unwrap_or_default(), line.order.as_deref().unwrap_or_default());
        let id = line.event_id.as_deref().map(shortened).unwrap_or_default();
        text += &format!("{time}  {what:<16} {worth:>11}  {order:<8} {id:<9}  {}", line.said);
        for note in &line.notes {
            text += &format!("  ·  {note}");
        }
        if let Some(found) = &line.ground {
            text += &format!("  ·  ground: {}", ground::in_short(found));
        }
        if line.test {
            text += "  ·  TEST";
        }
        if self.names_shops {
            text += &format!("  ·  {}", line.shop);
        }
        text
    }
}

/// `bf52…b805`: enough to tell two apart.
fn shortened(id: &str) -> String {
    match (id.get(..4), id.get(id.len().saturating_sub(4)..)) {
        (Some(first), Some(last)) => format!("{first}…{last}"),
        (Some(_) | None, Some(_) | None) => id.to_owned(),
    }
}
