//! The tests that are by their nature about SQLite's file, and why. On a PostgreSQL (`ASSENT_TEST_STORE=postgres`)
//! they end at once; every other test has to hold there too.

use std::path::Path;

const FILE: &str = "a file is copied, moved, restored or found damaged; a database's backups are its own affair (docs/postgres.md#backup)";
const DISK: &str = "the disk under the endpoint is full; a database has another, and its faults are on_postgres.rs'";
const MODE: &str = "it is about the mode of the store's files";

pub(crate) const TESTS: [(&str, &str); 24] = [
    ("check::a_disk_that_is_full_has_its_line_too", DISK),
    (
        "config_faults::a_store_that_is_a_folder_or_no_database_is_named",
        "a store's place that is no file of ours",
    ),
    (
        "forgetting::a_reader_in_the_way_is_told",
        "a reader keeps SQLite from overwriting what was erased; PostgreSQL overwrites nothing (docs/postgres.md#what-an-erasure-leaves)",
    ),
    ("readiness::a_damaged_store_is_not_ready", FILE),
    ("readiness::a_file_that_may_not_grow_is_not_ready_and_is_ready_once_it_may", DISK),
    ("readiness::a_full_disk_is_not_ready_and_is_ready_once_there_is_room", DISK),
    (
        "running::a_second_server_on_the_same_store_is_refused",
        "one endpoint has a file; several share a database (sharing.rs)",
    ),
    ("running::nobody_else_on_the_machine_may_read_the_store", MODE),
    ("store_file::a_backup_beside_a_running_server_is_one_whole_private_file", FILE),
    ("store_file::a_backup_has_all_that_was_acknowledged_before_it_whoever_writes_meanwhile", FILE),
    ("store_file::a_copied_file_without_its_log_is_noticed", FILE),
    (
        "store_file::a_copy_made_at_rest_and_put_back_after_a_later_run_is_refused_until_it_was_restored",
        FILE,
    ),
    ("store_file::a_lock_file_deleted_after_a_crash_is_named", FILE),
    ("store_file::a_restore_that_broke_off_keeps_every_server_away_until_it_is_repeated", FILE),
    (
        "store_file::a_store_moved_without_its_lock_file_goes_on_and_a_restored_one_has_a_run_of_its_own",
        FILE,
    ),
    (
        "store_file::a_store_of_another_age_is_refused_and_migrate_says_what_there_is_to_do",
        "a file has its schema's number elsewhere; on_postgres.rs has the same of a database",
    ),
    ("store_file::a_store_that_others_could_read_is_made_private_and_that_is_told", MODE),
    ("store_file::a_store_whose_log_another_program_folded_after_a_crash_is_whole", FILE),
    ("store_file::after_a_restore_nothing_that_waited_is_sent_and_the_reason_says_so", FILE),
    ("store_file::no_link_leads_the_lock_file_elsewhere", FILE),
    ("store_file::on_a_damaged_file_no_server_starts_and_the_way_out_is_told", FILE),
    ("store_file::what_a_killed_restore_or_backup_has_left_goes_with_the_next_one", FILE),
    ("store_file::what_is_no_backup_is_not_restored_and_the_store_stays_as_it_was", FILE),
    (
        "store_lives::what_has_gone_gives_its_place_back_to_the_disk",
        "a file is made shorter by us; a database's tables by its own vacuum",
    ),
];

/// Ends the test that begins with it, where the tests run on a PostgreSQL.
macro_rules! only_sqlite {
    () => {
        if $crate::only_sqlite::ends(|| {}) {
            return;
        }
    };
}

/// Whether the test in which `here` stands is over.
///
/// # Panics
/// If it is not one of [`TESTS`].
pub(crate) fn ends<F: FnOnce()>(here: F) -> bool {
    let place = std::any::type_name_of_val(&here);
    // endpoint::running::a_second_server_on_the_same_store_is_refused::{{closure}}
    let name = place.split("::{{closure}}").next().unwrap_or(place);
    let name = name.split_once("::").map_or(name, |(_, name)| name);
    assert!(TESTS.iter().any(|(test, _)| *test == name), "{name} is not in only_sqlite.rs");
    crate::support::place::is_postgres()
}

/// The tests of a file, which begin with the macro.
fn of_file(module: &str, text: &str) -> Vec<String> {
    let mut lines = text.lines().peekable();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let name = line.trim_start_matches("async ").strip_prefix("fn ");
        let name = name.and_then(|rest| rest.split('(').next());
        if let (Some(name), Some("    only_sqlite!();")) = (name, lines.peek().copied()) {
            found.push(format!("{module}::{name}"));
        }
    }
    found
}

#[test]
fn the_list_has_the_tests_that_end_at_once_on_postgresql_and_no_other() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/endpoint");
    let mut begun = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let module = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let file = if path.is_dir() { path.join("mod.rs") } else { path };
        if let Ok(text) = std::fs::read_to_string(file) {
            begun.extend(of_file(&module, &text));
        }
    }
    begun.sort();
    let listed: Vec<_> = TESTS.iter().map(|(test, _)| (*test).to_owned()).collect();
    assert_eq!(begun, listed);
}
