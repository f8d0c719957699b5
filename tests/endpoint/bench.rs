//! A store with time in the test's hand.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assent_endpoint::calendar::Days;
use assent_endpoint::config::{Config, Secrets, Shop};
use assent_endpoint::rules::answer::{Answer, Reply};
use assent_endpoint::rules::mode::Mode;
use assent_endpoint::rules::order::Topic;
use assent_endpoint::secret::ClientIp;
use assent_endpoint::store::read::{Asked, EventDay, OrderDay, Reader, Story};
use assent_endpoint::store::{
    Arrived, Erased, Lives, No, Notice, Outcome, Store, StoreError, Swept, Taken, Whom,
};
use assent_endpoint::store_place::StorePlace;
use assent_endpoint::zone::Zones;
use assent_gate::beacon::WireEvent;
use assent_gate::event::{Goods, Person, Token};
use assent_gate::hex::Anchor;
use assent_gate::order::{Order, Sold};
use assent_gate::time::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::beacon::{beacon, hash, withdrawal};
use crate::support::place::Place;
use crate::support::rows::Rows;
use crate::support::server::{PIXEL, SHOP};
use crate::support::until;

pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 24 * HOUR;
pub(crate) const START: Timestamp = Timestamp(1_772_442_000);
pub(crate) const LIVES: Lives = Lives { receipts_months: 36, zones: Zones::UTC };
/// Everything, in UTC, as of the start.
pub(crate) const ALL: Asked<'static> =
    Asked { shop: None, days: Days::ALL, zones: &Zones::UTC, now: START };
pub(crate) const DELIVERED: Reply =
    Reply { answer: Answer::Accepted { code: 0 }, request_id: None };

pub(crate) struct Bench {
    dir: TempDir,
    pub(crate) shop: Arc<Shop>,
    pub(crate) store: Store,
    /// Goes last: the store is still in it.
    on: Place,
}

pub(crate) fn shop(purchase: &str, cmp: &str) -> Arc<Shop> {
    let text = format!(
        "public_url = \"https://events.example.com\"\n[[shops]]\ndomain = \"{SHOP}\"\npixel_code = \"{PIXEL}\"\n\
         access_token_env = \"T\"\nwebhook_secret_envs = [\"W\"]\nconsent.cmp = \"{cmp}\"\n[shops.purchase]\n{purchase}"
    );
    let config = Config::parse(&text, Path::new(""), Secrets::Needed, &|_| Some("x".to_owned()))
        .expect("no fault");
    config.shops[0].clone()
}

impl Bench {
    pub(crate) fn new(purchase: &str) -> Self {
        let dir = TempDir::new().expect("a directory");
        let shop = shop(purchase, "shopify");
        let on = Place::new();
        let store =
            Store::open(on.in_folder(dir.path()), [&shop.settings.shop], START).expect("a store");
        Self { dir, on, shop, store }
    }

    /// What is accepted from now on is a test.
    pub(crate) fn testing(self) -> Self {
        let code = Some("TEST123".to_owned());
        let shop = Shop { mode: Mode::Test, test_event_code: code, ..(*self.shop).clone() };
        Self { shop: Arc::new(shop), ..self }
    }

    /// The process ends without a farewell, and a new one opens the store.
    pub(crate) fn reopened(self, now: Timestamp) -> Self {
        let Self { dir, on, shop, store } = self;
        store.close();
        // A child that another test starts has this process's files until it is a program of its own, and so
        // the store's lock.
        let place = on.in_folder(dir.path());
        let store = until("nobody has the lock any more", || {
            match Store::open(&place, [&shop.settings.shop], now) {
                Err(StoreError::Locked { .. }) => None,
                opened => Some(opened.expect("a store")),
            }
        });
        Self { dir, on, shop, store }
    }

    /// Where the store is.
    pub(crate) fn place(&self) -> StorePlace {
        self.on.in_folder(self.dir.path())
    }

