//! A store with many shops, and the few things that are done to it.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use assent_endpoint::config::{Config, Secrets, Shop};
use assent_endpoint::rules::answer::{Answer, Reply};
use assent_endpoint::secret::ClientIp;
use assent_endpoint::store::{Arrived, Lives, No, Store, StoreError, Swept, Taken, Whom};
use assent_endpoint::zone::Zones;
use assent_gate::beacon::WireEvent;
use assent_gate::hex::Anchor;
use assent_gate::time::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::beacon::{beacon, hash, withdrawal};
use crate::support::place::Place;
use crate::support::rows::Rows;
use crate::support::server::PIXEL;
use crate::support::until;

pub(super) const START: Timestamp = Timestamp(1_772_442_000);
/// Lives that one store file has before a new one is made, so that none grows large.
const SHOPS: usize = 30;

pub(super) struct Case<'a> {
    pub(super) name: &'a str,
    pub(super) event: Value,
    /// Its shops' `[shops.purchase]`.
    pub(super) purchase: &'a str,
}

pub(super) struct Bench {
    dir: TempDir,
    store: Option<Store>,
    pub(super) rows: Rows,
    shops: Vec<Arc<Shop>>,
    used: usize,
    event: WireEvent,
    checkout: Option<Anchor>,
    runtime: Runtime,
    /// Goes last: the store is still in it.
    place: Place,
}

fn shops(purchase: &str) -> Vec<Arc<Shop>> {
    let mut text = "public_url = \"https://events.example.com\"\n".to_owned();
    for n in 0..SHOPS {
        text += &format!(
            "[[shops]]\ndomain = \"s{n}.myshopify.com\"\npixel_code = \"{PIXEL}\"\naccess_token_env = \"T\"\n\
             webhook_secret_envs = [\"W\"]\nconsent.cmp = \"shopify\"\n[shops.purchase]\n{purchase}\n"
        );
    }
    Config::parse(&text, Path::new(""), Secrets::Needed, &|_| Some("x".to_owned()))
        .expect("no fault")
        .shops
}

/// In memory, where the machine has such a place: power loss is not what is tried here.
fn directory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.expect("a directory")
}

impl Bench {
    pub(super) fn new(case: &Case<'_>) -> Self {
        let (dir, place, shops) = (directory(), Place::new(), shops(case.purchase));
        let (store, rows) = opened(&place, &dir, &shops, START);
        let event: WireEvent = serde_json::from_value(case.event.clone()).expect("an event");
        let checkout = event.checkout.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        Self { dir, place, store: Some(store), rows, shops, used: 0, event, checkout, runtime }
    }

    /// A shop that nothing has happened to.
    pub(super) fn shop(&mut self) -> Arc<Shop> {
        if self.used == SHOPS {
            self.empty();
            self.used = 0;
        }
        self.used += 1;
        self.shops[self.used - 1].clone()
    }

    /// A store that nothing has happened to. A database's tables are emptied, which is quicker than a new one.
    fn empty(&mut self) {
        if !self.place.is_database() {
            self.close();
            self.dir = directory();
            return self.open(START);
        }
        let stays = ["shop", "endpoint"];
        let tables = self.rows.tables().into_iter().filter(|name| !stays.contains(&name.as_str()));
        self.rows.run(&format!("TRUNCATE {}", tables.collect::<Vec<_>>().join(", ")));
    }

    fn close(&mut self) {
        self.store.take().expect("it is open").close();
    }

    fn open(&mut self, now: Timestamp) {
        let (store, rows) = opened(&self.place, &self.dir, &self.shops, now);
        (self.store, self.rows) = (Some(store), rows);
    }

    /// The process ends without a farewell, and a new one opens the store.
    pub(super) fn crash(&mut self, now: Timestamp) {
        self.close();
        self.open(now);
    }

    fn store(&self) -> &Store {
        self.store.as_ref().expect("it is open")
    }

