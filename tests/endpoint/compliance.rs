//! Shopify's compliance topics, behind the door: a demand is on record, carried out once, and
//! forgets whom it named.

mod shop;

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assent_endpoint::clock::Clock;
use assent_endpoint::compliance::{Clerk, read};
use assent_endpoint::store::read::{DemandOnRecord, Reader};
use assent_endpoint::store::{Lives, Outcome, Store, Swept};
use assent_endpoint::store_place::StorePlace;
use assent_endpoint::zone::Zones;
use assent_gate::settings::ShopDomain;
use assent_gate::shopify::compliance::{ComplianceTopic, Demand};
use assent_gate::time::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

use crate::bench::{Bench, DAY, DELIVERED, START};
use crate::support::beacon::{add_to_cart, anchor, hash, now, purchase};
use crate::support::http::request;
use crate::support::orders::order;
use crate::support::rows::Rows;
use crate::support::server::{ADMIN_TOKEN, SHOP, World};
use crate::support::until;

const EMAIL: &str = "Jane@Example.com";
const PHONE: &str = "+1 (213) 373-4253";

fn domain(name: &str) -> ShopDomain {
    name.parse().expect("a shop")
}

fn clerk(bench: &Bench) -> Clerk {
    let (clock, _) = Clock::by_hand(START.plus(DAY));
    Clerk { store: bench.store.clone(), place: bench.place(), clock, bell: Arc::new(Notify::new()) }
}

fn told(topic: ComplianceTopic, body: &Value) -> Demand {
    read(topic, body.to_string().as_bytes()).expect("it is whole")
}

/// As the door does it.
async fn demand(store: &Store, shop: &str, topic: ComplianceTopic, body: &Value) -> i64 {
    let recorded = store.demand(&domain(shop), None, told(topic, body), START).await;
    recorded.expect("it is stored").expect("it is no delivery that came before")
}

fn all(place: StorePlace) -> Vec<DemandOnRecord> {
    Reader::open(place).expect("a store").demands().expect("it can be read")
}

fn only(bench: &Bench) -> DemandOnRecord {
    let mut records = all(bench.place());
    assert_eq!(records.len(), 1, "{records:?}");
    records.remove(0)
}

fn done(bench: &Bench) -> String {
    let record = only(bench);
    assert_eq!(record.done_at, Some(START.plus(DAY).0), "{record:?}");
    record.outcome.expect("it is done")
}

/// Jane's Purchase waits for its order, on a cart from which she has been to the shop before;
/// John's is another's.
async fn shoppers(bench: &Bench) -> (Value, Value) {
    let (jane, mut john) = (purchase("t1"), purchase("t2"));
    john["user"]["external_id"] = hash("another visitor").into();
    john["user"]["email"] = hash("john@example.com").into();
    john["user"]["phone"] = Value::Null;
    john["properties"]["order_id"] = "450789470".into();
    let cart = hash("cart");
    bench.accept_on(&add_to_cart("sh-cart"), START, Some(&cart), START).await;
    assert_eq!(bench.deliver(&DELIVERED, START).await, 1);
    bench.accept_on(&jane, START, Some(&cart), START).await;
    bench.accept(&john, START).await;
    (jane, john)
}

fn redact(customer: &Value, orders: &Value) -> Value {
    json!({"shop_id": 954_889, "shop_domain": SHOP, "customer": customer, "orders_to_redact": orders})
}

fn data_request(id: &Value, customer: &Value, orders: &Value) -> Value {
    json!({"shop_domain": SHOP, "customer": customer, "orders_requested": orders, "data_request": {"id": id}})
}

fn jane_by_email() -> Value {
    json!({"id": 191_167, "email": EMAIL, "phone": null})
}

/// Everything that is kept, reports included: of a database what is in its rows.
fn kept(folder: &Path, rows: &Rows) -> Vec<u8> {
    match rows {
        Rows::Sqlite(_) => bytes(folder),
        Rows::Postgres(_) => [bytes(folder), rows.bytes()].concat(),
    }
}

