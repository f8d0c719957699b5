//! What both engines do alike, and what PostgreSQL's locks give in the place of the one writer. On a real
//! PostgreSQL.

use std::sync::Arc;
use std::thread;

use assent_gate::time::Timestamp;

use super::accept::accept;
use super::arrived::Taken;
use super::pseudonym_key::PseudonymKey;
use super::query_plans::{arrived, live, shop};
use super::read::soundness;
use super::rows::tx::Tx;
use super::rows::{endpoint, shop as shops, test_write};
use super::writer::Writer;
use super::{file, read};
use crate::config::Shop;
use crate::store::engine::{self, Connection, Whose, params};

/// Everything that stands in the tables after that life, but for the numbers of rows, which an engine
/// gives as it likes, and the shop's key.
fn left(store: &Connection) -> String {
    let columns = "name, event_time, received_at, test, checkout, cart, visitor, order_id,
        evaluated_at, granted_at, state, at, ended, sending, copy_since, alone, horizon, attempts, code,
        reason, history, marks, pixels, value, currency, fired, told_value, told_currency, payload";
    [
        format!("SELECT {columns} FROM event ORDER BY event_id"),
        "SELECT checkout, cart, visitor, first_at, last_at, evaluated_at, granted_at, evidence
             FROM receipt ORDER BY digest"
            .to_owned(),
        "SELECT checkout, cart, visitor, granted_at, last_at, payload FROM context ORDER BY visitor"
            .to_owned(),
        "SELECT order_id, name, event_id, checkout, cart, created_at, received_at, sold, created,
             paid, cancelled, refunded, figures, value, currency, state, marks, reason, history
             FROM order_fact ORDER BY order_id"
            .to_owned(),
        "SELECT webhook_id, received_at FROM webhook ORDER BY webhook_id".to_owned(),
        "SELECT who, at, received_at, named FROM withdrawal ORDER BY who".to_owned(),
        "SELECT kind, version, settings, first_at, last_at FROM pixel ORDER BY kind".to_owned(),
        "SELECT hour, name, last_at, events, fired, external_id, email FROM payload_count
             ORDER BY name"
            .to_owned(),
        "SELECT kind, count(*) FROM link GROUP BY kind ORDER BY kind".to_owned(),
    ]
    .iter()
    .map(|sql| {
        let mut statement = store.prepare_cached(sql).expect("a statement");
        let mut rows = statement.query(&[]).expect("rows");
        let mut said = String::new();
        while let Some(row) = rows.next().expect("a row") {
            let values = (0..).map_while(|column| row.get_ref(column).ok());
            said += &format!("{:?}\n", values.collect::<Vec<_>>());
        }
        said
    })
    .collect()
}

/// And the endpoint of this connection is heard of.
fn make_tables(store: &Connection) {
    engine::both::make_tables(store);
    endpoint::beat(Tx::new(store)).expect("it is heard of");
}

/// With the same key of the shop, so that its names are the same.
fn with_key(tx: Tx<'_>, shop: &Arc<Shop>) {
    let domain = &shop.settings.shop;
    shops::keep_key(tx, domain, &PseudonymKey::new([7; 32])).expect("a key");
}

#[test]
fn a_conversions_life_leaves_the_same_rows_in_both_engines() {
    let shop = shop();
    let of_sqlite = file::in_memory();
    let database = engine::both::database();
    let of_postgres = engine::both::connection(&database);
    make_tables(&of_postgres);
    for store in [&of_sqlite, &of_postgres] {
        store.begin(&[Whose::Nobodys]).expect("a transaction");
        with_key(Tx::new(store), &shop);
        live(Tx::new(store), &shop);
        store.commit().expect("it is committed");
    }
    let (sqlite, postgres) = (left(&of_sqlite), left(&of_postgres));
    for (one, other) in sqlite.lines().zip(postgres.lines()) {
        assert_eq!(one, other);
    }
    assert_eq!(sqlite.lines().count(), postgres.lines().count());
}

