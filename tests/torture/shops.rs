//! Two hundred shops in one endpoint: nothing of one reaches another, whatever becomes of one.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use assent_lab::tiktok::Leg;
use serde_json::Value;

use crate::figures;
use crate::fleet::{
    Fleet, Server, add_to_cart, domain, email, event_id_of, order_of, pixel, purchase, secret,
    token, visitor,
};
use crate::support::beacon::hash;
use crate::support::until;

const SHOPS: usize = 200;
/// Its token is dead from the start.
const DEAD: usize = 7;
/// It is flooded.
const FLOODED: usize = 8;
/// A row of it is damaged.
const DAMAGED: usize = 9;
const VISITORS: usize = 3;
const FLOOD: usize = 4000;

/// What each shop told: every event's id, and whose it is.
#[derive(Default)]
struct Told(HashMap<String, usize>);

impl Told {
    fn tells(&mut self, server: &Server, shop: usize, beacon: &Value) {
        let answer = server.beacon(beacon);
        assert_eq!(
            (answer.status, answer.json()["accepted"].as_u64()),
            (202, Some(1)),
            "{answer:?}"
        );
        self.0.insert(event_id_of(beacon), shop);
    }

    fn of_all_but(&self, others: &[usize]) -> HashSet<&str> {
        let of = self.0.iter().filter(|(_, shop)| !others.contains(*shop));
        of.map(|(id, _)| id.as_str()).collect()
    }
}

#[test]
fn two_hundred_shops_never_cross_and_one_shops_trouble_is_its_own() {
    let fleet = Fleet::new(SHOPS);
    fleet.tiktok.revoke(&token(DEAD));
    let mut told = Told::default();

    let server = fleet.serve();
    for shop in 0..SHOPS {
        for n in 0..VISITORS {
            told.tells(&server, shop, &add_to_cart(shop, n));
            told.tells(&server, shop, &purchase(shop, n));
        }
        let order = order_of(shop, 0);
        let strangers = secret((shop + 1) % SHOPS);
        assert_eq!(server.webhook(shop, "orders/create", &order, &strangers).status, 401);
        let answer = server.webhook(shop, "orders/create", &order, &secret(shop));
        assert_eq!((answer.status, answer.json()["outcome"].as_str()), (200, Some("confirmed")));
    }
    // The Purchases that no order has confirmed are held; the rest has gone, but for the dead
    // token's.
    until("all but the dead token's shop have sent what is due", || {
        (delivered(&fleet).len() == (SHOPS - 1) * (VISITORS + 1)).then_some(())
    });

    // A row that nobody can read.
    drop(server.stop());
    let damaged = event_id_of(&purchase(DAMAGED, 1));
    let store = rusqlite::Connection::open(fleet.store()).expect("a store");
    let sql = "UPDATE event SET payload = '{' WHERE shop = ?1 AND lower(hex(event_id)) = ?2";
    let rows = store.execute(sql, [&domain(DAMAGED), &damaged]).expect("it is damaged");
    assert_eq!(rows, 1);
    drop(store);

    let server = fleet.serve();
    let slowest = others_during_a_flood(&server, &mut told);
    for shop in 0..SHOPS {
        for n in 1..VISITORS {
            let answer = server.webhook(shop, "orders/create", &order_of(shop, n), &secret(shop));
            assert_eq!(answer.status, 200, "{answer:?}");
        }
    }
    until("everybody but the dead token's shop and the damaged row is delivered", || {
        let delivered = delivered(&fleet);
        let mut expected = told.of_all_but(&[DEAD]);
        expected.remove(damaged.as_str());
        expected.iter().all(|id| delivered.contains(*id)).then_some(())
    });
    let answer = server.get("/healthz");
    assert_eq!(answer.status, 200);
    drop(server.stop());

    let stories = fleet.stories();
    let of = |id: &str| stories.iter().filter(|(_, one, _)| one == id).count();
    assert!(told.0.keys().all(|id| of(id) == 1), "an event without its row");
    let standing = |shop| {
        let own = stories.iter().filter(|(domain_of, _, _)| *domain_of == domain(shop));
        own.map(|(_, id, state)| (id.as_str(), state.as_str())).collect::<Vec<_>>()
    };
    assert!(standing(DEAD).iter().all(|(_, state)| *state == "due"), "{:?}", standing(DEAD));
    for (id, state) in standing(DAMAGED) {
        let expected = if id == damaged { "erased" } else { "delivered" };
        assert_eq!(state, expected, "{id}");
    }
    let sent = judge(&fleet, &told);
    figures::print(&[
        ("shops in one endpoint", SHOPS),
        ("events of theirs", told.0.len()),
        ("sends of theirs that did not cross", sent),
        ("slowest of another shop's beacons during a flood, ms", slowest),
    ]);
}