fn bytes(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        bytes.extend(if path.is_dir() {
            self::bytes(&path)
        } else {
            std::fs::read(path).unwrap_or_default()
        });
    }
    bytes
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn folder(bench: &Bench) -> PathBuf {
    bench.path().with_file_name("data-requests")
}

fn report(bench: &Bench, name: &str) -> Value {
    let text = std::fs::read_to_string(folder(bench).join(name)).expect("a report");
    serde_json::from_str(&text).expect("one JSON document")
}

#[tokio::test]
async fn an_e_mail_address_a_phone_number_or_an_order_is_enough_to_be_forgotten() {
    for (customer, orders) in [
        (jane_by_email(), json!([])),
        (json!({"phone": PHONE}), json!(null)),
        (Value::Null, json!([299_938, 450_789_469])),
    ] {
        let bench = Bench::new("");
        let (jane, john) = shoppers(&bench).await;
        demand(&bench.store, SHOP, ComplianceTopic::CustomerRedact, &redact(&customer, &orders))
            .await;
        let folder = bench.path().parent().expect("a folder").to_owned();
        let waiting = kept(&folder, &bench.rows());
        for raw in [EMAIL, "jane@example.com", PHONE, "+12133734253"] {
            assert!(!holds(&waiting, raw), "{raw} was written");
        }
        assert_eq!((only(&bench).done_at, only(&bench).due_at), (None, START.plus(30 * DAY).0));

        clerk(&bench).round().await;
        let words = "undelivered events erased: 1; links of ended events cut: 1; contexts erased: 2; orders erased: 0; \
             receipts left bare: 2";
        assert_eq!(done(&bench), words, "{customer} {orders}");
        assert_eq!(
            (bench.state(&jane), bench.state(&john)),
            ("erased".to_owned(), "held".to_owned())
        );
        assert_eq!(bench.count("demand WHERE whom IS NOT NULL"), 0);
        let left = kept(&folder, &bench.rows());
        for gone in
            [hash("jane@example.com"), hash("+12133734253"), anchor("t1"), "450789469".to_owned()]
        {
            assert!(!holds(&left, &gone), "{gone} is left");
        }
        assert!(holds(&left, &hash("john@example.com")));
    }
}

/// Shopify sends it days to months later: events and orders have long gone, and the receipt still
/// has checkout, visitor and the tool's id.
#[tokio::test]
async fn months_later_an_address_a_number_or_an_order_still_finds_the_receipts() {
    for (customer, orders) in [
        (jane_by_email(), json!([])),
        (json!({"phone": PHONE}), json!(null)),
        (Value::Null, json!([450_789_469])),
    ] {
        let bench = Bench::new("hold_seconds = 0");
        shoppers(&bench).await;
        assert_eq!(bench.deliver(&DELIVERED, START).await, 2);
        let late = START.plus(200 * DAY);
        while bench.sweep(late).await != Swept::default() {}
        assert_eq!((bench.count("event"), bench.count("receipt")), (0, 3));
        let asked = redact(&customer, &orders);
        let recorded = told(ComplianceTopic::CustomerRedact, &asked);
        bench.store.demand(&domain(SHOP), None, recorded, late).await.expect("it is stored");
        let (clock, _) = Clock::by_hand(late);
        let store = bench.store.clone();
        Clerk { store, place: bench.place(), clock, bell: Arc::new(Notify::new()) }.round().await;
        let outcome = only(&bench).outcome.expect("it is done");
        assert!(outcome.ends_with("receipts left bare: 2"), "{customer} {orders}: {outcome}");
        assert_eq!(bench.count("receipt WHERE visitor IS NOT NULL"), 1, "John's");
    }
}

