//! The whole store at one moment: every row of every table, every byte of its files, every line of
//! the log.

use std::collections::{BTreeMap, HashMap};

use assent_endpoint::rules::debt::End;
use assent_endpoint::store::read::Reader;

use crate::judge::{COUNTED_TWICE, RAW};
use crate::log;
use crate::names::{SECRETS, marks_in};
use crate::support::place::is_postgres;
use crate::support::rows::{Field, OfField as _, Rows, hex};
use crate::support::search::Search;
use crate::visit::Visit;
use crate::world::World;

/// An event's row.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) state: String,
    is_ended: bool,
    is_personal: bool,
}

impl Row {
    pub(crate) fn is_open(&self) -> bool {
        !self.is_ended
    }
}

pub(crate) fn rows(store: &Rows) -> Vec<Row> {
    let sql = "SELECT event_id, state, ended, payload IS NOT NULL FROM event";
    let read = |row: Vec<Field>| {
        let [id, state, is_ended, is_personal]: [Field; 4] = row.try_into().expect("four");
        Row {
            id: hex(&id.bytes()),
            state: String::of(state),
            is_ended: bool::of(is_ended),
            is_personal: bool::of(is_personal),
        }
    };
    store.all(sql).into_iter().map(read).collect()
}

/// How many events stand how; those whose rows have gone count as their tally says.
pub(crate) fn standings(store: &Rows) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for row in rows(store) {
        *all.entry(row.state).or_default() += 1;
    }
    for tally in store.all("SELECT state, n FROM tally") {
        let [state, n]: [Field; 2] = tally.try_into().expect("two");
        *all.entry(String::of(state)).or_default() += i64::of(n).unsigned_abs();
    }
    all
}

impl World {
    /// Which rows there are, against what was accepted. Called before and after rows may go.
    pub(crate) fn reconcile(&mut self) {
        let rows: HashMap<String, Row> =
            rows(&self.server.rows).into_iter().map(|row| (row.id.clone(), row)).collect();
        let by_purchase: HashMap<&str, usize> =
            self.visits.iter().enumerate().map(|(n, visit)| (visit.purchase.as_str(), n)).collect();
        let mut strange = Vec::new();
        for id in rows.keys() {
            let Some(known) = self.judge.events.get_mut(id) else {
                strange.push(id.clone());
                continue;
            };
            if !known.is_there {
                known.is_there = true;
                self.recovered += 1;
                let visit = by_purchase.get(id.as_str());
                if !visit.is_some_and(|visit| self.judge.was_heard(*visit)) {
                    strange.push(id.clone());
                }
            }
        }
        for id in strange {
            self.judge.breaks("every event in the store is one that somebody told of", id);
        }
        let open: Vec<(String, bool)> = {
            let there = self.judge.events.iter().filter(|(_, known)| known.is_there);
            let gone = there.filter(|(id, known)| {
                !rows.contains_key(*id) && self.judge.gone_shop != Some(known.shop)
            });
            gone.map(|(id, _)| (id.clone(), self.was_open.contains(id))).collect()
        };
        for (id, was_open) in open {
            if was_open {
                self.judge.breaks("an accepted event is accounted for", format!("{id} is gone"));
            }
            self.judge.events.get_mut(&id).expect("it was there").is_there = false;
        }
        let gone_shop = self.judge.gone_shop;
        self.was_open = rows.into_values().filter(Row::is_open).map(|row| row.id).collect();
        if gone_shop.is_none() {
            let standing: u64 = standings(&self.server.rows).values().sum();
            let told = self.judge.counts.get("events accepted").copied().unwrap_or_default();
            if standing != told + self.recovered {
                let recovered = self.recovered;
                self.judge.breaks(
                    "accepted is what has ended and what is still due",
                    format!(
                        "{told} accepted and {recovered} made of orders, {standing} in the store"
                    ),
                );
            }
        }
    }

    /// What the store and TikTok can tell of the event that a text names.
    pub(crate) fn story(&self, text: &str) -> String {
        let words = text.split(|letter: char| !letter.is_ascii_hexdigit());
        let Some(id) = words.into_iter().find(|word| word.len() == 32) else {
            return String::new();
        };
        let stories = Reader::open(self.server.store_place()).and_then(|reader| reader.stories(id));
        let lines = stories.into_iter().flatten().flat_map(|story| story.history);
        let lines: Vec<String> =
            lines.map(|line| format!("\n    {} {}", line.at, line.what)).collect();
        let counted = self.tiktok.lab.counted().into_iter();
        let copies = counted
            .filter(|one| one.event_id.as_deref() == Some(id))
            .flat_map(|one| one.copies)
            .map(|copy| format!("\n    {} {:?} {:?}", copy.at_ms / 1000, copy.leg, copy.outcome));
        format!("{}{}", lines.concat(), copies.collect::<String>())
    }

