//! Reports on customers where endpoints share a store: each lies on its own endpoint's disk, and a shop's erasure, which
//! one endpoint carries out, is to reach all of them.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use assent_endpoint::clock::Clock;
use assent_endpoint::compliance::Clerk;
use assent_endpoint::store::Store;
use assent_gate::shopify::compliance::{Ask, Demand};
use tempfile::TempDir;
use tokio::sync::Notify;

use crate::bench::{START, shop};
use crate::support::place::Place;

/// A report that was written then.
fn report(folder: &Path, name: &str, seconds: i64) {
    let at = UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs());
    std::fs::create_dir_all(folder.join("data-requests")).expect("a folder");
    let file = File::create(folder.join("data-requests").join(name)).expect("a file");
    file.set_modified(at).expect("its time");
}

fn left(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder.join("data-requests")).expect("a folder");
    let mut names: Vec<_> = files
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shops_erasure_deletes_what_lies_at_every_endpoint() {
    let (place, shop) = (Place::postgres(), shop("confirm = \"beacon\"", "shopify"));
    let domain = &shop.settings.shop;
    let folders = [TempDir::new().expect("a folder"), TempDir::new().expect("a folder")];
    let stores = folders.each_ref().map(|folder| {
        Store::open(place.in_folder(folder.path()), [domain], START).expect("a store")
    });
    for folder in &folders {
        report(folder.path(), "acme.myshopify.com-7.json", START.0 - 100);
        report(folder.path(), "acme.myshopify.com-8.json", START.0 + 100);
        report(folder.path(), "other.myshopify.com-7.json", START.0 - 100);
    }
    let ask = Demand { shop: None, ask: Ask::EraseShop, contacts: Vec::new(), orders: Vec::new() };
    stores[0].demand(domain, None, ask, START).await.expect("it is on record");
    for (store, folder) in stores.iter().zip(&folders) {
        let (place, bell) = (place.in_folder(folder.path()), Arc::new(Notify::new()));
        let clerk = Clerk { store: store.clone(), place, clock: Clock::machine(), bell };
        clerk.forget_of_others().await;
        // What was written after the demand is of somebody who came anew.
        assert_eq!(
            left(folder.path()),
            ["acme.myshopify.com-8.json", "other.myshopify.com-7.json"]
        );
    }
    for store in stores {
        tokio::task::spawn_blocking(move || store.close()).await.expect("it ends");
    }
}