/// On record it is in force: for what waits, for what is on its way, and for an order that had been
/// made and of which Shopify tells only now.
#[tokio::test]
async fn a_demand_is_in_force_from_the_moment_it_is_on_record() {
    let bench = Bench::new("hold_seconds = 0");
    let (jane, john) = shoppers(&bench).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    let asked = redact(&jane_by_email(), &json!([]));
    demand(&bench.store, SHOP, ComplianceTopic::CustomerRedact, &asked).await;
    // Before the clerk has done anything.
    assert_eq!(bench.renew(&claim.ids(), START).await, 1, "John's");
    assert_eq!((bench.state(&jane).as_str(), bench.state(&john).as_str()), ("erased", "due"));
    let story = bench.story(&jane).expect("known");
    assert!(story.reason.contains("a privacy demand of Shopify's"), "{}", story.reason);
    clerk(&bench).round().await;
    // The same customer's other checkout: its browser left what an order needs, and its order had
    // been made before the demand.
    for (made, outcome) in [(START, Outcome::Noted), (START.plus(1), Outcome::Recovered)] {
        let token = format!("t{}", made.0);
        let left = purchase(&token);
        bench.leave(&left, START.plus(2)).await;
        let told = bench.bought(&token, "jane@example.com", made, START.plus(5)).await;
        assert_eq!(told, outcome, "made at {made:?}");
    }
}

/// A cart's event names nobody, but the demand's customer put it there.
#[tokio::test]
async fn a_demand_is_in_force_for_what_hangs_on_the_customer_too() {
    let bench = Bench::new("hold_seconds = 0");
    let (cart, hers, others) = (hash("cart"), add_to_cart("sh-cart"), add_to_cart("sh-other"));
    bench.accept_on(&hers, START, Some(&cart), START).await;
    bench.accept_on(&purchase("t1"), START, Some(&cart), START).await;
    let mut john = others.clone();
    john["user"]["external_id"] = hash("another visitor").into();
    bench.accept_on(&john, START, Some(&hash("John's cart")), START).await;
    let asked = redact(&jane_by_email(), &json!([]));
    demand(&bench.store, SHOP, ComplianceTopic::CustomerRedact, &asked).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    assert_eq!(claim.events.len(), 1, "John's");
    assert_eq!((bench.state(&hers).as_str(), bench.state(&john).as_str()), ("erased", "due"));
}

/// From a purchase to who shared its cart, and to what those did; not to whom these met elsewhere in turn, whenever
/// the demand is carried out.
#[tokio::test]
async fn a_demand_that_waited_reaches_no_further_than_one_that_did_not() {
    let bench = Bench::new("hold_seconds = 0");
    let by = |token: &str, visitor: &str| {
        let mut event = add_to_cart(token);
        event["user"]["external_id"] = hash(visitor).into();
        event
    };
    let (shared, elsewhere) = (hash("a family's cart"), hash("another cart"));
    bench.accept_on(&purchase("t1"), START, Some(&shared), START).await;
    let (hers, brothers) = (by("sh-1", "brother"), by("sh-2", "brother"));
    let friends = by("sh-3", "the brother's friend");
    bench.accept_on(&hers, START, Some(&shared), START).await;
    bench.accept_on(&brothers, START, Some(&elsewhere), START).await;
    bench.accept_on(&friends, START, Some(&elsewhere), START).await;
    let asked = redact(&jane_by_email(), &json!([]));
    demand(&bench.store, SHOP, ComplianceTopic::CustomerRedact, &asked).await;
    clerk(&bench).round().await;
    let states = [&hers, &brothers, &friends].map(|event| bench.state(event));
    assert_eq!(states, ["erased", "erased", "due"]);
    assert_eq!(bench.count("link WHERE kind = 1"), 2, "the friend's cart and visitor");
}

/// The HMAC of a contact finds its events: it must not stay behind in a demand.
#[tokio::test]
async fn what_a_demand_named_leaves_the_files_with_it() {
    let bench = Bench::new("");
    demand(
        &bench.store,
        SHOP,
        ComplianceTopic::CustomerRedact,
        &redact(&jane_by_email(), &json!([450_789_469])),
    )
    .await;
    let contacts = bench.rows().column::<String>("SELECT whom FROM demand").concat();
    let contact = serde_json::from_str::<Vec<String>>(&contacts).expect("a list").remove(0);
    assert_ne!(contact, hash("jane@example.com"), "a hash never stands here as it came");
    clerk(&bench).round().await;
    assert_eq!(done(&bench), "nothing of this customer was kept");
    let left = kept(bench.path().parent().expect("a folder"), &bench.rows());
    assert!(!holds(&left, &contact) && !holds(&left, "450789469"));
}

