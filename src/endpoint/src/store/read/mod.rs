//! What only reads the store. [`Reader`]'s list of doors is all that the rest of the endpoint sees
//! of it: each gives a finished answer, and nothing of the engine.

mod account;
mod addresses;
mod asked;
mod at_work;
mod customer;
mod demands;
mod erasure;
mod events;
mod gauges;
mod ground;
mod heard;
mod live_line;
mod modules;
mod newest;
mod noes;
mod order_days;
mod order_list;
mod order_row;
mod orders;
mod pauses;
mod pixels;
mod proof;
mod receipts;
mod refusals;
pub(super) mod soundness;
mod story;
mod values;

use std::collections::BTreeMap;

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use crate::calendar::{Day, Days};
use crate::module::{Module, ModuleHash};
use crate::rules::clock::{Look, look};
use crate::rules::silence::Heard;
use crate::run_number::RunNumber;
use crate::store::customer::Whom;
#[cfg(test)]
use crate::store::engine::Connection;
use crate::store::engine::Lent;
use crate::store::error::Result;
use crate::store::rows::demand::OpenDemand;
use crate::store::rows::tx::Tx;
use crate::store::rows::{clock, endpoint};
use crate::store::{database, file};
use crate::store_place::StorePlace;

pub use self::account::{Account, Money, Sum};
pub use self::addresses::AddressDoubt;
pub use self::asked::Asked;
pub use self::at_work::{Arrivals, AtWork, EndSeen, Grounds, Payloads};
pub(crate) use self::customer::Kept;
pub use self::demands::DemandOnRecord;
pub use self::erasure::{Preview, Reached};
pub use self::events::EventDay;
pub use self::gauges::{Queues, ShopQueue};
pub use self::ground::{Granting, Ground};
pub use self::live_line::{About, LiveLine};
pub use self::newest::{Cursor, Watched};
pub use self::order_days::OrderDay;
pub use self::order_list::{Behind, SeenOrder};
pub use self::pauses::Paused;
pub use self::pixels::PixelSeen;
pub use self::proof::ProofOf;
pub use self::receipts::{Receipt, ReceiptPage, Wanted};
pub use self::refusals::RefusalDay;
pub use self::story::{Code, Story};
pub use self::values::{Figure, Values};
pub use crate::store::rows::history::Line;

/// A store opened for reading, beside a server that may be running. It cannot write.
#[derive(Debug)]
pub struct Reader {
    connection: Lent,
}

impl Reader {
    pub fn open(place: impl Into<StorePlace>) -> Result<Self> {
        let connection = match place.into() {
            StorePlace::File(path) => file::open_read_only(&path)?.into(),
            StorePlace::Database(place) => database::open_to_read(&place)?,
        };
        Ok(Self { connection })
    }

    /// Whether a server runs on this store.
    pub fn is_served(place: &StorePlace) -> bool {
        match place {
            StorePlace::File(path) => file::is_held(path),
            StorePlace::Database(_) => {
                Self::open(place).and_then(|store| store.runs()).is_ok_and(|runs| !runs.is_empty())
            }
        }
    }

    /// The events that a text names ([`crate::rules::named`]): one `event_id` (of any shop), or the Purchases of an order, or
    /// an order without one.
    pub fn stories(&self, id_or_order: &str) -> Result<Vec<Story>> {
        story::named(&self.connection, id_or_order)
    }