    pub(super) fn accept(
        &self,
        shop: &Arc<Shop>,
        read: Read,
        fired: bool,
        now: Timestamp,
    ) -> Taken {
        let Read { visitor, evaluated_at, sent_at } = read;
        let mut evidence = beacon(None, &[])["consent"].clone();
        evidence["evaluated_at"] = evaluated_at.0.into();
        let mut event = WireEvent { event_time: evaluated_at.min(now), ..self.event.clone() };
        event.user.external_id = hash(&visitor_name(visitor)).parse().ok();
        if fired {
            event.browser = assent_gate::beacon::BrowserLeg::Fired;
        }
        let arrived = Arrived {
            shop: shop.clone(),
            pixel: None,
            evidence: serde_json::from_value(evidence).expect("evidence"),
            anchors: self.checkout.iter().cloned().collect(),
            visitors: event.user.external_id.iter().cloned().collect(),
            checkout: self.checkout.clone(),
            cart: None,
            events: vec![event],
            user: None,
            page: None,
            ip: Some(ClientIp::from(IpAddr::from([203, 0, 113, 7]))),
            sent_at,
            received_at: now,
        };
        self.runtime.block_on(self.store().accept(arrived)).expect("it is stored")
    }

    /// `at` and `sent_at` are the device's.
    pub(super) fn withdraw(
        &self,
        shop: &Arc<Shop>,
        visitor: usize,
        (at, sent_at): (Timestamp, Timestamp),
        now: Timestamp,
    ) {
        let said = withdrawal(at.0, &[], Some(&hash(&visitor_name(visitor))))["withdraw"].clone();
        let said = serde_json::from_value(said).expect("a withdrawal");
        let no = No { shop: shop.settings.shop.clone(), said, sent_at, received_at: now };
        self.runtime.block_on(self.store().withdraw(no)).expect("it is stored");
    }

    pub(super) fn claim(&self, shop: &Arc<Shop>, now: Timestamp) -> Vec<i64> {
        self.runtime.block_on(self.store().claim(shop, 50, now)).expect("a claim").ids()
    }

    /// Those that get leave.
    pub(super) fn renew(&self, shop: &Arc<Shop>, ids: &[i64], now: Timestamp) -> Vec<i64> {
        let owed =
            self.runtime.block_on(self.store().renew(shop, ids.to_vec(), now)).expect("an answer");
        owed.iter().map(|owed| owed.id).collect()
    }

    pub(super) fn settle(&self, shop: &Arc<Shop>, ids: &[i64], answer: Answer, now: Timestamp) {
        let (shop, reply) = (&shop.settings.shop, Reply { answer, request_id: None });
        self.runtime.block_on(self.store().settle(shop, ids, &reply, now)).expect("it is settled");
    }

    pub(super) fn interrupted(&self, shop: &Arc<Shop>, ids: &[i64], now: Timestamp) {
        let done = self.store().interrupted(&shop.settings.shop, ids.to_vec(), now);
        self.runtime.block_on(done).expect("it is written");
    }

    pub(super) fn erase(&self, shop: &Arc<Shop>, visitor: usize, now: Timestamp) {
        let visitor = Whom::Visitor(hash(&visitor_name(visitor)).parse().expect("a hash"));
        let done = self.runtime.block_on(self.store().erase(&shop.settings.shop, visitor, now));
        done.expect("an answer").expect("the shop is known");
    }

    pub(super) fn sweep(&self, now: Timestamp) {
        while self
            .runtime
            .block_on(self.store().sweep(Lives { receipts_months: 36, zones: Zones::UTC }, now))
            .expect("it is swept")
            != Swept::default()
        {}
    }
}

/// What a beacon rests on: whose, and when by the device's clock.
#[derive(Clone, Copy)]
pub(super) struct Read {
    /// The device's first visitor is 0; after each no it is another.
    pub(super) visitor: usize,
    pub(super) evaluated_at: Timestamp,
    pub(super) sent_at: Timestamp,
}

fn visitor_name(visitor: usize) -> String {
    format!("visitor {visitor}")
}

fn opened(place: &Place, dir: &TempDir, shops: &[Arc<Shop>], now: Timestamp) -> (Store, Rows) {
    // A server that another test is just starting holds a copy of the lock until it is on its feet.
    let store = until("the lock is free", || {
        let shops = shops.iter().map(|shop| &shop.settings.shop);
        match Store::open(place.in_folder(dir.path()), shops, now) {
            Err(StoreError::Locked { .. }) => None,
            opened => Some(opened.expect("a store")),
        }
    });
    (store, place.rows(dir.path()).in_a_hurry())
}