#[tokio::test]
async fn a_report_tells_everything_that_is_kept_and_only_its_owner_can_read_it() {
    let bench = Bench::new("");
    shoppers(&bench).await;
    let by_phone = data_request(&json!(9999), &json!({"phone": PHONE}), &json!([]));
    demand(&bench.store, SHOP, ComplianceTopic::DataRequest, &by_phone).await;
    clerk(&bench).round().await;
    let name = format!("{SHOP}-9999.json");
    assert_eq!(done(&bench), format!("report written: {name}"));
    assert_eq!(only(&bench).request.as_deref(), Some("9999"));

    let path = folder(&bench).join(&name);
    let mode =
        |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&folder(&bench))), (0o600, 0o700));
    assert_eq!(
        std::fs::read_dir(folder(&bench)).expect("a folder").count(),
        1,
        "nothing unfinished is left"
    );

    let report = report(&bench, &name);
    assert_eq!(report["shop"], SHOP);
    assert_eq!(
        (&report["request"], &report["asked_at"]),
        (&json!("9999"), &json!("2026-03-02T09:00:00Z"))
    );
    assert_eq!(report["answer_due_at"], "2026-04-01T09:00:00Z");
    let kept = &report["kept"];
    let rows = |section: &str| kept[section].as_array().expect("a list").clone();
    let events = rows("events");
    let names: BTreeSet<&str> = events.iter().filter_map(|event| event["event"].as_str()).collect();
    assert_eq!(names, ["AddToCart", "Purchase"].into());
    let bought = events.iter().find(|event| event["event"] == "Purchase").expect("hers");
    assert_eq!(bought["personal"]["event"]["user"]["email"], json!(hash("jane@example.com")));
    assert_eq!(
        (&bought["personal"]["ip"], &bought["order_id"]),
        (&json!("203.0.113.7"), &json!("450789469"))
    );
    assert_eq!(
        (bought["customer"].as_array().map(Vec::len), &bought["state"]),
        (Some(3), &json!("held")),
        "her order, her address and her number"
    );
    let carted = events.iter().find(|event| event["event"] == "AddToCart").expect("hers");
    assert_eq!((&carted["personal"], &carted["state"]), (&Value::Null, &json!("delivered")));
    let contexts = rows("contexts");
    assert_eq!(contexts.len(), 2, "the cart's and the checkout's");
    assert!(contexts.iter().any(|context| context["personal"]["user"]["ttclid"] == "E.C.P.click"));
    let receipts = rows("receipts");
    assert_eq!((receipts.len(), &receipts[0]["decision"]), (2, &json!("granted")));
    assert!(!report.to_string().contains(&hash("john@example.com")), "another's");
    let words = report.to_string();
    for said in [
        "pseudonymous personal data",
        "No e-mail address",
        "delete it",
        "Nothing of what customers did who did not consent",
    ] {
        assert!(words.contains(said), "{said} is not said");
    }
    // Nothing was erased by asking.
    assert_eq!(bench.count("event WHERE state = 'held'"), 2);
}

#[tokio::test]
async fn a_withdrawal_is_told_too() {
    let bench = Bench::new("");
    bench.accept(&purchase("t1"), START).await;
    bench.withdraw(START.plus(5)).await;
    let request = data_request(&json!(1), &Value::Null, &json!([450_789_469]));
    demand(&bench.store, SHOP, ComplianceTopic::DataRequest, &request).await;
    clerk(&bench).round().await;
    let kept = &report(&bench, &format!("{SHOP}-1.json"))["kept"];
    assert_eq!(kept["withdrawals"][0]["at"], START.plus(5).0);
    assert_eq!(kept["events"][0]["state"], "withdrawn");
}

