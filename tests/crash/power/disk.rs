//! A disk that remembers: every write, truncation, sync and deletion in order. From that it works
//! out what can be left after the power went at any point: what was synced, and of the rest any
//! part, in any order, down to single sectors. And a disk that fails when it is told to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::ffi;

use crate::dice::Dice;
use crate::vfs;

/// A file's, in the disk's folder.
pub(crate) type Name = String;
/// What SQLite is answered when the disk fails.
type Code = i32;

/// The smallest part of a write that reaches a disk whole.
const SECTOR: usize = 512;

#[derive(Debug, Clone)]
enum Operation {
    /// A new file under this name.
    Made,
    Write {
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        length: usize,
    },
    /// The file is on disk, and its name in the folder.
    Synced,
    Deleted {
        folder_synced: bool,
    },
}

/// The lock file's name.
const LOCK: &str = "assent.db.lock";

/// How the disk fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No room for any write but the next `after`.
    Full {
        after: usize,
    },
    /// As [`Self::Full`], but it is the syncs that fail; what they were to make durable never will
    /// be, unless it is written again.
    SyncFails {
        after: usize,
    },
    ReadOnly,
}

/// What becomes of that which no sync has made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsynced {
    Lost,
    /// As after `kill -9`.
    Kept,
    /// Only the last write is there.
    LastOnly,
    /// Each sector by a throw of the dice.
    Torn(u64),
}

pub(crate) type Image = BTreeMap<Name, Vec<u8>>;

pub(crate) struct Disk {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    log: Vec<(Name, Operation)>,
    files: std::collections::BTreeSet<Name>,
    fault: Option<Fault>,
    /// Refused since the fault began.
    refused: usize,
    /// SQLite's level of `synchronous` in the place of FULL, as a digit.
    weakened: Option<u8>,
    syncs: usize,
    writes: usize,
    /// What was last seen in the lock file.
    lock: Vec<u8>,
}

impl Disk {
    /// A folder whose files SQLite finds on this disk.
    pub(crate) fn at(folder: &Path) -> Arc<Self> {
        let folder = folder.canonicalize().expect("a folder");
        let disk = Arc::new(Self { folder, state: Mutex::default() });
        vfs::watch(&disk);
        disk
    }

    /// Nobody tells it of anything any more.
    pub(crate) fn unplug(self: &Arc<Self>) {
        vfs::unwatch(self);
    }

    /// `0` is OFF, `1` is NORMAL.
    pub(crate) fn weaken(&self, level: u8) {
        self.state().weakened = Some(level);
    }

    pub(crate) fn fails(&self, fault: Fault) {
        let mut state = self.state();
        (state.fault, state.refused) = (Some(fault), 0);
    }

    /// How often it has failed.
    pub(crate) fn heals(&self) -> usize {
        let mut state = self.state();
        state.fault = None;
        state.refused
    }

    /// Of everything, and of the write-ahead log alone.
    pub(crate) fn syncs_so_far(&self) -> (usize, usize) {
        let state = self.state();
        let is_of_log = |(name, operation): &&(Name, Operation)| {
            name.ends_with("-wal") && matches!(operation, Operation::Synced)
        };
        (state.syncs, state.log.iter().filter(is_of_log).count())
    }

    pub(crate) fn writes_so_far(&self) -> usize {
        self.state().writes
    }

    /// The points at which the power may go.
    pub(crate) fn operations(&self) -> usize {
        self.state().log.len()
    }

    /// The points just before something was made durable, and just after: there it matters most.
    pub(crate) fn edges(&self) -> Vec<usize> {
        let state = self.state();
        let is_edge = |operation: &Operation| {
            matches!(operation, Operation::Synced | Operation::Deleted { .. })
        };
        let edges = state.log.iter().enumerate().filter(|(_, (_, done))| is_edge(done));
        edges.flat_map(|(at, _)| [at, at + 1]).collect()
    }

