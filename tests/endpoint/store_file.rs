//! The store file's own affairs: backups and their return, copies that lack something, damage.

use std::fs::{self, File, Permissions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, now, purchase, withdrawal};
use crate::support::server::{Server, TOKEN, World};
use crate::support::until;

const HOOKS: &str = "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]";

fn store(world: &World) -> PathBuf {
    world.dir.path().join("assent.db")
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

fn fails(world: &World, arguments: &[&str], words: &[&str]) {
    let output = world.run(arguments);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?} does not say `{word}`: {said}");
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

fn post(server: &Server, event: &Value) -> String {
    let checkout = event["checkout"].as_str();
    let answer = server.post(&beacon(checkout, std::slice::from_ref(event)).to_string());
    assert_eq!(answer.status, 202, "{answer:?}");
    event["event_id"].as_str().expect("an id").to_owned()
}

/// Everything in the directory that begins so.
fn files(world: &World, begin: &str) -> Vec<String> {
    let files = fs::read_dir(world.dir.path()).expect("a directory");
    let names = files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(begin)).collect();
    names.sort();
    names
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// A server with a held Purchase and one event that waits because TikTok refuses the token, and a
/// backup of that.
struct BackedUp {
    world: World,
    server: Server,
    backup: PathBuf,
    held: String,
    due: String,
    delivered: String,
}

fn backed_up() -> BackedUp {
    let world = World::with(HOOKS);
    let server = world.serve();
    let delivered = post(&server, &add_to_cart("sh-0"));
    assert_eq!(world.end(&delivered)["state"], "delivered");
    world.tiktok.revoke(TOKEN);
    let (held, due) = (post(&server, &purchase("t1")), post(&server, &add_to_cart("sh-1")));
    until("the queue is paused", || server.log().contains("sends are paused").then_some(()));
    let backup = world.dir.path().join("backup.db");
    let output = world.run(&["store", "backup", text(&backup)]);
    assert!(output.status.success(), "{}", said(&output));
    BackedUp { world, server, backup, held, due, delivered }
}

#[test]
fn a_backup_beside_a_running_server_is_one_whole_private_file() {
    only_sqlite!();
    let BackedUp { world, server, backup, held, .. } = backed_up();
    assert_eq!(mode(&backup), 0o600);
    assert_eq!(files(&world, "backup.db"), ["backup.db"], "nothing else is needed");
    let copy = Connection::open(&backup).expect("a store");
    let find = "SELECT count(*) FROM event WHERE lower(hex(event_id)) = ?1";
    assert_eq!(copy.query_row(find, [&held], |row| row.get(0)), Ok(1));

    // Never over anything, and through no link.
    let before = fs::read(&backup).expect("a file");
    fails(&world, &["store", "backup", text(&backup)], &["already", "left as it is"]);
    assert_eq!(fs::read(&backup).expect("a file"), before);
    let (link, elsewhere) = (world.dir.path().join("link"), world.dir.path().join("elsewhere"));
    symlink(&elsewhere, &link).expect("a link");
    fails(&world, &["store", "backup", text(&link)], &["already"]);
    assert!(!elsewhere.exists());
    assert!(files(&world, "backup.db.").is_empty() && files(&world, "link.").is_empty());

    // The server knows nothing of it, and nothing starts on it.
    let output = world.run(&["store", "check"]);
    assert!(output.status.success() && !said(&output).contains("RED"), "{}", said(&output));
    assert_eq!(server.stop(), Some(0));
    fs::copy(&backup, store(&world)).expect("a copy");
    fails(&world, &["serve"], &["this is a backup", "store restore"]);
}

#[test]
fn a_backup_has_all_that_was_acknowledged_before_it_whoever_writes_meanwhile() {
    only_sqlite!();
    let world = World::new();
    let server = world.serve();
    let backup = world.dir.path().join("backup.db");
    let done = AtomicBool::new(false);
    let (before, after) = thread::scope(|scope| {
        let shop = || {
            let mut ids = Vec::new();
            while !done.load(Ordering::SeqCst) {
                ids.push(post(
                    &server,
                    &add_to_cart(&format!("sh-{:?}-{}", thread::current().id(), ids.len())),
                ));
            }
            ids.len()
        };
        let before: Vec<String> =
            (0..20).map(|n| post(&server, &add_to_cart(&format!("sh-{n}")))).collect();
        let shoppers: Vec<_> = (0..3).map(|_| scope.spawn(shop)).collect();
        let output = world.run(&["store", "backup", text(&backup)]);
        done.store(true, Ordering::SeqCst);
        assert!(output.status.success(), "{}", said(&output));
        let after = shoppers.into_iter().map(|shopper| shopper.join().expect("a shopper")).sum();
        (before, after)
    });
    let _: usize = after;
    assert!(after > 0, "nobody wrote meanwhile");
    let copy = Connection::open(&backup).expect("a store");
    let sound: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("it");
    assert_eq!(sound, "ok");
    for id in before {
        let find = "SELECT count(*) FROM event WHERE lower(hex(event_id)) = ?1";
        assert_eq!(copy.query_row(find, [&id], |row| row.get(0)), Ok(1), "{id}");
    }
}

#[test]
fn no_link_leads_the_lock_file_elsewhere() {
    only_sqlite!();
    let world = World::new();
    let other = world.dir.path().join("other");
    fs::write(&other, "mine").expect("a file");
    symlink(&other, world.dir.path().join("assent.db.lock")).expect("a link");
    fails(&world, &["serve"], &["assent.db.lock: this is a link"]);
    assert_eq!(fs::read_to_string(&other).expect("a file"), "mine");
}

#[test]
fn after_a_restore_nothing_that_waited_is_sent_and_the_reason_says_so() {
    only_sqlite!();
    let BackedUp { world, server, backup, held, due, delivered } = backed_up();
    fails(&world, &["store", "restore", text(&backup)], &["another server has this store open"]);
    // After the backup the shopper says no, and somebody else comes.
    let no = withdrawal(now(), &[&anchor("t1")], Some(&hash("visitor")));
    assert_eq!(server.post(&no.to_string()).status, 202);
    assert_eq!(server.stop(), Some(0));

    let output = world.run(&["store", "restore", text(&backup)]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("2 events that waited"), "{}", said(&output));
    let aside = files(&world, "assent.db.before-restore-");
    assert_eq!(aside.len(), 1, "the old store is kept");
    assert_eq!(mode(&world.dir.path().join(&aside[0])), 0o600);
    let old = Connection::open(world.dir.path().join(&aside[0])).expect("a store");
    let noes: i64 =
        old.query_row("SELECT count(*) FROM withdrawal", [], |row| row.get(0)).expect("rows");
    assert!(noes > 0, "it has what came after the backup");
    assert_eq!((mode(&store(&world)), backup.exists()), (0o600, true));

    // The clock that the backup knew is none to measure today's by.
    let clocks = |path: &Path| {
        let store = Connection::open(path).expect("a store");
        let count = "SELECT count(*) FROM clock";
        store.query_row(count, [], |row| row.get::<_, i64>(0)).expect("a number")
    };
    assert_eq!((clocks(&backup), clocks(&store(&world))), (1, 0));

    world.tiktok.restore(TOKEN);
    let before = world.tiktok.received().len();
    let server = world.serve();
    for id in [&held, &due] {
        let story = world.why(id).expect("it is known");
        assert_eq!(story["state"], "erased", "{story:#}");
        assert!(story["reason"].as_str().is_some_and(|why| why.contains("restored from a backup")));
    }
    assert_eq!(world.why(&delivered).expect("it is known")["state"], "delivered");
    // What comes now is sent: the server works, and so the silence above is no accident.
    let later = post(&server, &add_to_cart("sh-9"));
    assert_eq!(world.end(&later)["state"], "delivered");
    let sent = world.tiktok.received()[before..].to_vec();
    let sent: Vec<_> = sent.iter().flat_map(|request| &request.events).collect();
    assert!(sent.iter().all(|event| event.event_id.as_deref() == Some(&later)), "{sent:?}");
    let restored = Connection::open(store(&world)).expect("a store");
    for (sql, n) in [
        ("SELECT count(*) FROM context", 0),
        ("SELECT count(*) FROM event WHERE payload IS NOT NULL", 0),
        ("SELECT count(*) > 0 FROM receipt", 1),
    ] {
        assert_eq!(restored.query_row(sql, [], |row| row.get(0)), Ok(n), "{sql}");
    }
}

#[test]
fn a_restore_that_broke_off_keeps_every_server_away_until_it_is_repeated() {
    only_sqlite!();
    let BackedUp { world, server, backup, due, .. } = backed_up();
    drop(server.kill());
    let (log, waiting) =
        (world.dir.path().join("assent.db-wal"), world.dir.path().join("assent.db.restored"));
    assert!(fs::metadata(&log).expect("a log").len() > 0);
    // The new store waits, and the old one was not moved; it was, but its log was not; both were.
    for moved in [&[][..], &[&store(&world)], &[&log]] {
        for file in moved {
            let elsewhere = file.with_extension("moved");
            fs::rename(file, elsewhere).expect("moved");
        }
        fs::write(&waiting, "").expect("a file");
        let before = store(&world).exists();
        fails(&world, &["serve"], &["broken off half-way", "repeat `assent store restore"]);
        assert_eq!(store(&world).exists(), before, "no new store in its place");
        assert!(world.run(&["store", "restore", text(&backup)]).status.success());
        assert!(!waiting.exists() && !log.exists(), "the old log belongs to no new store");
        let server = world.serve();
        assert_eq!(world.why(&due).expect("it is known")["state"], "erased");
        drop(server.kill());
        assert!(log.exists());
    }
    let aside = files(&world, "assent.db.before-restore-");
    let logs = aside.iter().filter(|name| name.ends_with("-wal")).count();
    assert_eq!((aside.len() - logs, logs), (2, 2), "each is kept: {aside:?}");
}

#[test]
fn what_a_killed_restore_or_backup_has_left_goes_with_the_next_one() {
    only_sqlite!();
    let world = World::new();
    let backup = world.dir.path().join("backup.db");
    let left = |name: &str| {
        let path = world.dir.path().join(format!("{name}.0123456789abcdef.part"));
        fs::write(path, "a store").expect("a file");
    };
    let parts = || files(&world, "").into_iter().filter(|name| name.contains(".part")).count();
    let stopped = || {
        let server = world.serve();
        assert_eq!(parts(), 1, "of the backup, which may be under way");
        assert_eq!(server.stop(), Some(0));
    };
    left("backup.db");
    left("assent.db.restored");
    left("assent.db.before-migration-20261129T215953Z");
    stopped();
    assert!(world.run(&["store", "backup", text(&backup)]).status.success());
    assert_eq!(parts(), 0);
    left("assent.db.restored");
    assert!(world.run(&["store", "restore", text(&backup)]).status.success());
    assert_eq!(parts(), 0);
}

#[test]
fn what_is_no_backup_is_not_restored_and_the_store_stays_as_it_was() {
    only_sqlite!();
    let world = World::new();
    let id = post(&world.serve(), &add_to_cart("sh-1"));
    let file = |name: &str| world.dir.path().join(name);
    fs::write(file("text"), "dear diary ".repeat(500)).expect("a file");
    fs::write(file("empty"), "").expect("a file");
    Connection::open(file("other"))
        .and_then(|other| other.execute_batch("CREATE TABLE recipes (a)"))
        .expect("another program's database");
    for (name, words) in [
        ("text", "not a database"),
        ("empty", "holds no store"),
        ("other", "holds no store"),
        ("nowhere", "No such file"),
    ] {
        fails(&world, &["store", "restore", text(&file(name))], &[words]);
    }
    assert!(files(&world, "assent.db.restored").is_empty(), "{:?}", files(&world, "assent.db"));
    assert!(files(&world, "assent.db.before").is_empty());
    assert!(world.why(&id).is_some());
    fs::rename(file("other"), store(&world)).expect("moved");
    for left in ["assent.db-wal", "assent.db-shm"] {
        // Of the server that was killed.
        drop(fs::remove_file(file(left)));
    }
    fails(&world, &["serve"], &["another program"]);
}

/// `cp assent.db elsewhere/`, while the server has the rest in its log.
fn copied(world: &World) -> World {
    let elsewhere = World::new();
    fs::copy(store(world), store(&elsewhere)).expect("a copy");
    elsewhere
}

#[test]
fn a_copied_file_without_its_log_is_noticed() {
    only_sqlite!();
    let world = World::new();
    let server = world.serve();
    let id = post(&server, &add_to_cart("sh-1"));
    let copy = copied(&world);
    // Twice, for looking makes an empty log beside it.
    for command in [&["report"][..], &["report"], &["serve"], &["store", "check"]] {
        fails(&copy, command, &["without its log", "store restore"]);
    }
    // With its log it is whole.
    let both = copied(&world);
    for name in ["assent.db", "assent.db-wal"] {
        fs::copy(world.dir.path().join(name), both.dir.path().join(name)).expect("a copy");
    }
    assert!(both.why(&id).is_some());

    // Without, it is taken for an old backup.
    let output = copy.run(&["store", "restore", text(&store(&copy))]);
    assert!(
        output.status.success() && said(&output).contains("without its log"),
        "{}",
        said(&output)
    );
    assert_eq!(copy.serve().stop(), Some(0));

    // A log that is deleted under a killed server is noticed on another machine, and a store that is
    // missing beside its log on this one.
    drop(server.kill());
    fs::rename(store(&world), world.dir.path().join("moved.db")).expect("moved");
    fails(&world, &["serve"], &["the store itself is missing", "assent.db-wal"]);
    fs::rename(world.dir.path().join("moved.db"), store(&world)).expect("moved");
    let _server = world.serve();
    assert!(world.why(&id).is_some());
}

/// `cp`, while no server runs.
fn cold_copy(world: &World) -> PathBuf {
    let copy = world.dir.path().join("cold.db");
    fs::copy(store(world), &copy).expect("a copy");
    copy
}

#[test]
fn a_copy_made_at_rest_and_put_back_after_a_later_run_is_refused_until_it_was_restored() {
    only_sqlite!();
    let world = World::new();
    world.tiktok.revoke(TOKEN);
    let server = world.serve();
    let id = post(&server, &add_to_cart("sh-1"));
    until("the queue is paused", || server.log().contains("sends are paused").then_some(()));
    assert_eq!(server.stop(), Some(0));
    let copy = cold_copy(&world);
    // As it is, and beside its own lock file, it is the store.
    fs::copy(&copy, store(&world)).expect("a copy");
    let server = world.serve();
    let no = withdrawal(now(), &[], Some(&hash("visitor")));
    assert_eq!(server.post(&no.to_string()).status, 202);
    assert_eq!(world.end(&id)["state"], "withdrawn");
    assert_eq!(server.stop(), Some(0));

    world.tiktok.restore(TOKEN);
    fs::copy(&copy, store(&world)).expect("a copy");
    for command in [&["serve"][..], &["report"], &["store", "check"], &["store", "migrate"]] {
        fails(&world, command, &["an older copy", "assent.db.lock", "store restore"]);
    }
    let output = world.run(&["store", "restore", text(&store(&world))]);
    assert!(output.status.success(), "{}", said(&output));
    let server = world.serve();
    assert_eq!(world.why(&id).expect("it is known")["state"], "erased");
    let later = post(&server, &add_to_cart("sh-9"));
    assert_eq!(world.end(&later)["state"], "delivered");
    assert_eq!(world.tiktok.counted().len(), 1, "only what came later");
    // Killed and started; stopped and started; and a copy with its log, of an earlier run.
    for name in ["assent.db", "assent.db-wal"] {
        fs::copy(world.dir.path().join(name), world.dir.path().join(name.replace("assent", "hot")))
            .expect("a copy");
    }
    drop(server.kill());
    assert_eq!(world.serve().stop(), Some(0));
    assert_eq!(world.serve().stop(), Some(0));
    for name in ["assent.db", "assent.db-wal"] {
        fs::copy(world.dir.path().join(name.replace("assent", "hot")), world.dir.path().join(name))
            .expect("a copy");
    }
    fails(&world, &["serve"], &["an older copy"]);
}

#[test]
fn a_store_moved_without_its_lock_file_goes_on_and_a_restored_one_has_a_run_of_its_own() {
    only_sqlite!();
    let world = World::new();
    let server = world.serve();
    let id = post(&server, &add_to_cart("sh-1"));
    let backup = world.dir.path().join("backup.db");
    assert!(world.run(&["store", "backup", text(&backup)]).status.success());
    assert_eq!(server.stop(), Some(0));
    let moved = copied(&world);
    assert_eq!(moved.serve().stop(), Some(0));
    assert!(moved.why(&id).is_some());

    let before = cold_copy(&world);
    assert!(world.run(&["store", "restore", text(&backup)]).status.success());
    let restored = world.dir.path().join("restored.db");
    fs::copy(store(&world), &restored).expect("a copy");
    fs::copy(&before, store(&world)).expect("a copy");
    fails(&world, &["serve"], &["an older copy"]);
    fs::copy(&restored, store(&world)).expect("a copy");
    assert_eq!(world.serve().stop(), Some(0));
}

#[test]
fn a_lock_file_deleted_after_a_crash_is_named() {
    only_sqlite!();
    let world = World::new();
    let server = world.serve();
    let id = post(&server, &add_to_cart("sh-1"));
    drop(server.kill());
    Connection::open(store(&world))
        .and_then(|store| {
            store.query_row("SELECT count(*) FROM event", [], |row| row.get::<_, i64>(0))?;
            store.close().map_err(|(_, error)| error)
        })
        .expect("its log is folded");
    let (lock, kept) = (world.dir.path().join("assent.db.lock"), world.dir.path().join("kept"));
    fs::rename(&lock, &kept).expect("moved");
    fails(&world, &["serve"], &["or the lock file", "assent.db.lock", "Put back"]);
    fs::rename(&kept, &lock).expect("put back");
    let _server = world.serve();
    assert!(world.why(&id).is_some());
}

#[test]
fn a_store_whose_log_another_program_folded_after_a_crash_is_whole() {
    only_sqlite!();
    let world = World::new();
    let server = world.serve();
    let id = post(&server, &add_to_cart("sh-1"));
    drop(server.kill());
    // As `sqlite3 assent.db` does it: the last one to close folds the log, and deletes it.
    let other = Connection::open(store(&world)).expect("a store");
    let n = other.query_row("SELECT count(*) FROM event", [], |row| row.get::<_, i64>(0));
    assert_eq!(n, Ok(1));
    other.close().expect("closed");
    assert!(!world.dir.path().join("assent.db-wal").exists());
    let _server = world.serve();
    assert!(world.why(&id).is_some());
}

/// Zeroes over a page in the middle, of a store at rest.
fn damage(world: &World, pages: u64) {
    let mut file = File::options().write(true).open(store(world)).expect("a store");
    file.seek(SeekFrom::Start(10 * 4096)).expect("it is long enough");
    file.write_all(&vec![0; usize::try_from(pages * 4096).expect("small")]).expect("damaged");
}

#[test]
fn on_a_damaged_file_no_server_starts_and_the_way_out_is_told() {
    only_sqlite!();
    let world = World::new();
    let server = world.serve();
    for n in 0..20 {
        post(&server, &add_to_cart(&format!("sh-{n}")));
    }
    let backup = world.dir.path().join("backup.db");
    assert!(world.run(&["store", "backup", text(&backup)]).status.success());
    assert_eq!(server.stop(), Some(0));
    assert!(world.run(&["store", "check"]).status.success());
    damage(&world, 5);
    fails(&world, &["serve"], &["damaged", "store restore FILE"]);
    fails(&world, &["store", "check"], &["RED  pages", "store restore FILE", "not sound"]);
    fails(&world, &["store", "backup", text(&world.dir.path().join("second"))], &["store restore"]);
    assert!(files(&world, "second").is_empty(), "half a backup is none");
    // Half of the file is gone, and then its head.
    File::options()
        .write(true)
        .open(store(&world))
        .and_then(|file| file.set_len(8 * 4096 + 7))
        .expect("cut");
    fails(&world, &["serve"], &["store restore FILE"]);
    fs::write(store(&world), "x".repeat(5000)).expect("damaged");
    fails(&world, &["serve"], &["not a database", "store restore FILE"]);
    fails(&world, &["store", "check"], &["RED", "not a database"]);

    let output = world.run(&["store", "restore", text(&backup)]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(world.serve().stop(), Some(0));
    assert!(world.run(&["store", "check"]).status.success());
}

#[test]
fn rows_that_cannot_be_read_are_found_by_their_numbers_and_nothing_of_them_is_told() {
    let world = World::with(HOOKS);
    let server = world.serve();
    world.tiktok.revoke(TOKEN);
    post(&server, &purchase("t1"));
    let secret = "janes-secret";
    assert_eq!(server.stop(), Some(0));
    for (table, sql) in [
        ("event", format!("UPDATE event SET payload = '{secret}'")),
        ("event", format!("UPDATE event SET state = '{secret}', payload = NULL")),
        ("receipt", format!("UPDATE receipt SET evidence = '{secret}'")),
        ("context", format!("UPDATE context SET payload = '{secret}'")),
    ] {
        world.damage(&sql);
        let output = world.run(&["store", "check"]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{sql}: {said}");
        assert!(said.contains(&format!("1 of table {table} (numbers 1)")), "{sql}: {said}");
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn a_store_of_another_age_is_refused_and_migrate_says_what_there_is_to_do() {
    only_sqlite!();
    let world = World::new();
    fails(&world, &["store", "migrate"], &["there is no store yet"]);
    let server = world.serve();
    fails(&world, &["store", "migrate"], &["another server has this store open"]);
    assert_eq!(server.stop(), Some(0));
    assert!(world.text(&["store", "migrate"]).contains("nothing to do"));
    for (schema, words) in [(1000, "later release"), (1, "earlier development build")] {
        world.damage(&format!("PRAGMA user_version = {schema}"));
        for command in [&["serve"][..], &["report"], &["store", "migrate"], &["store", "check"]] {
            fails(&world, command, &["assent.db: the store was made", words, "start"]);
        }
    }
}

#[test]
fn a_store_that_others_could_read_is_made_private_and_that_is_told() {
    only_sqlite!();
    let world = World::new();
    let server = world.serve();
    post(&server, &add_to_cart("sh-1"));
    drop(server.kill());
    let name = |end: &str| world.dir.path().join(format!("assent.db{end}"));
    let ends = ["", "-wal", "-shm", ".lock"];
    for end in ends {
        fs::set_permissions(name(end), Permissions::from_mode(0o644)).expect("it is ours");
    }
    let server = world.serve();
    let log = server.log();
    for end in ends {
        assert_eq!(mode(&name(end)), 0o600, "{end}");
        assert!(log.contains(&format!("assent.db{end} mode=\"0644\"")), "{end}: {log}");
    }
    assert_eq!(server.stop(), Some(0));
    // A group that somebody has given it to stays.
    fs::set_permissions(name(""), Permissions::from_mode(0o640)).expect("it is ours");
    assert_eq!(world.serve().stop(), Some(0));
    assert_eq!(mode(&name("")), 0o640);
}
