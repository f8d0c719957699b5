//! Shoppers, each beacon at its own time whatever the endpoints do. Without an answer it is posted again,
//! to whichever endpoint lives, as the browser's outbox and Shopify do.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::endpoints::{Addresses, SHOPS, WITH_ORDERS};
use crate::fleet::{add_to_cart, domain, event_id_of, order_of, purchase, secret, visitor};
use crate::support::beacon::now;
use crate::support::http::{Answer, request};
use crate::support::orders::signature;
use crate::support::until;

const THREADS: usize = 12;
/// Apart from every shopper's own number.
const SECOND: usize = 1_000_000;

/// What was answered: event ids.
#[derive(Clone, Default)]
pub(super) struct Told {
    pub(super) accepted: HashSet<String>,
    /// Never to be sent: no grant, or one from before the shopper's no.
    pub(super) refused: HashSet<String>,
    /// Accepted, then said no to; when that was answered.
    pub(super) withdrawn: HashMap<String, Instant>,
}

pub(super) struct Shoppers {
    addresses: Addresses,
    told: Mutex<Told>,
    next: AtomicU32,
}

impl Shoppers {
    pub(super) fn new(addresses: Addresses) -> Self {
        Self { addresses, told: Mutex::default(), next: AtomicU32::new(0) }
    }

    pub(super) fn told(&self) -> Told {
        self.lock().clone()
    }

    pub(super) fn begin(self: &Arc<Self>, rate: u32, long: Duration) -> Vec<JoinHandle<()>> {
        let begun = Instant::now();
        let shop = |_| {
            let all = self.clone();
            std::thread::spawn(move || {
                loop {
                    let n = all.next.fetch_add(1, Ordering::Relaxed);
                    let at = Duration::from_secs(1) * n / rate;
                    if at > long {
                        return;
                    }
                    std::thread::sleep(at.saturating_sub(begun.elapsed()));
                    all.shop(usize::try_from(n).expect("few"));
                }
            })
        };
        (0..THREADS).map(shop).collect()
    }

    fn shop(&self, n: usize) {
        let of = n % SHOPS;
        match n % 20 {
            0 => self.says_no_from_the_start(of, n),
            1 | 7 => self.says_no_afterwards(of, n),
            2 | 12 => self.buys(n),
            _ => self.accepted(n, &add_to_cart(of, n)),
        }
    }

    fn accepted(&self, n: usize, beacon: &Value) {
        let answer = self.beacon(n, beacon, &[]);
        let json = answer.json();
        let taken = json["accepted"].as_u64().zip(json["duplicate"].as_u64());
        assert_eq!((answer.status, taken.map(|(a, b)| a + b)), (202, Some(1)), "{answer:?}");
        self.lock().accepted.insert(event_id_of(beacon));
    }

    fn refused(&self, n: usize, beacon: &Value, headers: &[(&str, &str)]) {
        self.lock().refused.insert(event_id_of(beacon));
        let answer = self.beacon(n, beacon, headers);
        assert_eq!(answer.status, 403, "{answer:?}");
    }

    fn says_no_from_the_start(&self, of: usize, n: usize) {
        self.refused(n, &add_to_cart(of, n), &[("Sec-GPC", "1")]);
    }

    /// At another endpoint than the one that took the event.
    fn says_no_afterwards(&self, of: usize, n: usize) {
        let event = add_to_cart(of, n);
        self.accepted(n, &event);
        let no = json!({
            "v": 1, "shop": domain(of), "sent_at": now(),
            "client": {"version": "1.0.0", "kind": "custom"},
            "withdraw": {"at": now(), "checkouts": [], "carts": [], "external_id": visitor(of, n)},
        });
        let answer = self.beacon(n + 1, &no, &[]);
        assert_eq!(answer.status, 202, "{answer:?}");
        self.lock().withdrawn.insert(event_id_of(&event), Instant::now());
        // What rests on the grant of before comes too late, wherever it comes.
        let mut late = add_to_cart(of, n + SECOND);
        late["consent"]["evaluated_at"] = (now() - 60).into();
        late["events"][0]["user"]["external_id"] = visitor(of, n).into();
        self.refused(n + 2, &late, &[]);
    }

    /// The beacon and Shopify's order meet at the same moment, at two endpoints.
    fn buys(&self, n: usize) {
        std::thread::scope(|both| {
            both.spawn(|| {
                let body = order_of(WITH_ORDERS, n).to_string();
                let (domain, signed) =
                    (domain(WITH_ORDERS), signature(&secret(WITH_ORDERS), body.as_bytes()));
                let headers = [
                    ("Content-Type", "application/json"),
                    ("X-Shopify-Topic", "orders/create"),
                    ("X-Shopify-Shop-Domain", &domain),
                    ("X-Shopify-Hmac-Sha256", &signed),
                ];
                let answer = self.post(n + 1, "/v1/webhooks/shopify", &headers, &body);
                assert_eq!(answer.status, 200, "{answer:?}");
            });
            self.accepted(n, &purchase(WITH_ORDERS, n));
        });
    }

    fn beacon(&self, n: usize, beacon: &Value, headers: &[(&str, &str)]) -> Answer {
        let headers = [&[("Content-Type", "text/plain")], headers].concat();
        self.post(n, "/v1/events", &headers, &beacon.to_string())
    }

    /// An answer that is not "come again".
    fn post(&self, n: usize, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut turn = n;
        until("an endpoint answers", || {
            let address = self.addresses.of(turn);
            turn += 1;
            let answer =
                address.and_then(|to| request(&to, "POST", path, headers, body.as_bytes()));
            match answer {
                Some(answer) if answer.status == 503 || answer.status == 429 => {
                    assert!(answer.header("retry-after").is_some(), "{answer:?}");
                    None
                }
                answer => answer,
            }
        })
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