    /// What is left when the power goes after so many operations.
    pub(crate) fn cut(&self, at: usize, unsynced: Unsynced) -> Image {
        let state = self.state();
        let mut files: BTreeMap<&Name, Vec<Generation>> = BTreeMap::new();
        for (name, operation) in &state.log[..at] {
            let is_folder_synced = Generation::take(files.entry(name).or_default(), operation);
            if is_folder_synced {
                let latest = files.values_mut().filter_map(|generations| generations.last_mut());
                latest.for_each(|generation| generation.is_named = true);
            }
        }
        let mut dice = Dice(match unsynced {
            Unsynced::Torn(seed) => seed,
            Unsynced::Lost | Unsynced::Kept | Unsynced::LastOnly => 0,
        });
        let left = files.into_iter().filter_map(|(name, generations)| {
            Some((name.clone(), Generation::left(&generations, unsynced, &mut dice)?))
        });
        left.collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the endpoint itself makes durable, beside SQLite's files: looked at before each of SQLite's
/// writes and syncs, for the file may say nothing that the lock does not know yet.
impl Disk {
    fn note_lock(&self, state: &mut State) {
        let bytes = std::fs::read(self.folder.join(LOCK)).unwrap_or_default();
        if bytes != state.lock {
            state.lock.clone_from(&bytes);
            let done = [Operation::Made, Operation::Write { at: 0, bytes }, Operation::Synced];
            state.log.extend(done.map(|operation| (LOCK.to_owned(), operation)));
        }
    }
}

/// What the VFS tells.
impl Disk {
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.folder.join(name).exists()
    }

    pub(crate) fn weakened(&self) -> Option<u8> {
        self.state().weakened
    }

    pub(crate) fn opened(&self, name: &Name, existed: bool) {
        let mut state = self.state();
        if state.files.insert(name.clone()) {
            state.log.push((name.clone(), Operation::Made));
            if existed {
                // What was there before SQLite came was made durable by who made it.
                state.log.push((name.clone(), Operation::Synced));
            }
        }
    }

    pub(crate) fn writes(&self, name: &Name, at: usize, bytes: &[u8]) -> Result<(), Code> {
        let mut state = self.state();
        state.writes += 1;
        self.note_lock(&mut state);
        state.may_write()?;
        let bytes = bytes.to_vec();
        state.log.push((name.clone(), Operation::Write { at, bytes }));
        Ok(())
    }

    pub(crate) fn truncates(&self, name: &Name, length: usize) -> Result<(), Code> {
        let mut state = self.state();
        if state.fault == Some(Fault::ReadOnly) {
            return Err(ffi::SQLITE_IOERR_TRUNCATE);
        }
        state.log.push((name.clone(), Operation::Truncate { length }));
        Ok(())
    }

    pub(crate) fn syncs(&self, name: &Name) -> Result<(), Code> {
        let mut state = self.state();
        state.syncs += 1;
        if let Some(Fault::SyncFails { after }) = state.fault {
            if after == 0 {
                state.refused += 1;
                // The system may take what it could not write for written: it is never tried again.
                state.forget_unsynced(name);
                return Err(ffi::SQLITE_IOERR_FSYNC);
            }
            state.fault = Some(Fault::SyncFails { after: after - 1 });
        }
        self.note_lock(&mut state);
        state.log.push((name.clone(), Operation::Synced));
        Ok(())
    }

    pub(crate) fn deletes(&self, name: &Name, folder_synced: bool) -> Result<(), Code> {
        let mut state = self.state();
        if state.fault == Some(Fault::ReadOnly) {
            return Err(ffi::SQLITE_IOERR_DELETE);
        }
        if state.files.remove(name) {
            state.log.push((name.clone(), Operation::Deleted { folder_synced }));
        }
        Ok(())
    }
}

impl State {
    fn may_write(&mut self) -> Result<(), Code> {
        match self.fault {
            None | Some(Fault::SyncFails { .. }) => Ok(()),
            Some(Fault::Full { after: 0 }) => {
                self.refused += 1;
                Err(ffi::SQLITE_FULL)
            }
            Some(Fault::Full { after }) => {
                self.fault = Some(Fault::Full { after: after - 1 });
                Ok(())
            }
            Some(Fault::ReadOnly) => {
                self.refused += 1;
                Err(ffi::SQLITE_IOERR_WRITE)
            }
        }
    }

