//! What shoppers, Shopify, TikTok and an operator do to the endpoint, and what they have been promised
//! at which moment.

use std::thread;

use serde_json::Value;

use crate::disk::Disk;
use crate::endpoint::Endpoint;
use crate::support::beacon::{add_to_cart, anchor, beacon, hash, now, purchase, withdrawal};
use crate::support::http::Answer;
use crate::support::orders::order;

/// Something that was acknowledged, and has to hold from then on.
#[derive(Debug, Clone)]
pub(crate) enum Promise {
    /// 202: the event is on record.
    Accepted { event_id: String },
    /// 202: nothing that rests on this beacon's grant is sent, and it is not taken again.
    Withdrawn { event_id: String, beacon: String },
    /// 200: the order is on record.
    Ordered { order: String },
    /// The courier may forget it: it is never sent again.
    Delivered { event_id: String },
    /// 200: nothing of the customer is left.
    Erased { event_id: String, secret: String },
}

/// Everything that was promised, each with how many operations the disk had seen by then.
#[derive(Debug, Default)]
pub(crate) struct Promises(pub(crate) Vec<(usize, Promise)>);

impl Promises {
    pub(crate) fn add(&mut self, disk: &Disk, promise: Promise) {
        self.0.push((disk.operations(), promise));
    }

    /// Those made before the disk saw its operation number `at`.
    pub(crate) fn before(&self, at: usize) -> impl Iterator<Item = &Promise> {
        self.0.iter().filter(move |(made, _)| *made <= at).map(|(_, promise)| promise)
    }
}

/// A beacon with one event of a visitor of its own, and the event's id.
pub(crate) fn shopper(n: usize, buys: bool) -> (String, String) {
    let token = format!("token-{n}");
    let mut event = if buys { purchase(&token) } else { add_to_cart(&format!("sh-{n}")) };
    event["user"]["external_id"] = hash(&format!("visitor-{n}")).into();
    event["user"]["email"] = secret(n).into();
    let event_id = event["event_id"].as_str().expect("an id").to_owned();
    let checkout = buys.then(|| anchor(&token));
    let mut body = beacon(checkout.as_deref(), &[event]);
    // Before any no of this test, whenever this is made.
    body["consent"]["evaluated_at"] = (now() - 600).into();
    (body.to_string(), event_id)
}

/// The hash of a shopper's address: found nowhere once it is erased.
pub(crate) fn secret(n: usize) -> String {
    hash(&format!("shopper-{n}@example.com"))
}

pub(crate) fn no_of(n: usize) -> String {
    withdrawal(now(), &[], Some(&hash(&format!("visitor-{n}")))).to_string()
}

fn order_of(n: usize) -> Value {
    order(1000 + u64::try_from(n).expect("it fits"), &format!("token-{n}"))
}

/// A day of the endpoint on this disk: twice it is started, once it is stopped in good order.
pub(crate) fn day(disk: &Disk) -> Promises {
    let mut promises = Promises::default();
    let first = Endpoint::start(disk.folder()).expect("a store");
    for n in 0..4 {
        accept(&first, disk, &mut promises, n, n % 2 == 0);
    }
    rush(&first, disk, &mut promises, 4..10);
    ordered(&first, disk, &mut promises, 0);
    first.deliver().expect("it is written down");
    for (_, event_id) in [shopper(1, false), shopper(3, false)] {
        promises.add(disk, Promise::Delivered { event_id });
    }
    withdraw(&first, disk, &mut promises, 2, true);
    erase(&first, disk, &mut promises, 6);
    // The log is empty now, and begins anew.
    accept(&first, disk, &mut promises, 20, true);
    withdraw(&first, disk, &mut promises, 8, true);
    first.sweep().expect("it is swept");
    ordered(&first, disk, &mut promises, 20);
    first.stop();
    let second = Endpoint::start(disk.folder()).expect("a store");
    rush(&second, disk, &mut promises, 30..34);
    withdraw(&second, disk, &mut promises, 20, true);
    ordered(&second, disk, &mut promises, 32);
    erase(&second, disk, &mut promises, 4);
    accept(&second, disk, &mut promises, 40, false);
    second.stop();
    promises
}

fn accept(endpoint: &Endpoint, disk: &Disk, promises: &mut Promises, n: usize, buys: bool) {
    let (body, event_id) = shopper(n, buys);
    taken(&endpoint.beacon(&body));
    promises.add(disk, Promise::Accepted { event_id });
}

/// At the same time, so that several share a commit. Every second one buys.
fn rush(
    endpoint: &Endpoint,
    disk: &Disk,
    promises: &mut Promises,
    shoppers: std::ops::Range<usize>,
) {
    let made: Vec<(usize, Promise)> = thread::scope(|scope| {
        let threads: Vec<_> = shoppers
            .map(|n| {
                scope.spawn(move || {
                    let (body, event_id) = shopper(n, n % 2 == 0);
                    taken(&endpoint.beacon(&body));
                    (disk.operations(), Promise::Accepted { event_id })
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    promises.0.extend(made);
}

fn ordered(endpoint: &Endpoint, disk: &Disk, promises: &mut Promises, n: usize) {
    let order = order_of(n);
    let answer = endpoint.order(&format!("webhook-{n}"), &order);
    assert_eq!(answer.status, 200, "{answer:?}");
    promises.add(disk, Promise::Ordered { order: order["id"].to_string() });
}

fn withdraw(endpoint: &Endpoint, disk: &Disk, promises: &mut Promises, n: usize, buys: bool) {
    let (beacon, event_id) = shopper(n, buys);
    let answer = endpoint.beacon(&no_of(n));
    assert_eq!(answer.status, 202, "{answer:?}");
    promises.add(disk, Promise::Withdrawn { event_id, beacon });
}

fn erase(endpoint: &Endpoint, disk: &Disk, promises: &mut Promises, n: usize) {
    let answer = endpoint.forget(&anchor(&format!("token-{n}")));
    assert_eq!((answer.status, &answer.json()["overwritten"]), (200, &true.into()), "{answer:?}");
    let (_, event_id) = shopper(n, true);
    promises.add(disk, Promise::Erased { event_id, secret: secret(n) });
}

fn taken(answer: &Answer) {
    assert_eq!(answer.status, 202, "{answer:?}");
}
