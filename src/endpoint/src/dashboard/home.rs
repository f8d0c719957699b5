//! Home: one sentence, the four questions of whoever runs a shop, and the last 14 days.
//!
//! Two numbers, never one: accounted for, of the orders that Shopify told of, and reported. A lawful no is no
//! inaccuracy.

use std::collections::BTreeMap;

use assent_gate::time::{DAY, Timestamp};
use maud::{Markup, html};

use super::chart::{Bar, Part, chart};
use super::frame::{Band, Frame, Page};
use super::funnel::funnel;
use super::orders::{Search, search_box};
use super::words::{Tone, ago, count, grouped, instant, money, told};
use crate::calendar::Day;
use crate::rules::account::Place;
use crate::rules::debt::End;
use crate::rules::silence::Silence;
use crate::store::read::{Account, Money, OrderDay, Payloads};

/// Days of the chart.
pub(crate) const FORTNIGHT: i64 = 14;

/// What Home says of the shops that are looked at.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) last_event: Option<Timestamp>,
    pub(crate) last_purchase: Option<Timestamp>,
    pub(crate) last_order: Option<Timestamp>,
    /// Of the last 24 hours.
    pub(crate) payloads: Payloads,
    /// To be sent; and Purchases that wait for their orders.
    pub(crate) due: i64,
    pub(crate) held: i64,
    /// Orders of the last 7 days.
    pub(crate) account: Account,
    /// By shop, where there is something to say.
    pub(crate) silences: Vec<(String, Silence)>,
    /// Of the latest receipts: those that rest on consent, and all.
    pub(crate) on_consent: i64,
    pub(crate) receipts: i64,
    pub(crate) open_demands: usize,
    pub(crate) days: Vec<OrderDay>,
    /// What the store shows to be wrong besides, a sentence each.
    pub(crate) wrongs: Vec<String>,
}

pub(crate) fn page(frame: &Frame, home: &Home) -> Markup {
    let said = verdict(frame, home);
    let (tone, first) = said.first().cloned().unwrap_or_else(|| works(frame, home));
    let body = html! {
        p.sentence.(class(tone)) { (told(tone, &first)) }
        @if said.len() > 1 {
            ul { @for (tone, words) in &said[1..] { li { (told(*tone, words)) } } }
        }
        (search_box(frame, &Search::None))
        div.cards {
            (card("Is it working?", &is_it_working(frame, home)))
            (card("Where are my orders?", &where_are_my_orders(frame, home)))
            (card("Am I lawful?", &am_i_lawful(home)))
            (card("What do I lose?", &what_do_i_lose(home)))
        }
        section aria-labelledby="days" {
            h2 #days { "Orders of the last 14 days" }
            @if home.days.is_empty() { p { "Shopify has told of none." } } @else { (bars(frame, &home.days)) }
        }
        @if home.account.told.n > 0 {
            section aria-labelledby="funnel" {
                h2 #funnel { "What becomes of an order" }
                (funnel(&home.account))
            }
        }
    };
    frame.page(Page::Home, "Home", &body)
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Waits | Tone::Calm => "waits",
        Tone::Bad => "bad",
    }
}

fn works(frame: &Frame, home: &Home) -> (Tone, String) {
    let last = home.last_purchase.or(home.last_event).map_or(0, |at| at.0);
    let what = if home.last_purchase.is_some() { "Purchase" } else { "event" };
    let waits = if home.due == 0 {
        "Nothing waits to be sent.".to_owned()
    } else {
        format!("{} to be sent.", count(home.due, "event waits", "events wait"))
    };
    let ago = ago(frame.now, last);
    (Tone::Good, format!("It works. The last {what} came {ago}. {waits}"))
}