fn delivered(fleet: &Fleet) -> HashSet<String> {
    let all = fleet.stories().into_iter().filter(|(_, _, state)| state == "delivered");
    all.map(|(_, id, _)| id).collect()
}

/// One shop is flooded from eight sides; the others' beacons are taken all the same. The slowest of
/// theirs, in milliseconds.
fn others_during_a_flood(server: &Server, told: &mut Told) -> usize {
    let next = AtomicUsize::new(0);
    let mut slowest = Duration::ZERO;
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    if n >= FLOOD {
                        break;
                    }
                    // The same few events over and over: a flood brings nothing new.
                    let status = server.beacon(&add_to_cart(FLOODED, n % VISITORS)).status;
                    assert!([202, 429, 503].contains(&status), "{status}");
                }
            });
        }
        for shop in (0..SHOPS).filter(|shop| *shop != FLOODED) {
            let begun = Instant::now();
            told.tells(server, shop, &add_to_cart(shop, VISITORS));
            slowest = slowest.max(begun.elapsed());
        }
    });
    assert!(slowest < Duration::from_secs(5), "another shop's beacon waited {slowest:?}");
    usize::try_from(slowest.as_millis()).expect("few")
}

/// At the stand-in: every request bears the token of the shop whose pixel it names, and every event
/// in it is that shop's, of its own visitor and its own customer. How many were sent.
fn judge(fleet: &Fleet, told: &Told) -> usize {
    let mut sent = 0;
    for request in fleet.tiktok.received() {
        assert_eq!(request.leg, Leg::EventsApi);
        let body: Value = serde_json::from_str(&request.body).expect("JSON");
        let shop = (0..SHOPS).find(|shop| body["event_source_id"] == pixel(*shop));
        let shop = shop.expect("a pixel of ours");
        let tokens: Vec<&str> = request
            .headers
            .iter()
            .filter(|(name, _)| name == "access-token")
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(tokens, [token(shop)], "a token at another's pixel");
        let visitors: Vec<String> = (0..=VISITORS).map(|n| visitor(shop, n)).collect();
        let emails: Vec<String> = (0..=VISITORS).map(|n| hash(&email(shop, n))).collect();
        for event in body["data"].as_array().expect("events") {
            let id = event["event_id"].as_str().expect("an id");
            assert_eq!(told.0.get(id), Some(&shop), "{id} of another shop, or of none");
            let user = &event["user"];
            let at = visitors.iter().position(|known| user["external_id"] == *known);
            let at = at.unwrap_or_else(|| panic!("another shop's visitor in {id}"));
            let agent = format!("Mozilla/5.0 (shop {shop}, visitor {at})");
            assert_eq!(user["user_agent"], agent);
            assert!(user["email"].is_null() || user["email"] == emails[at], "another's contact");
            sent += 1;
        }
    }
    assert!(sent >= told.of_all_but(&[DEAD]).len() - 1);
    let mut counted = HashSet::new();
    for conversion in fleet.tiktok.counted() {
        assert!(counted.insert(conversion.event_id), "counted twice");
    }
    assert_eq!(fleet.tiktok.violations(), Vec::<String>::new());
    sent
}
