//! `assent forget` before it forgets: a dry run tells what the erasure does, and a person is asked.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use assent_endpoint::store::read::{Preview, Reader};
use assent_endpoint::store::{Erased, Whom};
use assent_gate::time::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::bench::{Bench, DELIVERED, HOUR, START};
use crate::support::beacon::{add_to_cart, anchor, beacon, hash, purchase};
use crate::support::http::request;
use crate::support::orders::order;
use crate::support::rows::{Field, OfField, Rows};
use crate::support::server::{ADMIN_TOKEN, SHOP, World};
use crate::support::terminal::{at_terminal, seen_at_terminal};

const WEBHOOKS: &str = r#"webhook_secret_envs = ["ACME_SHOPIFY_SECRET"]"#;

/// What can happen in a shop before somebody wants to be forgotten. Few names, so that they meet.
#[derive(Debug, Clone)]
enum Op {
    Beacon(Told),
    /// Shopify tells of the order that this checkout became.
    Order {
        token: usize,
        email: usize,
    },
    Deliver,
    Withdraw {
        visitor: usize,
    },
    Later,
    Damage,
}

#[derive(Debug, Clone)]
struct Told {
    visitor: Option<usize>,
    token: Option<usize>,
    cart: Option<usize>,
    email: Option<usize>,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let few = || 0..3_usize;
    let maybe = || prop::option::of(few());
    let told = (maybe(), maybe(), maybe(), maybe())
        .prop_map(|(visitor, token, cart, email)| Told { visitor, token, cart, email });
    let op = prop_oneof![
        8 => told.prop_map(Op::Beacon),
        2 => (few(), few()).prop_map(|(token, email)| Op::Order { token, email }),
        2 => Just(Op::Deliver),
        1 => few().prop_map(|visitor| Op::Withdraw { visitor }),
        1 => Just(Op::Later),
        1 => Just(Op::Damage),
    ];
    prop::collection::vec(op, 1..24)
}

fn whoms() -> impl Strategy<Value = Vec<Whom>> {
    let whom = (0..4_u8, 0..3_usize).prop_map(|(kind, n)| match kind {
        0 => Whom::Order("7".to_owned()),
        1 => Whom::Contact(hash(&email(n)).parse().expect("a hash")),
        2 => Whom::Checkout(anchor(&token(n)).parse().expect("an anchor")),
        _ => Whom::Visitor(hash(&visitor(n)).parse().expect("a hash")),
    });
    prop::collection::vec(whom, 1..4)
}

fn email(n: usize) -> String {
    format!("{n}@example.com")
}

fn token(n: usize) -> String {
    format!("t{n}")
}

fn visitor(n: usize) -> String {
    format!("visitor {n}")
}

/// A browser's, a checkout's and a cart's as told; without any of them its evidence is everybody's.
fn event(told: &Told, nth: usize) -> Value {
    let mut event = match told.token {
        Some(n) if nth.is_multiple_of(2) => purchase(&token(n)),
        Some(_) | None => add_to_cart(&format!("sh-{nth}")),
    };
    event["checkout"] = told.token.map(|n| anchor(&token(n))).into();
    event["user"]["external_id"] = told.visitor.map(|n| hash(&visitor(n))).into();
    event["user"]["email"] = told.email.map(|n| hash(&email(n))).into();
    event["user"]["phone"] = Value::Null;
    event
}

async fn happen(bench: &Bench, op: &Op, nth: usize, now: &mut Timestamp) {
    match op {
        Op::Beacon(told) => {
            let cart = told.cart.map(|n| hash(&format!("cart {n}")));
            bench.accept_on(&event(told, nth), START, cart.as_deref(), *now).await;
        }
        Op::Order { token: n, email: of } => {
            bench.bought(&token(*n), &email(*of), START, *now).await;
        }
        Op::Deliver => {
            bench.deliver(&DELIVERED, *now).await;
        }
        Op::Withdraw { visitor: n } => bench.withdraw_as(&visitor(*n), *now).await,
        Op::Later => *now = now.plus(HOUR),
        // Of the newest event that waits: nobody can read it any more.
        Op::Damage => bench.damage(
            "UPDATE event SET payload = 'x' WHERE id = (SELECT max(id) FROM event WHERE ended = 0);
             UPDATE event SET state = 'x' WHERE id = (SELECT min(id) FROM event WHERE ended = 0)",
        ),
    }
}