    pub(crate) fn audit(&mut self) {
        self.reconcile();
        for row in rows(&self.server.rows) {
            self.audit_row(&row);
        }
        self.audit_marks();
        self.audit_contexts();
        for secret in self.secrets_found() {
            self.judge.breaks(RAW, secret);
        }
        for id in self.tiktok.counted_twice() {
            if self.judge.could_know(&id, self.fired.get(&id).copied()) {
                self.judge.breaks(COUNTED_TWICE, id);
            }
        }
        for violation in self.tiktok.lab.violations() {
            self.judge.breaks("TikTok gets nothing that it must never get", violation);
        }
        self.judge.counts("audits of the whole store");
    }

    fn audit_row(&mut self, row: &Row) {
        let Row { id, state, is_ended, is_personal } = row;
        let is_end = End::ALL.iter().any(|end| end.name() == state);
        if is_end != *is_ended {
            self.judge.breaks("a row that has ended says so", format!("{id} {state}"));
        }
        if *is_ended && *is_personal {
            self.judge
                .breaks("nothing personal is in a row after its end", format!("{id} {state}"));
        }
        if state == End::Delivered.name() && !self.tiktok.taken.contains(id) {
            self.judge.breaks("what is delivered is at TikTok", id.clone());
        }
        if state == End::Withdrawn.name() && !self.judge.may_be_withdrawn(&self.visits, id) {
            self.judge.breaks("nothing is withdrawn without a no", id.clone());
        }
    }

    /// Where a Purchase has ended, no order needs what a browser left for it. (After a no a later
    /// yes may leave it again.)
    fn audit_contexts(&mut self) {
        let sql = "SELECT checkout FROM context WHERE checkout IS NOT NULL";
        let left = self.server.rows.column::<Vec<u8>>(sql);
        let left: Vec<String> = left.iter().map(|checkout| hex(checkout)).collect();
        let ended: HashMap<String, Row> = rows(&self.server.rows)
            .into_iter()
            .filter(|row| row.is_ended && row.state != End::Withdrawn.name())
            .map(|row| (row.id.clone(), row))
            .collect();
        // A row has half of an anchor.
        let of = |visit: &Visit| left.iter().any(|half| visit.checkout.starts_with(half.as_str()));
        let kept: Vec<String> = self
            .visits
            .iter()
            .filter(|visit| ended.contains_key(&visit.purchase) && of(visit))
            .map(|visit| visit.purchase.clone())
            .collect();
        for id in kept {
            self.judge.breaks("nothing is left for a Purchase that has ended", id);
        }
    }

    /// Whose marks stand where, whatever the tables are called.
    fn audit_marks(&mut self) {
        let rows = &self.server.rows;
        let mut broken = Vec::new();
        for table in rows.tables() {
            for row in rows.all(&format!("SELECT * FROM \"{table}\"")) {
                let mut marks: Vec<_> =
                    row.into_iter().flat_map(|field| marks_in(&field.bytes())).collect();
                marks.sort_unstable();
                marks.dedup();
                if marks.len() > 1 {
                    broken.push((
                        "nobody's fields stand beside another's",
                        format!("{table}: {marks:?}"),
                    ));
                }
                for visitor in marks.into_iter().filter(|visitor| self.judge.has_gone(*visitor)) {
                    broken.push((
                        "nothing of a visitor is kept after their no or their erasure",
                        format!("{table}: {visitor}"),
                    ));
                }
            }
        }
        for (promise, what) in broken {
            self.judge.breaks(promise, what);
        }
    }

    fn secrets_found(&mut self) -> Vec<String> {
        let mut search = Search::of(&SECRETS);
        search.folder(&self.server.folder());
        if let Rows::Postgres(_) = self.server.rows {
            search.bytes("the database", &self.server.rows.bytes());
        }
        search.bytes("the log", &log::taken());
        self.searched.files += search.files;
        self.searched.bytes += search.bytes;
        search.found
    }
}

/// What was looked through for planted secrets. How long a store's log is depends on the machine's pace, so
/// this is no part of a seed's one history.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Searched {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

/// Whoever finds nothing has to be able to find something, also in a folder of the store's folder.
#[test]
fn an_audit_finds_what_is_planted() {
    let _alone = crate::run::alone();
    let mut world = World::new(3);
    world.audit();
    assert_eq!(world.judge.breaches.get(RAW), None);
    let deep = world.server.folder().join("data-requests/deep");
    std::fs::create_dir_all(&deep).expect("folders");
    std::fs::write(deep.join("1.json"), SECRETS[0].to_uppercase()).expect("a file");
    world.audit();
    assert_eq!(world.judge.breaches.get(RAW), Some(&1), "{:?}", world.judge.broken);
    // A file has a log and a lock beside it.
    let least = if is_postgres() { 1 } else { 4 };
    assert!(world.searched.files >= least && world.searched.bytes > 0, "{:?}", world.searched);
}
