//! Power cuts.

use tempfile::TempDir;

use crate::dice::Dice;
use crate::disk::{Disk, Unsynced};
use crate::judge::complaints;
use crate::workload::{Promises, day};
use crate::{is_long, seed};

/// Cuts that the short form looks at, besides those around each sync.
const SHORT: usize = 150;

/// A cut and what it did to what was not synced.
type Cut = (usize, Unsynced);

fn all_cuts(disk: &Disk, seed: u64) -> Vec<Cut> {
    let mut dice = Dice(seed);
    let mut cuts = Vec::new();
    for at in 0..=disk.operations() {
        cuts.extend([Unsynced::Lost, Unsynced::Kept, Unsynced::LastOnly].map(|what| (at, what)));
        cuts.extend((0..3).map(|_| (at, Unsynced::Torn(dice.throw()))));
    }
    cuts
}

fn some_cuts(disk: &Disk, seed: u64) -> Vec<Cut> {
    let mut dice = Dice(seed);
    let mut cuts = Vec::new();
    for at in disk.edges() {
        cuts.extend([(at, Unsynced::Lost), (at, Unsynced::Torn(dice.throw()))]);
    }
    for _ in 0..SHORT {
        let at = dice.below(disk.operations() + 1);
        let what = match dice.below(4) {
            0 => Unsynced::Lost,
            1 => Unsynced::Kept,
            2 => Unsynced::LastOnly,
            _ => Unsynced::Torn(dice.throw()),
        };
        cuts.push((at, what));
    }
    cuts
}

/// The first cut after which something is wrong, and how many were looked at.
fn first_wrong(disk: &Disk, promises: &Promises, cuts: &[Cut]) -> Result<usize, String> {
    for (at, unsynced) in cuts.iter().copied() {
        let found = complaints(&disk.cut(at, unsynced), promises.before(at));
        if !found.is_empty() {
            return Err(format!("after operation {at}, {unsynced:?}: {found:#?}"));
        }
    }
    Ok(cuts.len())
}

#[test]
fn after_every_power_cut_all_that_was_acknowledged_is_there() {
    let folder = TempDir::new().expect("a folder");
    let disk = Disk::at(folder.path());
    let promises = day(&disk);
    let seed = seed();
    let cuts = if is_long() { all_cuts(&disk, seed) } else { some_cuts(&disk, seed) };
    let survived = first_wrong(&disk, &promises, &cuts).unwrap_or_else(|wrong| panic!("{wrong}"));
    eprintln!(
        "power cuts: {survived} survived, of {} places in {} writes and {} syncs, {} promises kept",
        disk.operations() + 1,
        disk.writes_so_far(),
        disk.syncs_so_far().0,
        promises.0.len()
    );
    assert!(disk.syncs_so_far().1 > 20 && promises.0.len() > 25, "hardly anything happened");
    disk.unplug();
}

/// The harness itself: it has to see what `synchronous = FULL` is for. OFF never syncs, NORMAL only
/// before the log is folded.
#[test]
fn weaker_syncs_are_found_out() {
    for (level, name) in [(b'0', "OFF"), (b'1', "NORMAL")] {
        let folder = TempDir::new().expect("a folder");
        let disk = Disk::at(folder.path());
        disk.weaken(level);
        let promises = day(&disk);
        if level == b'0' {
            // One at each of the two starts, for SQLite makes the log before it is told.
            assert!(disk.syncs_so_far().1 <= 2, "the PRAGMA was not weakened");
        }
        let ends: Vec<Cut> = promises.0.iter().map(|(at, _)| (*at, Unsynced::Lost)).collect();
        let wrong = first_wrong(&disk, &promises, &ends);
        let wrong = wrong.expect_err("synchronous was weakened, and nothing was lost");
        eprintln!("with synchronous = {name}: {}", wrong.lines().next().unwrap_or_default());
        disk.unplug();
    }
}