fn preview(bench: &Bench, whom: &Whom, now: Timestamp) -> Preview {
    let reader = Reader::open(bench.place()).expect("a store");
    let preview = reader.erasure(&bench.shop.settings.shop, whom, now).expect("it can be read");
    preview.expect("the shop is known")
}

/// What an erasure changes, as it stands in the tables.
struct Standing {
    /// Whether it has ended; what it rests on.
    events: BTreeMap<i64, (bool, i64)>,
    contexts: BTreeSet<i64>,
    /// Their digests; one that is left bare gets another.
    receipts: BTreeMap<i64, Vec<u8>>,
    /// Those that hang on something.
    linked: BTreeSet<i64>,
    /// By what they are called.
    orders: BTreeMap<i64, String>,
}

impl Standing {
    fn of(rows: &Rows) -> Self {
        fn two<T: OfField>(rows: &Rows, sql: &str) -> BTreeMap<i64, T> {
            let pairs = rows.all(sql).into_iter().map(<[Field; 2]>::try_from);
            pairs.map(|pair| pair.expect("two")).map(|[id, of]| (i64::of(id), T::of(of))).collect()
        }
        let ended: BTreeMap<i64, bool> = two(rows, "SELECT id, ended FROM event");
        let mut on: BTreeMap<i64, i64> = two(rows, "SELECT id, receipt FROM event");
        let linked = "SELECT id FROM receipt
             WHERE coalesce(checkout, cart, visitor, customer) IS NOT NULL";
        Self {
            events: ended
                .into_iter()
                .map(|(id, ended)| (id, (ended, on.remove(&id).expect("the same rows"))))
                .collect(),
            contexts: rows.column("SELECT id FROM context").into_iter().collect(),
            receipts: two(rows, "SELECT id, digest FROM receipt"),
            linked: rows.column(linked).into_iter().collect(),
            orders: two(rows, "SELECT id, order_id FROM order_fact"),
        }
    }

    /// What has happened since then.
    fn erased(&self, after: &Self) -> Erased {
        let events = self.events.iter().map(|(id, before)| (before, &after.events[id]));
        let (open, ended): (Vec<_>, Vec<_>) = events.partition(|((ended, _), _)| !ended);
        let is_bare = |id: &&i64| after.receipts[*id] != self.receipts[*id];
        Erased {
            undelivered: open.iter().filter(|(_, (has_ended, _))| *has_ended).count(),
            ended: ended.iter().filter(|((_, on), (_, now_on))| on != now_on).count(),
            contexts: self.contexts.difference(&after.contexts).count(),
            receipts: self.linked.iter().filter(is_bare).count(),
            orders: self.orders.iter().filter(|(id, name)| after.orders[id] != **name).count(),
        }
    }
}

#[test]
fn whatever_has_happened_a_dry_run_tells_exactly_what_the_erasure_then_does() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let cases = Config { cases: 96, ..Config::default() };
    let (reached, beyond) = (Cell::new(0), Cell::new(0));
    let run = TestRunner::new(cases).run(&(ops(), whoms()), |(ops, whoms)| {
        runtime.block_on(async {
            let (bench, mut now) = (Bench::new(""), START);
            for (nth, op) in ops.iter().enumerate() {
                happen(&bench, op, nth, &mut now).await;
            }
            for whom in whoms {
                let before = bench.rows().dump();
                let told = preview(&bench, &whom, now);
                prop_assert_eq!(bench.rows().dump(), before, "a dry run wrote");
                let before = Standing::of(&bench.rows());
                let erased = bench.erase(whom.clone(), now).await;
                prop_assert_eq!(told.would_erase, erased);
                let happened = before.erased(&Standing::of(&bench.rows()));
                prop_assert_eq!(told.would_erase, happened, "it did something else");
                reached.set(reached.get() + told.reach.named);
                beyond.set(beyond.get() + told.reach.beyond);
                let after = preview(&bench, &whom, now).would_erase;
                prop_assert_eq!(after, Erased::default(), "something is still found");
            }
            Ok(())
        })
    });
    run.expect("a dry run tells the truth");
    let (reached, beyond) = (reached.get(), beyond.get());
    assert!(reached > 50 && beyond > 10, "the histories were too thin: {reached}, {beyond}");
}