/// What is wrong, or may be, the worst first. Nothing: it works.
fn verdict(frame: &Frame, home: &Home) -> Vec<(Tone, String)> {
    let mut said = Vec::new();
    let mut tests = false;
    for band in &frame.bands {
        match band {
            Band::Paused { shop, waiting, .. } => said.push((
                Tone::Bad,
                format!(
                    "Nothing of {shop} is sent: {}.",
                    count(*waiting, "event waits", "events wait")
                ),
            )),
            Band::MorePaused(n) => {
                said.push((Tone::Bad, format!("Nothing of {n} more shops is sent.")));
            }
            Band::Unreadable => said.push((Tone::Bad, "The store cannot be read.".to_owned())),
            Band::Test { .. } => tests = true,
        }
    }
    for (shop, silence) in &home.silences {
        match silence {
            Silence::Alarming { since } => said.push((
                Tone::Bad,
                format!(
                    "Purchases of {shop} arrive, but Shopify has told of no order since {}: is the \
                     webhook still registered?",
                    instant(&frame.zone, since.0)
                ),
            )),
            Silence::NotSetUp => said.push((
                Tone::Waits,
                format!("Orders of {shop} are not heard: no webhook secret is named (Setup)."),
            )),
            Silence::None => {}
        }
    }
    said.extend(home.wrongs.iter().map(|words| (Tone::Bad, words.clone())));
    let stuck = home.account.of(Place::Stuck).n;
    if stuck > 0 {
        let orders = count(stuck, "order waits", "orders wait");
        said.push((Tone::Bad, format!("{orders} longer than usual.")));
    }
    let lost = home.account.of(Place::Lost).n;
    if lost > 0 {
        let orders = count(lost, "order", "orders");
        said.push((
            Tone::Bad,
            format!("{orders} of the last 7 days should have been reported and could not be."),
        ));
    }
    if home.account.is_fruitless() {
        let orders = count(home.account.told.n, "order", "orders");
        let why = home.account.not_reported_text();
        said.push((
            Tone::Waits,
            format!("Not one of {orders} of the last 7 days was reported: {why}."),
        ));
    }
    if home.last_event.is_none() && home.last_order.is_none() {
        let nothing =
            "Nothing has arrived in the last 7 days. Setup says what to paste, and where.";
        said.push((Tone::Waits, nothing.to_owned()));
    }
    if tests {
        said.push((Tone::Waits, "Test mode: what arrives now never counts.".to_owned()));
    }
    said.sort_by_key(|(tone, _)| *tone != Tone::Bad);
    said
}

fn card(title: &str, lines: &[Markup]) -> Markup {
    html! {
        section.card {
            h2 { (title) }
            ul { @for line in lines { li { (line) } } }
        }
    }
}

fn last(frame: &Frame, at: Option<Timestamp>) -> Markup {
    html! { @match at { Some(at) => (frame.when(at.0)), None => "none in 7 days" } }
}

fn is_it_working(frame: &Frame, home: &Home) -> Vec<Markup> {
    let Payloads { events, fired, .. } = home.payloads;
    let mut lines = vec![
        html! { "Last event: " (last(frame, home.last_event)) },
        html! { "Last Purchase: " (last(frame, home.last_purchase)) },
        waits(home),
    ];
    if events > 0 {
        lines.push(html! {
            "In 24 hours " (count(events, "event", "events")) ", " (grouped(fired)) " of them fired by the browser too"
        });
    }
    if home.held > 0 {
        lines
            .push(html! { (count(home.held, "Purchase waits", "Purchases wait")) " for an order" });
    }
    lines
}

fn waits(home: &Home) -> Markup {
    match home.due {
        0 => html! { "Nothing waits to be sent" },
        n => html! { (count(n, "event waits", "events wait")) " to be sent" },
    }
}

fn where_are_my_orders(frame: &Frame, home: &Home) -> Vec<Markup> {
    let account = &home.account;
    let (told_of, accounted) = (account.told.n, account.accounted_for().n);
    let (tone, words) = match (told_of, accounted) {
        // All of none would say that all is well.
        (0, _) => (Tone::Waits, "accounted for: Shopify has told of none"),
        (told_of, accounted) if accounted == told_of => (Tone::Good, "accounted for"),
        (_, _) => (Tone::Bad, "accounted for: the others wait longer than usual"),
    };
    let is_silent = |(_, silence): &(String, Silence)| matches!(silence, Silence::Alarming { .. });
    vec![
        html! { span.big { (grouped(accounted)) " of " (grouped(told_of)) } br; (told(tone, words)) },
        html! { span.big { (grouped(account.reported().n)) } br; "reported" },
        html! { (grouped(account.recovered.n)) " of them recovered" },
        html! {
            "Shopify last told of one: " (last(frame, home.last_order))
            @if home.silences.iter().any(is_silent) {
                br; (told(Tone::Bad, "Purchases came since, and no order"))
            }
        },
        html! { span.soft { "of the last 7 days · " } a href=(frame.link(Page::Orders.path(), &[])) { "Orders" } },
    ]
}

