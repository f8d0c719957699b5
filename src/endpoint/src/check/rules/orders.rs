//! Orders and consent: does Shopify tell, on what ground is reported, what do customers demand, and who
//! else reports.

use std::collections::BTreeMap;

use assent_gate::consent::Cmp;
use assent_gate::time::{DAY, HOUR, Timestamp};

use super::words::span;
use crate::calendar::moment;
use crate::check::line::{Group, Line};
use crate::rules::account::Place;
use crate::rules::order::Topic;
use crate::rules::silence::Silence;
use crate::store::read::{Account, Arrivals, DemandOnRecord, Grounds, PixelSeen, RefusalDay};

const GROUP: Group = Group::Orders;
const WEBHOOKS: &str = "order webhooks";
/// Shopify wants a demand done in 30 days. What is not done after 23 of them does not do itself.
const NEAR: i64 = 7 * DAY;

const STOPPED: &str = "is the webhook still registered in Shopify? It deletes one after eight failures: `assent webhooks`";

/// `refused`: webhooks that were refused and none accepted since.
pub(crate) fn webhooks(
    silence: Silence,
    topics: &BTreeMap<String, Timestamp>,
    refused: Option<&RefusalDay>,
    arrivals: &[Arrivals],
    now: Timestamp,
) -> Line {
    const SET_UP: &str =
        "`assent webhooks` says what to register in Shopify, and where its secret goes";
    if let Some(refused) = refused {
        let words = format!(
            "{} ({} on {}; {})",
            refused.beginning(),
            refused.n,
            refused.day,
            refused.last()
        );
        let advice = refused.refused().map_or("see the server's log", |refused| refused.advice());
        return Line::red(GROUP, WEBHOOKS, words).advice(advice);
    }
    if silence == Silence::NotSetUp {
        let words = "none are taken: webhook_secret_envs names no secret. No Purchase is confirmed by its order, \
                     and none is recovered where the browser told of none";
        return Line::amber(GROUP, WEBHOOKS, words).advice(SET_UP);
    }
    if let Silence::Alarming { since } = silence
        && !topics.is_empty()
    {
        let words = format!(
            "for {} Purchases have come, and Shopify told of no order",
            span(now.since(since))
        );
        return Line::red(GROUP, WEBHOOKS, words).advice(STOPPED);
    }
    let heard = [Topic::Created, Topic::Paid].map(Topic::name);
    let heard: Vec<_> = heard
        .iter()
        .filter_map(|topic| Some(format!("{topic} {} ago", span(now.since(*topics.get(*topic)?)))))
        .collect();
    if !heard.is_empty() {
        return Line::green(GROUP, WEBHOOKS, format!("{}, signed", heard.join(", ")));
    }
    // Its order should have come long ago.
    let is_old =
        |arrivals: &&Arrivals| arrivals.name == "Purchase" && now.since(arrivals.last_at) > HOUR;
    if let Some(Arrivals { last_at, .. }) = arrivals.iter().find(is_old) {
        let words = format!(
            "a Purchase came {} ago, and Shopify never told of an order",
            span(now.since(*last_at))
        );
        return Line::red(GROUP, WEBHOOKS, words).advice(SET_UP);
    }
    Line::amber(GROUP, WEBHOOKS, "Shopify has told of no order yet")
        .advice(format!("{SET_UP}; when it is registered, a test order shows it"))
}

/// What became of the orders of a week. A lawful no is no fault; that not one was reported may be one.
pub(crate) fn accounted(account: &Account) -> Line {
    const NAME: &str = "orders of 7 days";
    let (told, reported) = (account.told.n, account.reported().n);
    if told == 0 {
        return Line::unknown(GROUP, NAME, "Shopify has told of none");
    }
    let accounted = account.accounted_for().n;
    let rest = account.not_reported_text();
    let rest = if rest.is_empty() { rest } else { format!(": {rest}") };
    let words = format!("{accounted} of {told} accounted for; {reported} reported{rest}");
    let each =
        "`assent why` with an order's number says why, and what to do; `assent tail` lists them";
    if accounted < told {
        Line::red(GROUP, NAME, words).advice(each)
    } else if account.of(Place::Lost).n > 0 || account.is_fruitless() {
        Line::amber(GROUP, NAME, words).advice(each)
    } else {
        Line::green(GROUP, NAME, words)
    }
}

/// Those that come seldom. Nobody can tell one that has not happened from one that is not registered.
pub(crate) fn seldom(topics: &BTreeMap<String, Timestamp>, now: Timestamp) -> Line {
    const NAME: &str = "other topics";
    let all = [Topic::Cancelled, Topic::Refunded].map(Topic::name);
    let (came, never): (Vec<&str>, Vec<&str>) =
        all.into_iter().partition(|topic| topics.contains_key(*topic));
    let came: Vec<_> = came
        .iter()
        .filter_map(|topic| Some(format!("{topic} {} ago", span(now.since(*topics.get(*topic)?)))))
        .collect();
    if never.is_empty() {
        return Line::green(GROUP, NAME, came.join(", "));
    }
    let mut parts = came;
    parts.push(format!("{} never came", never.join(" and ")));
    Line::unknown(GROUP, NAME, parts.join("; ")).advice(
        "they come with the first cancellation and the first refund. Compare Shopify's list of webhooks with \
         `assent webhooks`: an order that is cancelled before it is reported must not be",
    )
}