#[test]
fn what_was_stored_is_read_alike_from_both_engines() {
    let shop = shop();
    let database = engine::both::database();
    let of_postgres = engine::both::connection(&database);
    make_tables(&of_postgres);
    // As an extension leaves one.
    database.run("CREATE VIEW anothers AS SELECT domain AS shop, 1 AS n FROM shop");
    let mut said = Vec::new();
    for store in [&file::in_memory(), &of_postgres] {
        store.begin(&[Whose::Nobodys]).expect("a transaction");
        with_key(Tx::new(store), &shop);
        live(Tx::new(store), &shop);
        test_write::write(Tx::new(store)).expect("every table can be reached");
        store.commit().expect("it is committed");
        said.push(read::told(store, &shop.settings.shop).expect("it can be read"));
        assert!(soundness::unreadable(store).expect("it can be read").tables.is_empty());
        store.begin(&[Whose::Nobodys]).expect("a transaction");
        while shops::delete_some(Tx::new(store), &shop.settings.shop, 3).expect("rows") > 0 {}
        store.commit().expect("it is committed");
        assert_eq!(left(store), "", "a shop's erasure leaves nothing");
    }
    assert_eq!(said[0], said[1]);
}

/// Two endpoints, and the same beacon for both at the same instant, a hundred times over.
#[test]
fn of_one_event_that_meets_itself_on_two_endpoints_there_is_one() {
    const EACH: usize = 100;
    let shop = shop();
    let database = engine::both::database();
    let store = engine::both::connection(&database);
    make_tables(&store);
    let key = shops::key_or_new(Tx::new(&store), &shop.settings.shop).expect("a key");
    let endpoint = || {
        let store = engine::both::connection(&database);
        let whose = [Whose::from(&shop.settings.shop)];
        let mut taken = 0;
        for n in 0..EACH {
            let id = format!("{:x}", n % 16);
            let at = Timestamp(1_772_442_000);
            let beacon = arrived(&shop, "custom", "AddToCart", &id, ("d", at));
            store.begin(&whose).expect("its turn");
            let done = accept(Tx::new(&store), &key, &beacon).expect("it is stored");
            let Taken::Stored { accepted, .. } = done else { panic!("nobody said no") };
            taken += accepted;
            store.commit().expect("it is committed");
        }
        taken
    };
    let taken: usize = thread::scope(|all| {
        let endpoints = [all.spawn(endpoint), all.spawn(endpoint)];
        endpoints.into_iter().map(|one| one.join().expect("no error")).sum()
    });
    assert_eq!(taken, 16, "each was accepted once, on one of them");
    let count = "SELECT count(*) FROM event";
    let rows: i64 = store.query_row(count, params![], |row| row.get(0)).expect("a number");
    assert_eq!(rows, 16);
}

/// The connection is made anew, and what was under way is not told to be stored.
#[test]
fn a_lost_connection_is_no_commit_and_the_next_deed_goes_on() {
    let database = engine::both::database();
    let store = engine::both::connection(&database);
    make_tables(&store);
    store.begin(&[Whose::Nobodys]).expect("a transaction");
    store.execute("DELETE FROM clock", params![]).expect("a statement");
    database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'assent'",
    );
    assert!(store.commit().is_err());
    assert!(!store.is_open());
    store.begin(&[Whose::Nobodys]).expect("a connection of its own again");
    store.execute("DELETE FROM clock", params![]).expect("a statement");
    store.commit().expect("it is committed");
}

/// Another endpoint has that one shop's turn, for longer than anybody waits.
#[tokio::test(flavor = "multi_thread")]
async fn whose_turn_is_anothers_keeps_no_other_shop_back() {
    let database = engine::both::database();
    let (store, another) =
        (engine::both::connection(&database), engine::both::connection(&database));
    make_tables(&store);
    let [busy, free] = ["busy", "free"].map(|shop| Whose::Shop(shop.to_owned()));
    another.begin(std::slice::from_ref(&busy)).expect("its turn");
    let (writer, closed) = Writer::start(vec![store]).expect("a thread");
    let forget = |tx: Tx<'_>| endpoint::resign(tx, endpoint::Writers::Ended);
    let (kept, done) = tokio::join!(writer.write(busy, forget), writer.write(free, forget));
    assert!(kept.is_err(), "it is told to come again");
    assert!(done.is_ok(), "{done:?}");
    drop(writer);
    // Nobody can send to it any more once the thread has ended.
    assert!(closed.recv().is_err());
}
