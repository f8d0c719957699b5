//! Where reports on customers lie: beside the store (where that is a database, where the endpoint works), readable for its owner only, and each appears
//! when it is complete. A shop's erasure deletes all of its own.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, DirEntry, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use assent_gate::settings::ShopDomain;
use assent_gate::time::{MINUTE, Timestamp};

use super::demand_error::DemandError;
use super::report::{self, Occasion};
use crate::private_file::{Unfinished, sync_folder};
use crate::store::OpenDemand;
use crate::store::read::Reader;
use crate::store_place::StorePlace;

/// Beside the store's file.
const FOLDER: &str = "data-requests";

/// Writes the report on whom `demand` names, and says where. A second time it replaces the first.
pub(super) fn write(
    store: &StorePlace,
    demand: &OpenDemand,
    now: Timestamp,
) -> Result<PathBuf, DemandError> {
    let kept = Reader::open(store)?.demanded(demand)?;
    let json = report::json(&demand.shop, &Occasion::Demand(demand), &kept, now)?;
    let path = folder(store).join(name(demand));
    place(&path, json.as_bytes())
        .map_err(|source| DemandError::File { path: path.clone(), source })?;
    Ok(path)
}

/// Where the answer to a customer who asked the shop itself lies, if no other place is named.
pub(crate) fn answer(store: &StorePlace, shop: &ShopDomain, now: Timestamp) -> PathBuf {
    folder(store).join(format!("{}-access-{}.json", shop.as_str(), now.0))
}

/// Puts a report into that folder, which is made where there is none yet.
pub(crate) fn place(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().expect("it lies in the folder of reports");
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    replace(path, bytes)?;
    sync_folder(folder)
}

/// For its owner only, and as a whole: after a crash there is the old file or the new one, never a
/// part.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = Unfinished::beside(path)?;
    (&file).write_all(bytes)?;
    file.replace()
}

fn folder(store: &StorePlace) -> PathBuf {
    store.beside(FOLDER)
}

/// Shopify's number of a request and ours of a demand are both digits: the word `demand` keeps the
/// two apart.
fn name(demand: &OpenDemand) -> String {
    let shop = demand.shop.as_str();
    report::request(demand).map_or_else(
        || format!("{shop}-demand-{}.json", demand.id),
        |id| format!("{shop}-{id}.json"),
    )
}

/// Deletes every report on a customer of this shop, finished or not, that lay there at that time.
pub(super) fn forget(
    store: &StorePlace,
    shop: &ShopDomain,
    then: Timestamp,
) -> Result<(), DemandError> {
    let folder = folder(store);
    of_shop(&folder, shop, then).map_err(|source| DemandError::File { path: folder, source })
}

fn of_shop(folder: &Path, shop: &ShopDomain, then: Timestamp) -> io::Result<()> {
    let own = format!("{}-", shop.as_str());
    for file in files(folder)? {
        let is_own = file.file_name().to_string_lossy().starts_with(&own);
        // Their clocks may differ, and what was in work then was written a moment later.
        if is_own && written_at(&file)? <= then.plus(MINUTE) {
            fs::remove_file(file.path())?;
        }
    }
    match File::open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        folder => folder?.sync_all(),
    }
}

fn files(folder: &Path) -> io::Result<Vec<DirEntry>> {
    match fs::read_dir(folder) {
        Ok(files) => files.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn written_at(file: &DirEntry) -> io::Result<Timestamp> {
    let since = file.metadata()?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)))
}

/// The shops of which reports lie here.
pub(super) fn shops(store: &StorePlace) -> Result<BTreeSet<ShopDomain>, DemandError> {
    let folder = folder(store);
    let files =
        files(&folder).map_err(|source| DemandError::File { path: folder.clone(), source })?;
    let of = |file: DirEntry| {
        let name = file.file_name().to_string_lossy().into_owned();
        let (shop, _) = name.split_once(".myshopify.com-")?;
        format!("{shop}.myshopify.com").parse().ok()
    };
    Ok(files.into_iter().filter_map(of).collect())
}
