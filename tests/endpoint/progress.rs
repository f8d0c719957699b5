//! What takes long shows how far it has come, to whoever sits at a terminal and to nobody else.

use crate::support::beacon::{anchor, beacon, purchase};
use crate::support::place::is_postgres;
use crate::support::server::World;
use crate::support::terminal::seen_at_terminal;

const LONG: [(&[&str], &str, &str); 4] = [
    (&["store", "backup", "backup.db"], "bytes, checked", "copied|every page|the store"),
    (&["store", "check"], "can be read", "every page|every row|the store"),
    (&["store", "restore", "backup.db"], "is the backup now", "copied|every page|the store"),
    (&["receipts", "export"], "shopify_only", "receipts"),
];

/// Of a database backups are its own affair (docs/postgres.md#backup).
fn long() -> impl Iterator<Item = (&'static [&'static str], &'static str, &'static str)> {
    let is_of_a_file = |command: &[&str]| matches!(command[1], "backup" | "restore");
    LONG.into_iter().filter(move |(command, ..)| !(is_postgres() && is_of_a_file(command)))
}

fn world() -> World {
    let world = World::new();
    let server = world.serve();
    let body = beacon(Some(&anchor("t1")), &[purchase("t1")]);
    assert_eq!(server.post(&body.to_string()).status, 202);
    assert_eq!(server.stop(), Some(0));
    world
}

#[test]
fn a_terminal_sees_it_and_the_answer_stays_clean() {
    let world = world();
    for (command, answer, shown) in long() {
        let seen = seen_at_terminal(world.command(command).current_dir(world.dir.path()));
        let stdout = String::from_utf8_lossy(&seen.output.stdout).into_owned();
        assert_eq!(seen.output.status.code(), Some(0), "{command:?}: {}", seen.screen);
        assert!(stdout.contains(answer) && !stdout.contains('\u{1b}'), "{command:?}: {stdout}");
        let is_shown = shown.split('|').any(|words| seen.screen.contains(words));
        assert!(is_shown, "{command:?}: {:?}", seen.screen);
        assert!(!seen.screen.contains("\u{1b}[3"), "a colour: {:?}", seen.screen);
    }
}

#[test]
fn a_pipe_sees_none_of_it() {
    let world = world();
    for (command, answer, _) in long() {
        let output =
            world.command(command).current_dir(world.dir.path()).output().expect("it runs");
        assert!(String::from_utf8_lossy(&output.stdout).contains(answer), "{command:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let expected = if command[0] == "receipts" { "1 receipts exported\n" } else { "" };
        assert_eq!(said, expected, "{command:?}");
    }
}