#[tokio::test]
async fn nothing_found_is_a_report_as_well() {
    let bench = Bench::new("");
    let id =
        demand(&bench.store, SHOP, ComplianceTopic::DataRequest, &json!({"customer": null})).await;
    clerk(&bench).round().await;
    let report = report(&bench, &format!("{SHOP}-demand-{id}.json"));
    assert_eq!(
        (&report["found"], &report["request"]),
        (&json!("Nothing is kept on this customer."), &Value::Null)
    );
    assert_eq!(
        report["kept"],
        json!({"events": [], "contexts": [], "receipts": [], "orders": [], "withdrawals": []})
    );
}

#[tokio::test]
async fn a_demand_that_comes_twice_is_one_while_it_is_open_and_harmless_afterwards() {
    let bench = Bench::new("");
    let (jane, _) = shoppers(&bench).await;
    let body = redact(&jane_by_email(), &json!([]));
    let first = demand(&bench.store, SHOP, ComplianceTopic::CustomerRedact, &body).await;
    assert_eq!(demand(&bench.store, SHOP, ComplianceTopic::CustomerRedact, &body).await, first);
    let (mut other, by_order) = (BTreeSet::from([first]), redact(&jane_by_email(), &json!([7])));
    other.insert(demand(&bench.store, SHOP, ComplianceTopic::CustomerRedact, &by_order).await);
    other.insert(
        demand(
            &bench.store,
            SHOP,
            ComplianceTopic::DataRequest,
            &data_request(&json!(1), &json!({}), &json!([])),
        )
        .await,
    );
    other.insert(
        demand(
            &bench.store,
            SHOP,
            ComplianceTopic::DataRequest,
            &data_request(&json!(2), &json!({}), &json!([])),
        )
        .await,
    );
    assert_eq!(other.len(), 4, "what differs is another demand");

    clerk(&bench).round().await;
    let story = bench.story(&jane).expect("the bare row stays").history.len();
    let again = demand(&bench.store, SHOP, ComplianceTopic::CustomerRedact, &body).await;
    assert!(!other.contains(&again));
    clerk(&bench).round().await;
    let again =
        all(bench.place()).into_iter().find(|record| record.id == again).expect("on record");
    assert_eq!(again.outcome.as_deref(), Some("nothing of this customer was kept"));
    assert_eq!(bench.story(&jane).expect("the bare row stays").history.len(), story);
}

#[tokio::test]
async fn a_demand_survives_the_server_and_the_next_one_carries_it_out() {
    let bench = Bench::new("");
    let (jane, _) = shoppers(&bench).await;
    demand(
        &bench.store,
        SHOP,
        ComplianceTopic::CustomerRedact,
        &redact(&jane_by_email(), &json!([])),
    )
    .await;
    let bench = bench.reopened(START.plus(60));
    assert_eq!((bench.state(&jane).as_str(), only(&bench).done_at), ("held", None));
    clerk(&bench).round().await;
    assert_eq!(bench.state(&jane), "erased");
    done(&bench);
}

#[tokio::test]
async fn the_clerk_comes_when_the_bell_rings() {
    let bench = Bench::new("");
    let clerk = clerk(&bench);
    let (bell, (stop, stopped)) = (clerk.bell.clone(), watch::channel(false));
    let at_work = tokio::spawn(clerk.run(stopped));
    for body in [redact(&jane_by_email(), &json!([])), redact(&Value::Null, &json!([7]))] {
        let id = demand(&bench.store, SHOP, ComplianceTopic::CustomerRedact, &body).await;
        bell.notify_one();
        let open = async || {
            bench
                .store
                .open_demands()
                .await
                .expect("it can be read")
                .iter()
                .any(|open| open.id == id)
        };
        while open().await {
            tokio::task::yield_now().await;
        }
    }
    stop.send(true).expect("the clerk is there");
    at_work.await.expect("it ends");
}

