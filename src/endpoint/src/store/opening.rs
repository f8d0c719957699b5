//! How the store is opened and closed, for one endpoint that writes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::closing::{Closing, Hold};
use super::engine::{Connection, Whose};
use super::error::{Result, StoreError};
use super::lease::Lease;
use super::pseudonym_key::PseudonymKey;
use super::rows::tx::Tx;
use super::rows::{endpoint, shop as shops};
use super::unsure::Unsure;
use super::writer::{self, Writer};
use super::{Store, database, deliver, file};
use crate::clock::dice;
use crate::run_number::RunNumber;
use crate::store_place::{Database, StorePlace};

/// Threads that write to a database, each with a connection of its own. A deed there mostly waits.
const WRITERS: usize = 8;
/// Shops of a file that are made ready in one transaction.
const FEW: usize = 50;
/// So often another endpoint is waited for, 4 seconds each, before a start gives up.
const TURNS: u32 = 15;

impl Store {
    /// Opens or makes the store, for one server. Sends that a crash interrupted become due again.
    pub fn open<'a>(
        place: impl Into<StorePlace>,
        shops: impl IntoIterator<Item = &'a ShopDomain>,
        now: Timestamp,
    ) -> Result<Self> {
        let shops: Vec<_> = shops.into_iter().cloned().collect();
        match place.into() {
            StorePlace::File(path) => {
                let lock = file::lock(&path)?;
                let opened = file::open(&path, &lock)?;
                let run = file::open_run(&opened)?.unwrap_or(RunNumber::ALONE);
                let connection = Connection::from(opened);
                let keys = ready(&connection, &shops, now)?;
                let fault = |source| StoreError::File { path: path.clone(), source };
                let (writer, closed) = Writer::start(vec![connection]).map_err(fault)?;
                Ok(Self::of(
                    writer,
                    keys,
                    run,
                    Closing { closed, hold: Hold::File { _lock: lock } },
                ))
            }
            StorePlace::Database(place) => Self::open_database(&place, &shops, now),
        }
    }

    fn open_database(place: &Database, shops: &[ShopDomain], now: Timestamp) -> Result<Self> {
        let run = RunNumber::drawn(dice());
        let connection = database::open(place, run)?;
        let lease = Lease::begin(connection, place)?;
        let of_desks = (0..WRITERS).map(|_| database::connect(place, run));
        let of_desks: Vec<_> = of_desks.collect::<Result<_>>()?;
        let keys = of_desks.first().map(|first| ready(first, shops, now));
        let (writer, closed) = Writer::start(of_desks).map_err(|error| StoreError::Unreached {
            store: place.url.clone(),
            why: error.to_string(),
            hint: String::new(),
        })?;
        let keys = keys.unwrap_or(Err(StoreError::Stopped))?;
        let pulse = Some(lease.pulse());
        let hold = Hold::Database { lease };
        Ok(Self { pulse, ..Self::of(writer, keys, run, Closing { closed, hold }) })
    }

    /// As [`Self::open`], for a command. [`StoreError::Locked`] and [`StoreError::Served`]: a server is to be
    /// asked in its place.
    pub fn open_alone<'a>(
        place: impl Into<StorePlace>,
        shops: impl IntoIterator<Item = &'a ShopDomain>,
        now: Timestamp,
    ) -> Result<Self> {
        let place = place.into();
        if let StorePlace::Database(of) = &place {
            let store = database::open_to_read(of)?;
            if !endpoint::heard_of(Tx::new(&store))?.is_empty() {
                return Err(StoreError::Served { store: of.url.clone() });
            }
        }
        Self::open(place, shops, now)
    }

    fn of(
        writer: Writer,
        keys: HashMap<ShopDomain, PseudonymKey>,
        run: RunNumber,
        closing: Closing,
    ) -> Self {
        let closing = Arc::new(Mutex::new(Some(closing)));
        let (keys, unsure, pulse) = (Arc::new(keys), Unsure::default(), None);
        Self { writer, keys, run, unsure, pulse, closing }
    }

    /// Commits what is queued and closes the file. Other handles must be gone, or be dropped soon.
    pub fn close(self) {
        let Self { writer, keys: _, run: _, unsure: _, pulse: _, closing } = self;
        drop(writer);
        let closing = closing.lock().ok().and_then(|mut closing| closing.take());
        closing.into_iter().for_each(Closing::wait);
    }
}

/// Each shop of these has its key, and what was under way when a process ended goes again. The first endpoint of all
/// that starts lets every shop's queue move. On a database one shop at a time: others wait for its turn.
fn ready(
    connection: &Connection,
    configured: &[ShopDomain],
    now: Timestamp,
) -> Result<HashMap<ShopDomain, PseudonymKey>> {
    let mut all = writer::at_once(connection, &[], shops::all)?;
    all.retain(|known| !configured.contains(known));
    let is_first = writer::at_once(connection, &[], endpoint::heard_of)?.len() <= 1;
    let many = if connection.sqlite().is_some() { FEW } else { 1 };
    let mut keys = HashMap::new();
    for few in [configured, all.as_slice()].into_iter().flat_map(|shops| shops.chunks(many)) {
        let whose: Vec<Whose> = few.iter().map(Whose::from).collect();
        let some = in_turn(connection, &whose, |tx| {
            let mut some = Vec::new();
            for shop in few {
                some.push((shop.clone(), shops::key_or_new(tx, shop)?));
                if is_first {
                    shops::goes_on(tx, shop)?;
                }
                deliver::take_over(tx, shop, now)?;
            }
            Ok(some)
        })?;
        keys.extend(some);
    }
    keys.retain(|shop, _| configured.contains(shop));
    Ok(keys)
}

/// Waits for other endpoints: one that has lost its machine keeps a turn for some seconds.
fn in_turn<T>(
    connection: &Connection,
    of: &[Whose],
    deed: impl Fn(Tx<'_>) -> Result<T>,
) -> Result<T> {
    for _ in 1..TURNS {
        match writer::at_once(connection, of, &deed) {
            Err(error) if error.is_of_turn() => {
                tracing::warn!(
                    "another endpoint has the turn of a shop that is to be made ready: it is waited for"
                );
            }
            done => return done,
        }
    }
    writer::at_once(connection, of, &deed)
}