    /// The store's file.
    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("assent.db")
    }

    pub(crate) async fn accept(&self, event: &Value, now: Timestamp) -> Taken {
        self.accept_on(event, START, None, now).await
    }

    /// As [`Self::accept`], of that time and on evidence read at it.
    pub(crate) async fn accept_on(
        &self,
        event: &Value,
        evaluated_at: Timestamp,
        cart: Option<&str>,
        now: Timestamp,
    ) -> Taken {
        let arrived = self.arrived(event, evaluated_at, cart, now);
        self.store.accept(arrived).await.expect("it is stored")
    }

    /// As it comes to the store.
    pub(crate) fn arrived(
        &self,
        event: &Value,
        evaluated_at: Timestamp,
        cart: Option<&str>,
        now: Timestamp,
    ) -> Arrived {
        arrived_at(&self.shop, event, evaluated_at, cart, now)
    }

    pub(crate) async fn sweep(&self, now: Timestamp) -> Swept {
        self.store.sweep(LIVES, now).await.expect("it is swept")
    }

    /// The server has run for a week by then, and looked at its clock all the time: what the clock says
    /// is believed.
    pub(crate) async fn run_for_a_week(&self, until: Timestamp) {
        for hours in (0..=8 * 24).rev().step_by(2) {
            self.sweep(until.plus(-hours * HOUR)).await;
        }
    }

    /// Claims everything due now and settles it; how many there were.
    pub(crate) async fn deliver(&self, reply: &Reply, now: Timestamp) -> usize {
        let claim = self.store.claim(&self.shop, 50, now).await.expect("a claim");
        let ids = claim.ids();
        // Each in a request of its own.
        for id in &ids {
            let shop = &self.shop.settings.shop;
            self.store.settle(shop, &[*id], reply, now).await.expect("it is settled");
        }
        ids.len()
    }

    /// How many of these may be sent now.
    pub(crate) async fn renew(&self, ids: &[i64], now: Timestamp) -> usize {
        self.store.renew(&self.shop, ids.to_vec(), now).await.expect("they are asked for").len()
    }

    /// The visitor of every beacon here says no.
    pub(crate) async fn withdraw(&self, at: Timestamp) {
        self.withdraw_as("visitor", at).await;
    }

    pub(crate) async fn withdraw_as(&self, visitor: &str, at: Timestamp) {
        let no = withdrawal(at.0, &[], Some(&hash(visitor)))["withdraw"].clone();
        let said = serde_json::from_value(no).expect("a withdrawal");
        let shop = self.shop.settings.shop.clone();
        let no = No { shop, said, sent_at: at, received_at: at };
        self.store.withdraw(no).await.expect("it is stored");
    }

    pub(crate) async fn erase(&self, whom: Whom, now: Timestamp) -> Erased {
        let done = self.store.erase(&self.shop.settings.shop, whom, now).await.expect("an answer");
        done.expect("the shop is known").erased
    }

    /// The browser leaves what an order of this event's checkout would need, and tells no event.
    pub(crate) async fn leave(&self, event: &Value, now: Timestamp) {
        let read = |value: &Value| serde_json::from_value(value.clone()).expect("of the contract");
        let mut evidence = beacon(None, &[])["consent"].clone();
        evidence["evaluated_at"] = now.0.into();
        let checkout: Option<Anchor> = event["checkout"].as_str().and_then(|one| one.parse().ok());
        let user: assent_gate::tiktok::User = read(&event["user"]);
        let arrived = Arrived {
            shop: self.shop.clone(),
            pixel: None,
            evidence: serde_json::from_value(evidence).expect("evidence"),
            anchors: checkout.iter().cloned().collect(),
            visitors: user.external_id.iter().cloned().collect(),
            checkout,
            cart: None,
            events: Vec::new(),
            user: Some(user),
            page: serde_json::from_value(event["page"].clone()).ok(),
            ip: None,
            sent_at: now,
            received_at: now,
        };
        self.store.accept(arrived).await.expect("it is stored");
    }

    /// Shopify tells of an order of this checkout that was made by this customer then.
    pub(crate) async fn bought(
        &self,
        token: &str,
        email: &str,
        made: Timestamp,
        now: Timestamp,
    ) -> Outcome {
        let person = Person { email: Some(email.into()), ..Person::default() };
        let order = Order { person, ..order(token, made) };
        self.tell(Topic::Created, &order, now).await
    }

    /// Shopify tells of the order that this event's checkout became.
    pub(crate) async fn order(&self, event: &Value, now: Timestamp) -> Outcome {
        self.told(Topic::Created, event, now, now).await
    }

    /// As [`Self::order`], by another topic and of an order made before.
    pub(crate) async fn told(
        &self,
        topic: Topic,
        event: &Value,
        made: Timestamp,
        now: Timestamp,
    ) -> Outcome {
        let token = event["shopify_event_id"]
            .as_str()
            .and_then(|id| id.strip_prefix("sh-"))
            .expect("a token");
        self.tell(topic, &order(token, made), now).await
    }

    /// As [`Self::told`], of an order that has its checkout's token as its number: EUR 70.10.
    pub(crate) async fn sold(
        &self,
        topic: Topic,
        token: &str,
        made: Timestamp,
        now: Timestamp,
    ) -> Outcome {
        let order = Order { id: token.into(), ..order(token, made) };
        self.tell(topic, &order, now).await
    }

    async fn tell(&self, topic: Topic, order: &Order, now: Timestamp) -> Outcome {
        self.store.order(notice(&self.shop, topic, order, now)).await.expect("it is stored")
    }

    fn reader(&self) -> Reader {
        Reader::open(self.place()).expect("a store")
    }

    /// The store's rows as they are, behind its back.
    pub(crate) fn rows(&self) -> Rows {
        self.on.rows(self.dir.path())
    }

    pub(crate) fn orders(&self) -> Vec<OrderDay> {
        self.reader().order_days(&ALL).expect("it can be read")
    }

    pub(crate) fn damage(&self, sql: &str) {
        self.rows().run(sql);
    }

    pub(crate) fn story(&self, event: &Value) -> Option<Story> {
        self.reader()
            .stories(event["event_id"].as_str().expect("an id"))
            .expect("it can be read")
            .pop()
    }

    pub(crate) fn state(&self, event: &Value) -> String {
        self.story(event).map_or_else(|| "gone".to_owned(), |story| story.state)
    }

    pub(crate) fn days(&self) -> Vec<EventDay> {
        self.reader().event_days(&ALL).expect("it can be read")
    }

    pub(crate) fn count(&self, of: &str) -> i64 {
        self.rows().number(&format!("SELECT count(*) FROM {of}"))
    }
}

