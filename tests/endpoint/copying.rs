//! `assent store copy` again: an earlier copy is known again for as long as nothing has changed, and what is not one
//! is never written over.

use crate::support::beacon::{add_to_cart, anchor, beacon, purchase};
use crate::support::place::Place;
use crate::support::rows::Rows;
use crate::support::server::World;

const MARK: &str = "PRAGMA application_id";

/// A store in a file, at rest, that was copied into a database beside it. What the file had said of itself before.
fn copied() -> (World, i64) {
    let mut world = World::on(Place::File, "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    let server = world.serve();
    for (checkout, event) in [(None, add_to_cart("sh-1")), (Some(anchor("t1")), purchase("t1"))] {
        let answer = server.post(&beacon(checkout.as_deref(), &[event]).to_string());
        assert_eq!(answer.status, 202, "{answer:?}");
    }
    assert_eq!(server.stop(), Some(0));
    world.place = Place::postgres();
    world.configure(&world.tiktok.base_url());
    let mark = file(&world).number(MARK);
    let (code, said) = copy(&world);
    assert_eq!(code, Some(0), "{said}");
    assert_ne!(file(&world).number(MARK), mark, "it counts as a backup");
    (world, mark)
}

/// Closed again at once: an open one keeps its log beside it.
fn file(world: &World) -> Rows {
    Rows::of_file(&world.dir.path().join("assent.db"))
}

fn copy(world: &World) -> (Option<i32>, String) {
    let file = world.dir.path().join("assent.db").display().to_string();
    let output = world.run(&["store", "copy", "--from", &file]);
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// As whoever was killed between the database's commit and the file's mark leaves both.
fn unmark(world: &World, mark: i64) {
    file(world).run(&format!("{MARK} = {mark}"));
}

#[test]
fn a_copy_that_was_broken_off_after_its_commit_is_known_again() {
    let (world, mark) = copied();
    let there = world.look().dump();
    unmark(&world, mark);
    let (code, said) = copy(&world);
    assert!(code == Some(0) && said.contains("counted and compared"), "{said}");
    assert_eq!(world.look().dump(), there, "nothing was written twice");
    assert_ne!(file(&world).number(MARK), mark, "it counts as a backup now too");
    let (code, said) = copy(&world);
    assert!(code == Some(1) && said.contains("this is a backup"), "{said}");
}

/// One field of one row is enough, or a row more on either side.
#[test]
fn what_is_not_the_same_to_the_last_field_is_no_copy_and_stays_as_it_is() {
    let (world, mark) = copied();
    let nobodys = "INSERT INTO withdrawal VALUES ('acme.myshopify.com', x'00', 1, 1, 1)";
    for (in_database, change, undo) in [
        (
            true,
            "UPDATE event SET history = history || ' '",
            "UPDATE event SET history = rtrim(history, ' ')",
        ),
        (true, "UPDATE shop SET paused = ''", "UPDATE shop SET paused = NULL"),
        (true, nobodys, "DELETE FROM withdrawal"),
        (false, nobodys, "DELETE FROM withdrawal"),
    ] {
        let rows = || if in_database { world.look() } else { file(&world) };
        unmark(&world, mark);
        rows().run(change);
        let before = world.look().dump();
        let (code, said) = copy(&world);
        assert_eq!(code, Some(1), "{change}: {said}");
        assert!(said.contains("there is something in this database already"), "{said}");
        assert_eq!(world.look().dump(), before, "{change}");
        assert_eq!(file(&world).number(MARK), mark, "{change}: the file is a store as before");
        rows().run(undo);
    }
    assert_eq!(copy(&world).0, Some(0), "with all of it undone it is a copy again");
}