#[tokio::test]
async fn what_cannot_be_written_is_tried_again_and_keeps_nothing_else_waiting() {
    let bench = Bench::new("");
    let (jane, _) = shoppers(&bench).await;
    std::fs::write(folder(&bench), "in the way").expect("a file");
    let request = data_request(&json!(9999), &jane_by_email(), &json!([]));
    let asked = demand(&bench.store, SHOP, ComplianceTopic::DataRequest, &request).await;
    demand(
        &bench.store,
        SHOP,
        ComplianceTopic::CustomerRedact,
        &redact(&Value::Null, &json!([450_789_469])),
    )
    .await;
    let clerk = clerk(&bench);
    clerk.round().await;
    let records = all(bench.place());
    assert_eq!((records[0].id, records[0].done_at), (asked, None), "the open one goes first");
    assert_eq!((records[1].done_at.is_some(), bench.state(&jane).as_str()), (true, "erased"));
    std::fs::remove_file(folder(&bench)).expect("it was there");
    clerk.round().await;
    assert!(all(bench.place()).iter().all(|record| record.done_at.is_some()));
    assert_eq!(report(&bench, &format!("{SHOP}-9999.json"))["request"], "9999");
}

#[tokio::test]
async fn a_record_lives_as_long_as_receipts_and_an_open_demand_until_it_is_done() {
    let bench = Bench::new("");
    demand(
        &bench.store,
        SHOP,
        ComplianceTopic::CustomerRedact,
        &redact(&jane_by_email(), &json!([])),
    )
    .await;
    clerk(&bench).round().await;
    let open = demand(
        &bench.store,
        SHOP,
        ComplianceTopic::DataRequest,
        &data_request(&json!(1), &json!({}), &json!([])),
    )
    .await;
    let sweep = async |now: Timestamp| {
        bench
            .store
            .sweep(Lives { receipts_months: 1, zones: Zones::UTC }, now)
            .await
            .expect("it is swept")
    };
    sweep(START.plus(31 * DAY)).await;
    assert_eq!(all(bench.place()).len(), 2);
    sweep(START.plus(32 * DAY)).await;
    assert_eq!(all(bench.place()).iter().map(|record| record.id).collect::<Vec<_>>(), [open]);
    sweep(START.plus(4000 * DAY)).await;
    assert_eq!(all(bench.place()).len(), 1);
}

/// Puts a demand into a store that no server has open.
fn put(world: &World, topic: ComplianceTopic, body: &Value) {
    let place = world.store();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let store = Store::open(&place, [&domain(SHOP)], Timestamp(now())).expect("a store");
    let now = Timestamp(now());
    runtime
        .block_on(store.demand(&domain(SHOP), None, told(topic, body), now))
        .expect("it is stored");
    store.close();
}

