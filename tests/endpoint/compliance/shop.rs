//! `shop/redact`: of that shop nothing is left, in whatever table there is.

use assent_endpoint::store::Halt;
use assent_gate::shopify::compliance::ComplianceTopic;
use rusqlite::Connection;
use serde_json::json;

use super::{clerk, demand, done, folder};
use crate::bench::{Bench, DELIVERED, START};
use crate::support::beacon::add_to_cart;
use crate::support::server::{SHOP, World};

const OTHER: &str = "other.myshopify.com";

/// The tables that have a shop, and their columns with their types; the record of demands is none
/// of them.
fn tables(store: &Connection) -> Vec<(String, Vec<(String, String)>)> {
    let names = |sql: &str, of: &str| -> Vec<(String, String)> {
        let mut find = store.prepare(sql).expect("a query");
        let rows = find.query_map([of], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.map(|row| row.expect("a row")).collect()
    };
    let every = names(
        "SELECT name, type FROM sqlite_master WHERE type = ?1 AND name NOT LIKE 'sqlite_%'",
        "table",
    );
    let mut tables = Vec::new();
    // What stays: the record of the demand, the shop's key, and what is of no shop: code, the clock, the endpoints.
    let stays = ["demand", "shop", "module", "clock", "endpoint"];
    for (table, _) in every.into_iter().filter(|(name, _)| !stays.contains(&name.as_str())) {
        let columns = names("SELECT name, type FROM pragma_table_info(?1)", &table);
        let has_shop = columns.iter().any(|(name, _)| name == "shop");
        assert!(
            has_shop,
            "{table} has no `shop`: a shop's erasure would leave it (store/redact.rs)"
        );
        tables.push((table, columns));
    }
    tables
}

/// Rows of `shop` in every table, of whatever sense.
fn fill(store: &Connection, shop: &str, rows: i64) {
    for (table, columns) in tables(store) {
        let columns: Vec<_> = columns.iter().filter(|(name, _)| name != "id").collect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let value = |name: &str, kind: &str| match (name, kind) {
            ("shop", _) => format!("'{shop}'"),
            (_, "BLOB") => "CAST(n AS BLOB)".to_owned(),
            (_, "TEXT") => "CAST(n AS TEXT)".to_owned(),
            _ => "n".to_owned(),
        };
        let values: Vec<String> = columns.iter().map(|(name, kind)| value(name, kind)).collect();
        let sql = format!(
            "WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < {rows})
             INSERT INTO \"{table}\" ({}) SELECT {} FROM counter",
            names.join(", "),
            values.join(", ")
        );
        assert_eq!(
            store.execute(&sql, []).unwrap_or_else(|error| panic!("{table}: {error}")) as i64,
            rows
        );
    }
}

fn of_shop(store: &Connection, table: &str, shop: &str) -> i64 {
    let count = format!("SELECT count(*) FROM \"{table}\" WHERE shop = ?1");
    store.query_row(&count, [shop], |row| row.get(0)).expect("a table")
}

#[tokio::test]
async fn the_erasure_of_a_shop_empties_every_table_of_it_and_touches_no_other_shop() {
    const ROWS: i64 = 1100; // several steps
    let bench = Bench::new("");
    let mut store = Connection::open(bench.path()).expect("a store");
    let filling = store.transaction().expect("a transaction");
    for shop in [SHOP, OTHER] {
        fill(&filling, shop, ROWS);
    }
    filling.execute("UPDATE shop SET paused = 'why'", []).expect("a shop");
    filling.commit().expect("it is filled");
    std::fs::create_dir(folder(&bench)).expect("a folder");
    let (own, others) = (
        folder(&bench).join(format!("{SHOP}-1.json")),
        folder(&bench).join(format!("{OTHER}-1.json")),
    );
    for path in [&own, &others] {
        std::fs::write(path, "a report").expect("a file");
    }

    demand(
        &bench.store,
        SHOP,
        ComplianceTopic::ShopRedact,
        &json!({"shop_id": 1, "shop_domain": SHOP}),
    )
    .await;
    clerk(&bench).round().await;
    let tables = tables(&store);
    assert!(tables.len() >= 7, "the tables were found");
    for (table, _) in &tables {
        assert_eq!(
            (of_shop(&store, table, SHOP), of_shop(&store, table, OTHER)),
            (0, ROWS),
            "{table}"
        );
    }
    assert_eq!(
        done(&bench),
        format!("rows erased: {}", i64::try_from(tables.len()).expect("few") * ROWS)
    );
    assert_eq!(bench.count("shop WHERE paused IS NULL"), 1, "its key stays, a random number");
    assert!(!own.exists() && others.exists(), "reports on its customers go with it");

    // Once more, after a crash or because Shopify asks again.
    demand(&bench.store, SHOP, ComplianceTopic::ShopRedact, &json!({})).await;
    clerk(&bench).round().await;
    assert_eq!(bench.count("demand WHERE outcome = 'nothing of this shop was kept'"), 1);
}

/// The answer to it belongs to nobody any more, and to no later event either.
#[tokio::test]
async fn a_send_under_way_when_the_shop_is_erased_settles_nothing() {
    let bench = Bench::new("");
    bench.accept(&add_to_cart("sh-1"), START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    let ids = claim.ids();
    demand(&bench.store, SHOP, ComplianceTopic::ShopRedact, &json!({})).await;
    clerk(&bench).round().await;
    assert_eq!(bench.renew(&ids, START).await, 0, "what was not yet sent is not sent");
    let later = add_to_cart("sh-2");
    bench.accept(&later, START).await;
    bench
        .store
        .settle(&bench.shop.settings.shop, &ids, &DELIVERED, START)
        .await
        .expect("it is settled");
    assert_eq!(bench.state(&later), "due");
}

/// Its owner removed the app: nothing more is sent until somebody says so, over restarts too.
#[tokio::test]
async fn a_shop_that_was_to_be_erased_sends_nothing_until_it_is_resumed() {
    let bench = Bench::new("");
    demand(&bench.store, SHOP, ComplianceTopic::ShopRedact, &json!({})).await;
    clerk(&bench).round().await;
    let later = add_to_cart("sh-1");
    bench.accept(&later, START).await;
    let bench = bench.reopened(START);
    assert_eq!(bench.deliver(&DELIVERED, START).await, 0);
    let story = bench.story(&later).expect("it waits");
    assert_eq!(story.state, "due");
    assert!(story.reason.contains("assent resume --shop"), "{}", story.reason);
    let shop = &bench.shop.settings.shop;
    assert_eq!(bench.store.resume(shop).await.expect("it is stored"), Some(Halt::Demand));
    assert_eq!(bench.store.resume(shop).await.expect("it is stored"), Some(Halt::Nothing));
    assert_eq!(bench.deliver(&DELIVERED, START).await, 1);
}

#[test]
fn resume_says_what_it_did_with_a_server_and_without() {
    let world = World::administered("");
    let server = world.serve();
    let said = |shop: &str| {
        let output = world.run(&["resume", "--shop", shop]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let refuses = |words: &str| {
        let (code, told) = said(SHOP);
        assert!(code == Some(1) && told.contains(words), "{told}");
        let (code, told) = said("other.myshopify.com");
        assert!(code == Some(1) && told.contains("unknown to this store"), "{told}");
    };
    refuses("nothing of acme.myshopify.com stands still");
    assert_eq!(server.stop(), Some(0));
    refuses("tried when one starts");
    world.damage("UPDATE shop SET stopped = 'shop/redact'");
    let output = world.run(&["resume", "--shop", SHOP]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("goes on"));
}
