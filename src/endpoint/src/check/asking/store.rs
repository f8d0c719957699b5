//! What the store has of the shops that are asked about, read beside a server that may be running.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use assent_gate::settings::ShopDomain;
use assent_gate::time::{DAY, Timestamp};

use super::PATIENCE;
use crate::calendar::{Day, Days};
use crate::check::rules::machine::StoreFile;
use crate::config::Config;
use crate::monitor::disk;
use crate::rules::silence::Heard;
use crate::run_number::RunNumber;
use crate::store::StoreError;
use crate::store::read::{
    Account, AddressDoubt, Asked, AtWork, DemandOnRecord, Paused, PixelSeen, Queues, Reader,
    RefusalDay,
};
use crate::store_place::StorePlace;

/// All that the lines need.
#[derive(Debug)]
pub(in crate::check) struct Rows {
    /// Of the servers that have the store open.
    pub(in crate::check) runs: Vec<RunNumber>,
    /// The time that the store goes by, where it does not believe the clock.
    pub(in crate::check) doubted: Option<Timestamp>,
    pub(in crate::check) work: BTreeMap<String, AtWork>,
    pub(in crate::check) heard: BTreeMap<String, Heard>,
    pub(in crate::check) pixels: Vec<PixelSeen>,
    pub(in crate::check) queues: Queues,
    pub(in crate::check) pauses: Vec<Paused>,
    pub(in crate::check) demands: Vec<DemandOnRecord>,
    pub(in crate::check) refusals: Vec<RefusalDay>,
    pub(in crate::check) address_doubts: Vec<AddressDoubt>,
}

/// The store, and its rows; `Err`: why it cannot be read.
pub(in crate::check) async fn read(
    place: &StorePlace,
    shops: Vec<ShopDomain>,
    now: Timestamp,
) -> Result<(StoreFile, Rows), String> {
    let place = place.clone();
    let read = tokio::task::spawn_blocking(move || {
        let told = |error: StoreError| error.to_string();
        let store = Reader::open(&place).map_err(told)?;
        let rows = rows(&store, &shops, now).map_err(told)?;
        let found = match place.file() {
            Some(path) => file(path),
            None => database(&place, &store).map_err(told)?,
        };
        Ok((found, rows))
    });
    match tokio::time::timeout(PATIENCE, read).await {
        Ok(read) => {
            read.unwrap_or_else(|_| Err("it could not be read: please report this".to_owned()))
        }
        Err(_) => {
            Err(format!("it could not be read in {} s: does its disk hang?", PATIENCE.as_secs()))
        }
    }
}

fn rows(store: &Reader, shops: &[ShopDomain], now: Timestamp) -> Result<Rows, StoreError> {
    let clock = store.clock(now)?;
    let week = Days::between(Day::of_number((now.0 - 7 * DAY).div_euclid(DAY)), None);
    let work = |shop: &ShopDomain| Ok((shop.as_str().to_owned(), store.at_work(shop, now)?));
    let heard =
        |shop: &ShopDomain| Ok((shop.as_str().to_owned(), store.heard(shop.as_str(), now)?));
    Ok(Rows {
        runs: store.runs()?,
        doubted: clock.is_doubted.then_some(clock.believed),
        work: shops.iter().map(work).collect::<Result<_, StoreError>>()?,
        heard: shops.iter().map(heard).collect::<Result<_, StoreError>>()?,
        pixels: store.pixels(week)?,
        queues: store.queues()?,
        pauses: store.pauses()?,
        demands: store.open_demands()?,
        refusals: store.refusals(week)?,
        address_doubts: store.address_doubts(now)?,
    })
}

/// Of each of the shops, the orders of a week.
pub(in crate::check) async fn accounts(
    config: &Arc<Config>,
    shops: Vec<ShopDomain>,
    now: Timestamp,
) -> BTreeMap<String, Account> {
    let config = config.clone();
    let read = tokio::task::spawn_blocking(move || {
        let store = Reader::open(&config.store)?;
        let zones = config.zones();
        let week = Days::between(Day::of_number((now.0 - 7 * DAY).div_euclid(DAY)), None);
        let account = |shop: ShopDomain| {
            let asked = Asked { shop: Some(shop.as_str()), days: week, zones: &zones, now };
            Ok((shop.as_str().to_owned(), store.account(&asked)?))
        };
        shops.into_iter().map(account).collect::<Result<_, StoreError>>()
    });
    // A store that cannot be read has a line of its own.
    let read = tokio::time::timeout(PATIENCE, read).await;
    read.ok().and_then(Result::ok).and_then(Result::ok).unwrap_or_default()
}

/// With the log that belongs to it.
fn file(path: &Path) -> StoreFile {
    let mut log = path.to_owned().into_os_string();
    log.push("-wal");
    let files: Vec<_> =
        [path, Path::new(&log)].iter().filter_map(|path| path.metadata().ok()).collect();
    let written = |file: &std::fs::Metadata| {
        let since = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Timestamp(i64::try_from(since.as_secs()).ok()?))
    };
    StoreFile {
        bytes: files.iter().map(std::fs::Metadata::len).sum(),
        written: files.iter().filter_map(written).max(),
        free: disk::free(path),
        place: path.display().to_string(),
        doubts: Vec::new(),
    }
}

/// How full its disk is, is its server's to say.
fn database(place: &StorePlace, store: &Reader) -> Result<StoreFile, StoreError> {
    let (bytes, doubts) = store.database()?.unwrap_or_default();
    let bytes = u64::try_from(bytes).unwrap_or(0);
    Ok(StoreFile { place: place.to_string(), bytes, written: None, free: None, doubts })
}