/// Where a Purchase ends its checkout's contexts go, whoever left them: they are counted.
#[tokio::test]
async fn contexts_that_go_with_a_purchase_are_told_and_counted_too() {
    let bench = Bench::new("");
    let told = |visitor: Option<usize>, token: Option<usize>, cart: Option<usize>| {
        Op::Beacon(Told { visitor, token, cart, email: None })
    };
    let mut now = START;
    let ops = [
        told(Some(1), None, Some(0)),
        told(None, Some(1), None),
        told(Some(1), Some(1), None),
        told(Some(2), Some(2), Some(0)),
        told(Some(0), Some(2), Some(0)),
    ];
    for (nth, op) in ops.iter().enumerate() {
        happen(&bench, op, 2 * nth, &mut now).await;
    }
    let whom = Whom::Visitor(hash(&visitor(1)).parse().expect("a hash"));
    let preview = preview(&bench, &whom, now);
    let before = Standing::of(&bench.rows());
    assert_eq!(bench.erase(whom, now).await, preview.would_erase);
    assert_eq!(before.erased(&Standing::of(&bench.rows())), preview.would_erase);
}

/// So too where the Purchase cannot be read any more, and ends for that.
#[tokio::test]
async fn contexts_that_go_with_a_purchase_that_cannot_be_read_are_told_too() {
    let told = |visitor: Option<usize>, token: Option<usize>, cart: Option<usize>| {
        Op::Beacon(Told { visitor, token, cart, email: None })
    };
    let ops = [
        told(None, Some(0), Some(0)),
        Op::Damage,
        told(None, None, Some(0)),
        told(Some(2), Some(0), None),
    ];
    let visitor = Whom::Visitor(hash(&visitor(2)).parse().expect("a hash"));
    let checkout = Whom::Checkout(anchor(&token(0)).parse().expect("an anchor"));
    for whom in [visitor, checkout] {
        let (bench, mut now) = (Bench::new(""), START);
        for (nth, op) in ops.iter().enumerate() {
            happen(&bench, op, nth, &mut now).await;
        }
        let preview = preview(&bench, &whom, now);
        let before = Standing::of(&bench.rows());
        assert_eq!(bench.erase(whom, now).await, preview.would_erase);
        assert_eq!(before.erased(&Standing::of(&bench.rows())), preview.would_erase);
    }
}

/// Jane bought twice with one browser; the second time from a cart that she had shared with John.
fn shared_browser(world: &World) {
    let server = world.serve();
    let mut second = purchase("t2");
    second["properties"]["order_id"] = "450789470".into();
    let mut johns = add_to_cart("sh-john");
    johns["user"]["external_id"] = hash("john").into();
    let carted = johns["event_id"].as_str().expect("an id").to_owned();
    let cart = hash("cart");
    for (token, event) in [(Some("t1"), purchase("t1")), (Some("t2"), second), (None, johns)] {
        let checkout = token.map(anchor);
        let mut body = beacon(checkout.as_deref(), &[event]);
        if token != Some("t1") {
            body["cart"] = cart.clone().into();
        }
        assert_eq!(server.post(&body.to_string()).status, 202);
    }
    assert_eq!(
        server.webhook("orders/create", "w1", &order(450_789_471, "t3")),
        "no_consent_on_record"
    );
    assert_eq!(world.end(&carted)["state"], "delivered");
    assert_eq!(server.stop(), Some(0));
}

fn rows(world: &World) -> Vec<String> {
    world.look().dump()
}

fn forget(world: &World, named: &[&str]) -> Command {
    world.command(&[&["forget", "--shop", SHOP], named].concat())
}

const FIRST: [&str; 2] = ["--order", "450789469"];

