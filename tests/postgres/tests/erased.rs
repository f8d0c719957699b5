//! What docs/postgres.md#what-an-erasure-leaves says of PostgreSQL's files.

use std::path::Path;

use assent_postgres::{Cluster, Durability};

const MARK: &str = "203.0.113.77 of a shopper who was erased";

/// Whether a file below `folder` has the mark in it.
fn has(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    entries.into_iter().any(|path| {
        if path.is_dir() {
            return has(&path);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).contains(MARK)
    })
}

#[test]
fn a_deleted_row_stays_in_the_files_until_its_table_is_written_anew_and_longer_in_the_log() {
    let cluster = Cluster::start(Durability::Fast);
    let database = cluster.database();
    let data = cluster.folder().join("data");
    let (tables, log) = (data.join("base"), data.join("pg_wal"));
    database.run("CREATE TABLE a (n bigint PRIMARY KEY, ip text)");
    database.run(&format!("INSERT INTO a VALUES (1, 'another'), (2, '{MARK}')"));
    database.run("CHECKPOINT");
    assert!(has(&tables) && has(&log));
    database.run("DELETE FROM a WHERE n = 2");
    database.run("CHECKPOINT");
    assert!(has(&tables), "a dead row lies where it lay");
    database.run("VACUUM a");
    database.run("CHECKPOINT");
    assert!(has(&tables), "its place is free, and nothing has been written over it");
    database.run("VACUUM FULL a");
    database.run("CHECKPOINT");
    assert!(!has(&tables), "written anew without it");
    assert!(has(&log), "the log is not looked through by anybody");
}
