use std::path::Path;
use std::sync::{Arc, Mutex};

use assent_gate::tiktok::EventName;

use super::*;
use crate::rules::mode::Mode;
use crate::store::file::{self, Obstacle};
use crate::store::ledger::{Happened, Happening};

struct Desk {
    _dir: tempfile::TempDir,
    writer: Writer,
    heard: Arc<Mutex<Vec<Happened>>>,
}

fn open(path: &Path) -> Connection {
    let lock = file::lock(path).expect("a lock");
    file::open(path, &lock).expect("a store").into()
}

fn desk() -> Desk {
    let dir = tempfile::TempDir::new().expect("a directory");
    let (writer, _) = Writer::start(vec![open(&dir.path().join("assent.db"))]).expect("a thread");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = heard.clone();
    writer.ear.set(Box::new(move |more| ear.lock().expect("nobody panics").extend(more)));
    Desk { _dir: dir, writer, heard }
}

fn accepted(name: EventName) -> Happened {
    let shop = "acme.myshopify.com".parse().expect("a shop");
    Happened { shop, mode: Mode::Live, what: Happening::Accepted(name) }
}

#[tokio::test]
async fn a_deed_that_panics_is_undone_alone_and_the_store_goes_on() {
    let desk = desk();
    let broke = desk.writer.write(Whose::Nobodys, |tx| -> Result<()> {
        tx.note(accepted(EventName::Search));
        panic!("a bug");
    });
    assert!(matches!(broke.await, Err(StoreError::Panicked)));
    let done = desk.writer.write(Whose::Nobodys, |tx| {
        tx.note(accepted(EventName::Purchase));
        Ok(7)
    });
    assert_eq!(done.await.expect("the writer is there"), 7);
    assert!(desk.writer.durability().is_alive);
    let heard = desk.heard.lock().expect("nobody panics").clone();
    assert_eq!(heard, [accepted(EventName::Purchase)], "what was undone is not counted");
}

#[tokio::test]
async fn a_writer_that_dies_is_known_to_be_dead() {
    let desk = desk();
    assert!(desk.writer.durability().is_alive);
    desk.writer.break_off();
    desk.writer.broken().await;
    assert!(!desk.writer.durability().is_alive);
    assert!(matches!(
        desk.writer.write(Whose::Nobodys, |_| Ok(())).await,
        Err(StoreError::Stopped)
    ));
}

#[tokio::test]
async fn what_is_not_committed_is_not_counted() {
    let desk = desk();
    let path = desk._dir.path().join("assent.db");
    let obstacle = Obstacle::before(&path);
    let note = |tx: Tx<'_>| {
        tx.note(accepted(EventName::Purchase));
        crate::store::rows::test_write::write(tx)
    };
    assert!(matches!(desk.writer.write(Whose::Nobodys, note).await, Err(StoreError::NotCommitted)));
    let health = desk.writer.durability();
    assert_eq!((health.has_failed, health.failures), (true, 1));
    drop(obstacle);
    // Nothing to write says nothing of the disk.
    desk.writer.write(Whose::Nobodys, |_| Ok(())).await.expect("an empty commit");
    assert!(desk.writer.durability().has_failed);
    desk.writer.write(Whose::Nobodys, note).await.expect("it can be written");
    let health = desk.writer.durability();
    assert_eq!((health.has_failed, health.failures), (false, 1));
    assert_eq!(desk.heard.lock().expect("nobody panics").len(), 1);
}