#[test]
fn a_server_carries_out_what_it_finds_and_shows_its_owner_the_deadlines() {
    let world = World::administered("");
    put(
        &world,
        ComplianceTopic::DataRequest,
        &data_request(&json!(9999), &jane_by_email(), &json!([])),
    );
    let due = now() + 30 * DAY;

    let noted = world.run(&["report", "--format", "json"]);
    let noted: Value = serde_json::from_slice(&noted.stdout).expect("one JSON document");
    let note = &noted["notes"][0];
    assert_eq!(
        (&note["shop"], &note["demand"]["topic"]),
        (&json!(SHOP), &json!("customers/data_request"))
    );
    assert!((due - note["demand"]["due_at"].as_i64().expect("a time")).abs() < 60);
    assert!(note.get("pixels").is_none());
    let table = String::from_utf8(world.run(&["report"]).stdout).expect("text");
    assert!(
        table.contains("customers/data_request (request 9999)") && table.contains("due by"),
        "{table}"
    );

    let server = world.serve();
    let get = |authorization: &[(&str, &str)], method: &str| {
        request(&server.address, method, "/admin/api/demands", authorization, b"")
            .expect("an answer")
    };
    assert_eq!(get(&[], "GET").status, 401);
    let bearer = format!("Bearer {ADMIN_TOKEN}");
    let ours = [("Authorization", bearer.as_str())];
    assert_eq!(get(&ours, "POST").status, 405);
    let list = until("the report is written", || {
        let list = get(&ours, "GET").json();
        list[0]["done_at"].is_number().then_some(list)
    });
    let mut fields: Vec<&str> =
        list[0].as_object().expect("an object").keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        ["done_at", "due_at", "id", "outcome", "received_at", "request", "shop", "topic"]
    );
    assert_eq!(list[0]["outcome"], format!("report written: {SHOP}-9999.json"));
    until("the merchant is told where", || {
        server.log().contains(&format!("{SHOP}-9999.json")).then_some(())
    });

    // Put there while it was down, killed: the next one goes on.
    drop(server.kill());
    world.is_known_to_be_dead();
    put(
        &world,
        ComplianceTopic::CustomerRedact,
        &redact(&json!({"email": EMAIL, "phone": PHONE}), &json!([450_789_469])),
    );
    let server = world.serve();
    until("the erasure is done", || {
        server.log().contains("nothing of this customer was kept").then_some(())
    });
    let log = server.log();
    assert_eq!(server.stop(), Some(0));
    let noted = world.run(&["report", "--format", "json"]);
    let noted: Value = serde_json::from_slice(&noted.stdout).expect("JSON");
    let notes: Vec<_> =
        noted["notes"].as_array().expect("a list").iter().map(|note| &note["note"]).collect();
    // Of the demands none is left; that it was stopped is all there is to say.
    assert!(
        matches!(notes[..], [note] if note.as_str().is_some_and(|note| note.contains("no server runs"))),
        "{notes:?}"
    );
    let mut places = kept(world.dir.path(), &world.look());
    places.extend(log.bytes());
    for never in [
        EMAIL,
        "jane@example.com",
        PHONE,
        "+12133734253",
        &hash("jane@example.com"),
        &hash("+12133734253"),
    ] {
        assert!(!holds(&places, never), "{never} was written");
    }
}

#[test]
fn a_delivery_by_shopify_is_enough_and_is_done_once() {
    let world = World::administered("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    let server = world.serve();
    server.webhook("orders/create", "w1", &order(450_789_469, "t1"));
    let asked = data_request(&json!(7), &Value::Null, &json!([450_789_469]));
    assert_eq!(server.webhook("customers/data_request", "w2", &asked), "on_record");
    let file = world.dir.path().join("data-requests").join(format!("{SHOP}-7.json"));
    until("the report is there", || file.exists().then_some(()));
    let told: Value =
        serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("one JSON document");
    let kept = &told["kept"]["orders"][0];
    assert_eq!(
        (&kept["order_id"], &kept["figures"]["properties"]["value"]),
        (&json!("450789469"), &json!(70.1))
    );

    let elsewhere = json!({"shop_domain": "other.myshopify.com", "customer": {}, "orders_to_redact": [450_789_469]});
    assert_eq!(
        server.webhook("customers/redact", "w3", &elsewhere),
        "ignored",
        "signed, but of another shop"
    );
    let asked = redact(&jane_by_email(), &json!([450_789_469]));
    assert_eq!(server.webhook("customers/redact", "w4", &asked), "on_record");
    until("the order is forgotten", || world.why("450789469").is_none().then_some(()));
    assert_eq!(server.webhook("customers/redact", "w4", &asked), "duplicate");
    assert_eq!(all(world.store()).len(), 2);
}

/// What a demand stopped between its claim and its send is nobody's on the way: an erasure finds it as
/// it was, and so does whoever says that the shop goes on.
#[tokio::test]
async fn what_a_stopped_shop_had_claimed_is_given_back() {
    let bench = Bench::new("");
    let event = add_to_cart("sh-1");
    bench.accept(&event, START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    let shop_redact = json!({"shop_domain": SHOP});
    demand(&bench.store, SHOP, ComplianceTopic::ShopRedact, &shop_redact).await;
    assert_eq!(bench.renew(&claim.ids(), START).await, 0);
    assert_eq!(
        (bench.count("event WHERE sending > 0"), bench.state(&event)),
        (0, "due".to_owned())
    );
    bench.store.resume(&domain(SHOP)).await.expect("it goes on");
    assert_eq!(bench.deliver(&DELIVERED, START).await, 1);
}