/// An event as it comes to the store.
pub(crate) fn arrived_at(
    shop: &Arc<Shop>,
    event: &Value,
    evaluated_at: Timestamp,
    cart: Option<&str>,
    now: Timestamp,
) -> Arrived {
    let checkout = event["checkout"].as_str().and_then(|checkout| checkout.parse::<Anchor>().ok());
    let mut evidence = beacon(None, &[])["consent"].clone();
    evidence["evaluated_at"] = evaluated_at.0.into();
    let mut event: WireEvent = serde_json::from_value(event.clone()).expect("an event");
    event.event_time = evaluated_at;
    Arrived {
        shop: shop.clone(),
        pixel: None,
        evidence: serde_json::from_value(evidence).expect("evidence"),
        anchors: checkout.iter().cloned().collect(),
        visitors: event.user.external_id.iter().cloned().collect(),
        checkout,
        cart: cart.and_then(|cart| cart.parse().ok()),
        events: vec![event],
        user: None,
        page: None,
        ip: Some(ClientIp::from(IpAddr::from([203, 0, 113, 7]))),
        sent_at: now,
        received_at: now,
    }
}

/// What Shopify tells of an order.
pub(crate) fn notice(shop: &Arc<Shop>, topic: Topic, order: &Order, now: Timestamp) -> Notice {
    Notice {
        shop: shop.clone(),
        webhook: None,
        topic,
        facts: order.facts(&shop.settings),
        contacts: order.contacts(&shop.settings),
        lost: None,
        received_at: now,
    }
}

pub(crate) fn fired(mut event: Value) -> Value {
    event["browser"] = "fired".into();
    event
}

/// The order that this checkout became.
pub(crate) fn order(token: &str, made: Timestamp) -> Order {
    Order {
        id: "7".into(),
        checkout: Some(Token(token.into())),
        cart: None,
        created_at: made,
        sold: Sold::Checkout,
        person: Person::default(),
        goods: Goods { currency: Some("EUR".into()), value: Some(70.1), ..Goods::default() },
        name: None,
        number: None,
        landing: None,
    }
}