fn am_i_lawful(home: &Home) -> Vec<Markup> {
    let Home { receipts, on_consent, open_demands, .. } = home;
    let permission = receipts - on_consent;
    let mut lines = vec![html! { "Nothing is sent without a grant, and each has a receipt" }];
    if *receipts > 0 {
        lines.push(html! {
            "Of the latest " (count(*receipts, "receipt", "receipts")) ": " (grouped(*on_consent)) " consent, "
            (grouped(permission)) " permission"
        });
    }
    let (tone, words) = match open_demands {
        0 => (Tone::Good, "no customer's demand is open".to_owned()),
        n => {
            let n = i64::try_from(*n).unwrap_or(i64::MAX);
            (Tone::Waits, count(n, "customer's demand is open", "customers' demands are open"))
        }
    };
    lines.push(told(tone, &words));
    lines
}

fn what_do_i_lose(home: &Home) -> Vec<Markup> {
    let account = &home.account;
    let of = |place| account.of(place).n;
    let (lost, tests) = (of(Place::Lost), of(Place::Test));
    let tone = if lost == 0 { Tone::Good } else { Tone::Bad };
    let mut lines = vec![
        html! { span.big { (grouped(lost)) } br; (told(tone, "lost by a fault")) },
        html! { (grouped(of(Place::NoConsent))) " without consent on record: not sent, and rightly" },
        html! { (grouped(of(Place::ConsentEnded))) " whose consent ended" },
    ];
    for (end, n) in account.ends(Place::Lost) {
        lines.push(html! { (grouped(n)) " " (end.replace('_', " ")) });
    }
    for (end, n) in account.ends(Place::NotForReport) {
        lines.push(html! { (grouped(n)) " " (end.replace('_', " ")) ": not for report" });
    }
    if tests > 0 {
        lines.push(html! { (grouped(tests)) " sent as tests: they never count" });
    }
    let recovered = sums(&account.recovered.money);
    if !recovered.is_empty() {
        lines.push(html! { (recovered) " recovered" });
    }
    lines
}

fn sums(of: &Money) -> String {
    let sums: Vec<_> =
        of.each().map(|(currency, value)| money(Some(value), Some(currency))).collect();
    sums.join(", ")
}

const PARTS: [Part; 5] = [
    Part { class: "bar-1", name: "reported" },
    Part { class: "bar-2", name: "recovered" },
    Part { class: "bar-3", name: "waiting or test" },
    Part { class: "bar-4", name: "not to be sent" },
    Part { class: "bar-5", name: "lost" },
];

/// Shops' days together. A day without an order is a day.
fn bars(frame: &Frame, days: &[OrderDay]) -> Markup {
    let today = frame.zone.day(frame.now.0).map_or(frame.now.0.div_euclid(DAY), Day::number);
    let shown = (today - FORTNIGHT + 1..=today).filter_map(Day::of_number);
    let mut by_day: BTreeMap<Day, Vec<i64>> =
        shown.map(|day| (day, vec![0; PARTS.len()])).collect();
    for day in days {
        let sum = by_day.entry(day.day).or_insert_with(|| vec![0; PARTS.len()]);
        for (sum, n) in sum.iter_mut().zip(parts_of(day)) {
            *sum += n;
        }
    }
    let bar = |(day, of_parts): (Day, Vec<i64>)| Bar { label: day.to_string(), of_parts };
    let bars: Vec<_> = by_day.into_iter().map(bar).collect();
    let zone = frame.zone.to_string();
    let whose = if frame.shop.is_none() && frame.shops.len() > 1 { "of each shop" } else { &zone };
    chart("Orders of the last 14 days", whose, &PARTS, &bars)
}

fn parts_of(day: &OrderDay) -> [i64; 5] {
    let lost = [End::Expired, End::RefusedByTiktok, End::NoContext];
    let lost: i64 = lost.iter().filter_map(|end| day.ended.get(end.name())).sum();
    let ended: i64 = day.ended.values().sum();
    [
        day.delivered - day.recovered,
        day.recovered,
        day.waiting + day.test,
        ended - lost + day.unread,
        lost,
    ]
}
