//! `shop/redact`: of that shop nothing is left, in whatever table there is.

use assent_endpoint::store::Halt;
use assent_gate::shopify::compliance::ComplianceTopic;
use serde_json::json;

use super::{clerk, demand, done, folder};
use crate::bench::{Bench, DELIVERED, START};
use crate::support::beacon::add_to_cart;
use crate::support::rows::{Field, Rows};
use crate::support::server::{SHOP, World};

const OTHER: &str = "other.myshopify.com";

/// The tables that have a shop, and their columns with their types; the record of demands is none
/// of them.
fn tables(rows: &Rows) -> Vec<(String, Vec<(String, String)>)> {
    let mut tables = Vec::new();
    // What stays: the record of the demand, the shop's key, and what is of no shop: code, the clock, the endpoints.
    let stays = ["demand", "shop", "module", "clock", "endpoint"];
    for table in rows.tables().into_iter().filter(|name| !stays.contains(&name.as_str())) {
        let columns = rows.columns(&table);
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
fn fill(store: &Rows, shop: &str, rows: i64) {
    for (table, columns) in tables(store) {
        let columns: Vec<_> = columns.iter().filter(|(name, _)| name != "id").collect();
        let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let value = |n: i64, name: &str, kind: &str| match (name, kind) {
            ("shop", _) => Field::from(shop),
            (_, "BLOB") => Field::from(n.to_string().into_bytes()),
            (_, "TEXT") => Field::from(n.to_string().as_str()),
            _ => Field::from(n),
        };
        let row = |n| {
            let fields = columns.iter().map(|(name, kind)| value(n, name, kind));
            fields.collect::<Vec<_>>()
        };
        store.insert(&table, &names, &(1..=rows).map(row).collect::<Vec<_>>());
        assert_eq!(of_shop(store, &table, shop), rows, "{table}");
    }
}

fn of_shop(rows: &Rows, table: &str, shop: &str) -> i64 {
    rows.number(&format!("SELECT count(*) FROM \"{table}\" WHERE shop = '{shop}'"))
}

#[tokio::test]
async fn the_erasure_of_a_shop_empties_every_table_of_it_and_touches_no_other_shop() {
    const ROWS: i64 = 1100; // several steps
    let bench = Bench::new("");
    let store = bench.rows();
    store.run("BEGIN");
    for shop in [SHOP, OTHER] {
        fill(&store, shop, ROWS);
    }
    store.run("UPDATE shop SET paused = 'why'; COMMIT");
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