    /// What happens now, as lines in the sequence of time: the newest `limit`, if the cursor has read
    /// nothing; else what has happened since. Full answers may have a sequel: ask again at once.
    pub fn newest(
        &self,
        watched: &Watched,
        cursor: &mut Cursor,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<LiveLine>> {
        newest::lines(&self.connection, watched, cursor, limit, now)
    }

    /// By day, shop and event.
    pub fn event_days(&self, asked: &Asked<'_>) -> Result<Vec<EventDay>> {
        Ok(events::days(&self.connection, asked)?)
    }

    /// By day and shop.
    pub fn order_days(&self, asked: &Asked<'_>) -> Result<Vec<OrderDay>> {
        Ok(order_days::days(&self.connection, asked)?)
    }

    /// The same, and by shop the account of those that were made on that day or later.
    pub fn order_days_and_accounts(
        &self,
        asked: &Asked<'_>,
        since: Day,
    ) -> Result<(Vec<OrderDay>, BTreeMap<String, Account>)> {
        Ok(order_days::days_and_accounts(&self.connection, asked, since)?)
    }

    /// Where the orders went that Shopify told us of and that were made in those days.
    pub fn account(&self, asked: &Asked<'_>) -> Result<Account> {
        Ok(account::account(&self.connection, asked)?)
    }

    /// When Shopify last told of a shop's order, and its browsers of a Purchase: `rules::silence`
    /// says whether that is alarming.
    pub fn heard(&self, shop: &str, now: Timestamp) -> Result<Heard> {
        Ok(heard::of_shop(&self.connection, shop, now)?)
    }

    /// How often consent ended in a shop since then: at least so often.
    pub fn ended_consents(&self, shop: &str, since: Timestamp) -> Result<i64> {
        Ok(noes::ended(&self.connection, shop, since)?)
    }

    /// A page of these shops' orders, the newest first; `behind`: after the page that ended there.
    pub fn newest_orders(
        &self,
        shops: &[String],
        behind: Option<Behind>,
    ) -> Result<Vec<SeenOrder>> {
        Ok(order_list::newest(&self.connection, shops, behind)?)
    }

    /// By shop. What has sent nothing for 7 days is forgotten.
    pub fn pixels(&self, days: Days) -> Result<Vec<PixelSeen>> {
        Ok(pixels::seen(&self.connection, days)?)
    }

    /// What waits now, by shop.
    pub fn queues(&self) -> Result<Queues> {
        Ok(gauges::queues(&self.connection)?)
    }

    /// Shops whose queues stand still.
    pub fn pauses(&self) -> Result<Vec<Paused>> {
        Ok(pauses::now(&self.connection)?)
    }

    /// The shops of which the server that runs (or ran last) accepts tests, which never count.
    pub fn testing(&self) -> Result<Vec<String>> {
        Ok(pauses::testing(&self.connection)?)
    }

    /// What the doors refused, by day and shop. Refusals of more than 90 days ago are forgotten.
    pub fn refusals(&self, days: Days) -> Result<Vec<RefusalDay>> {
        Ok(refusals::days(&self.connection, days)?)
    }

    /// Shops most of whose events of the last 24 hours have no shopper's address.
    pub fn address_doubts(&self, now: Timestamp) -> Result<Vec<AddressDoubt>> {
        Ok(addresses::doubts(&self.connection, now)?)
    }

    /// What came to a shop lately, and what became of it.
    pub fn at_work(&self, shop: &ShopDomain, now: Timestamp) -> Result<AtWork> {
        at_work::of(&self.connection, shop, now)
    }

    /// The runs of the servers that have the store open; of one that was killed, too: on a database for half a
    /// minute.
    pub fn runs(&self) -> Result<Vec<RunNumber>> {
        match self.connection.sqlite() {
            Some(file) => Ok(file::open_run(file)?.into_iter().collect()),
            None => endpoint::heard_of(Tx::new(&self.connection)),
        }
    }

    /// How many bytes a database has on its server's disk, and a sentence for each of its settings that breaks a
    /// promise. `None`: it is a file.
    pub fn database(&self) -> Result<Option<(i64, Vec<String>)>> {
        let Some(database) = self.connection.postgres() else { return Ok(None) };
        Ok(Some((database.bytes()?, database.doubts()?)))
    }

    /// How far this machine's clock is believed.
    pub fn clock(&self, now: Timestamp) -> Result<Look> {
        Ok(look(clock::kept(Tx::new(&self.connection))?, now))
    }

    /// A module that this endpoint has been, if it is still kept.
    pub fn module(&self, hash: ModuleHash) -> Result<Option<Module>> {
        Ok(modules::kept(&self.connection, hash)?)
    }

    /// The open ones first, by their deadline; then those that are done, the latest first.
    pub fn demands(&self) -> Result<Vec<DemandOnRecord>> {
        Ok(demands::all(&self.connection)?)
    }

    /// Those that are not done, by their deadline, which may have passed.
    pub fn open_demands(&self) -> Result<Vec<DemandOnRecord>> {
        Ok(demands::open(&self.connection)?)
    }

    /// How many receipts all pages hold.
    pub fn count_receipts(&self, wanted: &Wanted) -> Result<i64> {
        Ok(receipts::count(&self.connection, wanted)?)
    }

    /// The page after receipt number `after`; `None`: the first one.
    pub fn receipts(&self, wanted: &Wanted, after: Option<i64>) -> Result<ReceiptPage> {
        Ok(receipts::page(&self.connection, wanted, after)?)
    }

    /// The receipts of one order, event or checkout; in all shops, if none is named.
    pub fn proof(&self, shop: Option<&ShopDomain>, whose: &ProofOf) -> Result<ReceiptPage> {
        proof::of(&self.connection, shop, whose)
    }

    /// What is kept of the customer whom a demand names.
    pub(crate) fn demanded(&self, demand: &OpenDemand) -> Result<Kept> {
        customer::demanded(&self.connection, demand)
    }

    /// What is kept of a customer. `None`: this store has never known such a shop.
    pub(crate) fn customer(&self, shop: &ShopDomain, whom: &Whom) -> Result<Option<Kept>> {
        customer::named(&self.connection, shop, whom)
    }

    /// What `Store::erase` would do now. `None`: this store has never known such a shop.
    pub fn erasure(
        &self,
        shop: &ShopDomain,
        whom: &Whom,
        now: Timestamp,
    ) -> Result<Option<Preview>> {
        erasure::preview(&self.connection, shop, whom, now)
    }
}

/// What several doors say of a shop, for a test that compares engines.
#[cfg(test)]
pub(in crate::store) fn told(store: &Connection, shop: &ShopDomain) -> Result<String> {
    let now = Timestamp(1_772_442_100);
    let days = Days::ALL;
    let zones = crate::zone::Zones::default();
    let mut said = String::new();
    for of_shop in [None, Some(shop.as_str())] {
        let asked = Asked { shop: of_shop, days, zones: &zones, now };
        said += &format!(
            "{:?}\n{:?}\n{:?}\n",
            events::days(store, &asked)?,
            order_days::days(store, &asked)?,
            account::account(store, &asked)?,
        );
    }
    let doubts = addresses::doubts(store, now)?;
    said += &format!("{:?} {doubts:?} {:?}\n", gauges::queues(store)?, pauses::now(store)?);
    said += &format!("{:?} {:?}\n", pixels::seen(store, days)?, refusals::days(store, days)?);
    let mut at_work = at_work::of(store, shop, now)?;
    // Of one second: in whatever sequence.
    at_work.ends.sort_by_key(|end| format!("{end:?}"));
    said += &format!("{at_work:?}\n");
    said += &format!("{:?}\n", heard::of_shop(store, shop.as_str(), now)?);
    said += &format!("{:?}\n", noes::ended(store, shop.as_str(), Timestamp(0))?);
    for order in ["1", "2", "4", "5", "6"] {
        said += &format!(
            "{:?}\n",
            story::named(store, order)?.iter().map(|story| &story.history).collect::<Vec<_>>()
        );
    }
    Ok(said)
}