/// What the shop's reports rest on.
pub(crate) fn ground(cmp: Cmp, grounds: &Grounds) -> Line {
    const NAME: &str = "ground";
    let Grounds { receipts, consent } = grounds;
    if *receipts == 0 {
        return Line::unknown(GROUP, NAME, "no receipt of the last 7 days is on record");
    }
    let all: i64 = consent.values().sum();
    let mut tools: Vec<_> = consent.iter().collect();
    tools.sort_by_key(|(_, n)| -**n);
    let tools: Vec<_> = tools.iter().map(|(tool, n)| format!("{tool} {n}")).collect();
    let by = if tools.is_empty() { String::new() } else { format!(" ({})", tools.join(", ")) };
    let words = format!("{all} of the latest {receipts} receipts rest on consent{by}");
    if all == *receipts {
        return Line::green(GROUP, NAME, words);
    }
    let rest = receipts - all;
    let words = format!("{words}; {rest} on Shopify's permission");
    let advice = if cmp == Cmp::Shopify {
        "permission is all there is where the shop asks nobody (no law asks for it there). Where it must ask, \
         Shopify's banner has to be shown: docs/receipts.md says what each proves"
    } else {
        "they came while the tool had no record: docs/receipts.md says what each proves"
    };
    Line::unknown(GROUP, NAME, words).advice(advice)
}

/// What customers asked for through Shopify, and is not done.
pub(crate) fn demands<'a>(open: impl Iterator<Item = &'a DemandOnRecord>, now: Timestamp) -> Line {
    const NAME: &str = "demands";
    let open: Vec<_> = open.collect();
    let Some(first) = open.iter().map(|demand| demand.due_at).min() else {
        return Line::green(GROUP, NAME, "none open");
    };
    let words = format!("{} open; the first is due by {}", open.len(), moment(first));
    let advice = "the server carries them out by itself; if it does not, its log says why (docs/compliance.md)";
    if first < now.0 {
        Line::red(GROUP, NAME, words).advice(advice)
    } else if first - now.0 < NEAR {
        Line::amber(GROUP, NAME, words).advice(advice)
    } else {
        Line::green(GROUP, NAME, words)
    }
}

/// More than one of ours.
pub(crate) fn own_pixels(pixels: &[PixelSeen]) -> Line {
    const NAME: &str = "pixels of ours";
    match pixels {
        [] => Line::unknown(GROUP, NAME, "none was seen in 7 days"),
        [one] => Line::green(GROUP, NAME, format!("one: {}", one.name())),
        several => {
            let names: Vec<_> = several.iter().map(PixelSeen::name).collect();
            Line::amber(GROUP, NAME, format!("{}: {}", several.len(), names.join(", "))).advice(
                "they report under the same ids, so TikTok counts each event once; but every browser works twice, \
                 and one's settings may contradict the other's. Switch one off: extension/README.md says which",
            )
        }
    }
}

pub(crate) fn other_pixels() -> Line {
    Line::unknown(GROUP, "other pixels", "cannot be seen from here").advice(
        "Shopify's Settings > Customer events must list one TikTok pixel only: TikTok's own app, and another \
         pixel, count every sale again under ids of their own",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::line::Light;

    const NOW: Timestamp = Timestamp(1_772_442_000);

    fn heard(topics: &[(&str, i64)]) -> BTreeMap<String, Timestamp> {
        topics.iter().map(|(topic, ago)| ((*topic).to_owned(), NOW.plus(-ago))).collect()
    }

    #[test]
    fn silence_of_shopify_is_red_only_where_an_order_must_have_been_told_of() {
        let purchase = |ago: i64| Arrivals {
            name: "Purchase".to_owned(),
            last_at: NOW.plus(-ago),
            day: crate::store::read::Payloads::default(),
        };
        let line = |topics: &[(&str, i64)], arrivals: &[Arrivals]| {
            webhooks(Silence::None, &heard(topics), None, arrivals, NOW).light
        };
        assert_eq!(line(&[], &[]), Light::Amber);
        assert_eq!(line(&[], &[purchase(60)]), Light::Amber);
        assert_eq!(line(&[], &[purchase(2 * HOUR)]), Light::Red);
        assert_eq!(line(&[("orders/create", 60)], &[purchase(2 * HOUR)]), Light::Green);
        // Orders were told of once, and are no more.
        let stopped = Silence::Alarming { since: NOW.plus(-2 * DAY) };
        let long_ago = heard(&[("orders/create", 10 * DAY)]);
        let line = webhooks(stopped, &long_ago, None, &[purchase(60)], NOW);
        assert_eq!(line.light, Light::Red);
        assert!(line.words.starts_with("for 48 h Purchases"), "{}", line.words);
        assert_eq!(webhooks(Silence::NotSetUp, &heard(&[]), None, &[], NOW).light, Light::Amber);
    }

    #[test]
    fn a_permission_is_not_called_a_consent() {
        let consent = BTreeMap::from([("onetrust".to_owned(), 3)]);
        let all = ground(Cmp::Shopify, &Grounds { receipts: 3, consent: consent.clone() });
        assert_eq!(
            (all.light, all.words.as_str()),
            (Light::Green, "3 of the latest 3 receipts rest on consent (onetrust 3)")
        );
        let some = ground(Cmp::Shopify, &Grounds { receipts: 5, consent });
        assert!(
            some.light == Light::Unknown && some.words.contains("2 on Shopify's permission"),
            "{some:?}"
        );
    }

    #[test]
    fn what_never_came_may_only_not_have_happened() {
        assert_eq!(seldom(&heard(&[]), NOW).light, Light::Unknown);
        let both = heard(&[("orders/cancelled", 60), ("refunds/create", 60)]);
        assert_eq!(seldom(&both, NOW).light, Light::Green);
    }
}