    fn forget_unsynced(&mut self, name: &Name) {
        let is_barrier = |(other, operation): &(Name, Operation)| {
            other == name && !matches!(operation, Operation::Write { .. })
        };
        let from = self.log.iter().rposition(is_barrier).map_or(0, |at| at + 1);
        let later = self.log.split_off(from);
        self.log.extend(later.into_iter().filter(|(other, _)| other != name));
    }
}

/// What has stood under one name from its making to its deletion.
#[derive(Default)]
struct Generation {
    /// It is in the folder for good, and what was deleted before it is gone for good.
    is_named: bool,
    /// Its deletion; the name stands for nothing from then on.
    is_gone: bool,
    durable: Vec<u8>,
    pending: Vec<Operation>,
}

impl Generation {
    /// Whether the folder was synced with it, and so every name in it: SQLite does that with the
    /// first sync of a file that it has made.
    fn take(generations: &mut Vec<Self>, operation: &Operation) -> bool {
        match operation {
            Operation::Made => generations.push(Self::default()),
            Operation::Deleted { folder_synced } => {
                generations.push(Self { is_gone: true, ..Self::default() });
                return *folder_synced;
            }
            Operation::Synced => {
                let Some(last) = generations.last_mut() else { return false };
                for operation in std::mem::take(&mut last.pending) {
                    apply(&mut last.durable, &operation);
                }
                return !last.is_named;
            }
            Operation::Write { .. } | Operation::Truncate { .. } => {
                if let Some(last) = generations.last_mut() {
                    last.pending.push(operation.clone());
                }
            }
        }
        false
    }

    /// `None`: there is no such file.
    fn left(generations: &[Self], unsynced: Unsynced, dice: &mut Dice) -> Option<Vec<u8>> {
        let sure = generations.iter().rposition(|generation| generation.is_named);
        let last = generations.len().checked_sub(1)?;
        let at = match unsynced {
            Unsynced::Lost => sure?,
            Unsynced::Kept | Unsynced::LastOnly => last,
            Unsynced::Torn(_) => {
                // The folder's changes reach the disk in their order.
                let first = sure.map_or(0, |sure| sure + 1);
                let more = (first..=last).take_while(|_| dice.coin()).count();
                (first + more).checked_sub(1)?
            }
        };
        let generation = &generations[at];
        (!generation.is_gone).then(|| generation.content(unsynced, dice))
    }

    fn content(&self, unsynced: Unsynced, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        match unsynced {
            Unsynced::Lost => {}
            Unsynced::Kept => self.pending.iter().for_each(|done| apply(&mut bytes, done)),
            Unsynced::LastOnly => {
                if let Some(last) = self.pending.last() {
                    apply(&mut bytes, last);
                }
            }
            Unsynced::Torn(_) => self.pending.iter().for_each(|done| tear(&mut bytes, done, dice)),
        }
        bytes
    }
}

fn apply(file: &mut Vec<u8>, operation: &Operation) {
    match operation {
        Operation::Write { at, bytes } => put(file, *at, bytes),
        Operation::Truncate { length } => file.truncate(*length),
        Operation::Made | Operation::Synced | Operation::Deleted { .. } => {}
    }
}

fn put(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if file.len() < end {
        file.resize(end, 0); // a hole reads as zeroes
    }
    file[at..end].copy_from_slice(bytes);
}

fn tear(file: &mut Vec<u8>, operation: &Operation, dice: &mut Dice) {
    match operation {
        Operation::Write { at, bytes } => {
            let mut from = 0;
            while from < bytes.len() {
                // To the end of the sector that this byte is in.
                let to = (from + SECTOR - (at + from) % SECTOR).min(bytes.len());
                if dice.coin() {
                    put(file, at + from, &bytes[from..to]);
                }
                from = to;
            }
        }
        Operation::Truncate { .. } if dice.coin() => apply(file, operation),
        Operation::Truncate { .. }
        | Operation::Made
        | Operation::Synced
        | Operation::Deleted { .. } => {}
    }
}