#[test]
fn a_dry_run_says_how_far_it_reaches_and_why_and_writes_nothing() {
    let world = World::administered(WEBHOOKS);
    shared_browser(&world);
    let before = rows(&world);
    let told = world.text(&[&["forget", "--shop", SHOP, "--dry-run"], &FIRST[..]].concat());
    for said in [
        "Nothing was erased",
        "2 undelivered events would be erased",
        "1 ended events would lose their links",
        "further than the order that you named",
        "2 browsers, 2 checkouts, 1 cart",
        "two people at one browser",
        "450789469, 450789470",
    ] {
        assert!(told.contains(said), "{said} is not said:\n{told}");
    }
    let json =
        world.text(&[&["forget", "--shop", SHOP, "--dry-run", "--json"], &FIRST[..]].concat());
    let json: Value = serde_json::from_str(&json).expect("one JSON document");
    assert_eq!((&json["dry_run"], &json["undelivered"]), (&json!(true), &json!(2)));
    assert_eq!(json["reach"]["orders"], json!(["450789469", "450789470"]));
    assert_eq!(rows(&world), before);

    // An order that nobody consented to hangs on nothing else.
    let alone = world.text(&["forget", "--shop", SHOP, "--dry-run", "--order", "450789471"]);
    assert!(
        alone.contains("1 orders would be erased") && alone.contains("All of it is under"),
        "{alone}"
    );
    let nobody = forget(&world, &["--order", "1", "--dry-run"]).output().expect("it runs");
    assert_eq!((nobody.status.code(), nobody.stdout.len()), (Some(1), 0));
    let both = forget(&world, &["--order", "1", "--dry-run", "--yes"]).output().expect("it runs");
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn the_admin_api_tells_it_too_behind_the_token() {
    let world = World::administered(WEBHOOKS);
    shared_browser(&world);
    let server = world.serve();
    let body = json!({"shop": SHOP, "whom": {"order": "450789469"}}).to_string();
    let ask = |token: &str| {
        let headers =
            [("Content-Type", "application/json"), ("Authorization", &*format!("Bearer {token}"))];
        request(&server.address, "POST", "/admin/api/forget/preview", &headers, body.as_bytes())
            .expect("an answer")
    };
    assert_eq!(ask("guessed").status, 401);
    let preview = ask(ADMIN_TOKEN).json();
    assert_eq!((&preview["undelivered"], &preview["reach"]["browsers"]), (&json!(2), &json!(2)));
    let beside =
        world.text(&[&["forget", "--shop", SHOP, "--dry-run", "--json"], &FIRST[..]].concat());
    let beside: Value = serde_json::from_str(&beside).expect("one JSON document");
    assert_eq!(beside["reach"], preview["reach"], "beside the running server");
    assert_eq!(ask(ADMIN_TOKEN).json(), preview, "nothing was erased");
}

/// An erasure cannot be taken back.
#[test]
fn at_a_terminal_it_asks_first_and_scripts_go_on() {
    let world = World::administered(WEBHOOKS);
    shared_browser(&world);
    let before = rows(&world);
    for no in ["no\n", "\n", "y\n"] {
        let seen = at_terminal(&mut forget(&world, &FIRST), no);
        assert_eq!((seen.output.status.code(), seen.output.stdout.len()), (Some(1), 0), "{no}");
        assert!(seen.screen.contains("2 undelivered events"), "{}", seen.screen);
        assert!(seen.screen.contains("nothing was erased"), "{}", seen.screen);
    }
    // The address takes standard input: nobody could answer.
    let seen = seen_at_terminal(&mut forget(&world, &FIRST));
    assert_eq!(seen.output.status.code(), Some(2), "{}", seen.screen);
    assert!(seen.screen.contains("--dry-run") && seen.screen.contains("--yes"), "{}", seen.screen);
    assert_eq!(rows(&world), before);

    let typed = "jane@example.com\nno\n";
    let seen = at_terminal(&mut forget(&world, &["--email", "-"]), typed);
    assert_eq!(seen.output.status.code(), Some(1), "{}", seen.screen);
    let (asked, answered) = seen.screen.split_once("Enter: ").expect("it asks for the address");
    assert!(!asked.contains("erased") && answered.contains("Type yes:"), "{}", seen.screen);

    let seen = at_terminal(&mut forget(&world, &["--order", "450789471"]), "yes\n");
    assert_eq!(seen.output.status.code(), Some(0), "{}", seen.screen);
    assert!(String::from_utf8_lossy(&seen.output.stdout).contains("1 orders erased"));
    let seen = seen_at_terminal(&mut forget(&world, &[&FIRST[..], &["--yes", "--json"]].concat()));
    let erased: Value = serde_json::from_slice(&seen.output.stdout).expect("one JSON document");
    assert_eq!((&erased["undelivered"], &erased["ended"]), (&json!(2), &json!(1)));
}
