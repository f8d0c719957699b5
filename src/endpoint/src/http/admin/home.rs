//! The pages Home and Shops: how one shop is, or many.

use std::sync::Arc;

use assent_gate::settings::ShopDomain;
use assent_gate::time::{DAY, Timestamp};
use axum::extract::{Extension, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use tokio::runtime::Handle;

use super::asked::Asked as Wish;
use super::counts::Counts;
use super::desk::{Desk, written};
use super::reading::Unread;
use super::session::SignedIn;
use crate::calendar::{Day, Days};
use crate::config::Shop;
use crate::dashboard::Frame;
use crate::dashboard::home::{self, FORTNIGHT, Home};
use crate::dashboard::shops::{self, ShopLine};
use crate::rules::silence::{Silence, Webhooks, silence};
use crate::store::Result as Read;
use crate::store::read::{Asked, Grounds, Payloads, Reader};
use crate::zone::Zones;

/// As long as an order is known.
const WEEK: i64 = 7;

pub(super) async fn page(
    State(desk): State<Desk>,
    session: Extension<SignedIn>,
    uri: Uri,
) -> Result<Response, Response> {
    let frame = desk.frame(&session, &Wish::of(&uri)).await;
    let question = Question::of(&desk, &frame.shop, &frame.looked_at(), frame.now);
    let counts = counts(&desk, &frame.shop, frame.now).await;
    let counts = counts.map_err(|Unread| desk.unread(&frame))?;
    let mut home = desk.read(&frame, move |store| question.home(store, &counts)).await?;
    home.wrongs = wrongs(&desk, &frame).await;
    Ok(written(home::page(&frame, &home)).into_response())
}

/// Of one shop, or of all together.
async fn counts(desk: &Desk, only: &Option<String>, now: Timestamp) -> Result<Arc<Counts>, Unread> {
    let question = Question::of(desk, only, &[], now);
    desk.counted.read(only.clone(), &desk.reading, move |store| question.counts(store)).await
}

/// The count that the first page would wait for. (Where there is no runtime there are no pages.)
pub(super) fn count_ahead(desk: &Desk) {
    let desk = desk.clone();
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(async move {
            let question = Question::of(&desk, &None, &[], desk.app.clock.now());
            let count = move |store: &Reader| question.counts(store);
            desk.counted.read_ahead(None, &desk.reading, count).await;
        });
    }
}

async fn wrongs(desk: &Desk, frame: &Frame) -> Vec<String> {
    let looked_at = frame.looked_at();
    let mut said = Vec::new();
    // One that cannot be read has a band of its own.
    if let Ok(seen) = &*desk.app.monitor.look(frame.now).await {
        said.extend(seen.clock.as_ref().map(|words| format!("The clock: {words}.")));
        let refused = seen.refused.iter().filter(|(shop, _)| looked_at.contains(shop));
        said.extend(refused.map(|(shop, words)| format!("{shop}: {words}.")));
    }
    said
}

pub(super) async fn shops(
    State(desk): State<Desk>,
    session: Extension<SignedIn>,
    uri: Uri,
) -> Result<Response, Response> {
    let frame = desk.frame(&session, &Wish::of(&uri)).await;
    // All of them, whichever is looked at elsewhere.
    let counts = counts(&desk, &None, frame.now).await;
    let counts = counts.map_err(|Unread| desk.unread(&frame))?;
    let question = Question::of(&desk, &None, &frame.shops, frame.now);
    let lines = desk.read(&frame, move |store| question.shops(store, &counts)).await?;
    Ok(written(shops::page(&frame, &lines)).into_response())
}

/// What is asked of the store for these pages, by value: it is answered on another thread.
struct Question {
    now: Timestamp,
    /// The day's number, in the zone of the page.
    today: i64,
    zones: Zones,
    /// The one that is looked at. `None`: all of the store's.
    only: Option<String>,
    shops: Vec<OfShop>,
}

struct OfShop {
    domain: ShopDomain,
    webhooks: Webhooks,
    is_test: bool,
}

impl Question {
    fn of(desk: &Desk, only: &Option<String>, looked_at: &[String], now: Timestamp) -> Self {
        let config = &desk.app.config;
        let of_shop = |shop: &Arc<Shop>| OfShop {
            domain: shop.settings.shop.clone(),
            webhooks: if shop.webhook_secrets.is_empty() {
                Webhooks::NotSetUp
            } else {
                Webhooks::Expected
            },
            is_test: shop.mode.is_test(),
        };
        let is_looked_at = |shop: &OfShop| looked_at.iter().any(|one| one == shop.domain.as_str());
        let shops = config.shops.iter().map(of_shop).filter(is_looked_at).collect();
        let zone = desk.zone(only.as_deref());
        let today = zone.day(now.0).map_or(now.0.div_euclid(DAY), Day::number);
        Self { now, today, zones: config.zones(), only: only.clone(), shops }
    }

    fn days(&self, days: i64) -> Days {
        Days::between(Day::of_number(self.today - days + 1), None)
    }

    fn asked<'a>(&'a self, shop: Option<&'a str>, days: i64) -> Asked<'a> {
        Asked { shop, days: self.days(days), zones: &self.zones, now: self.now }
    }

    fn counts(&self, store: &Reader) -> Read<Counts> {
        let fortnight = self.asked(self.only.as_deref(), FORTNIGHT);
        let week = self.days(WEEK).first();
        let (days, accounts) = store.order_days_and_accounts(&fortnight, week)?;
        Ok(Counts { accounts, days })
    }

    fn home(&self, store: &Reader, counts: &Counts) -> Read<Home> {
        let queues = store.queues()?;
        let demands = store.open_demands()?;
        let is_asked = |shop: &str| self.shops.iter().any(|asked| asked.domain.as_str() == shop);
        let mut home = Home {
            last_event: None,
            last_purchase: None,
            last_order: None,
            payloads: Payloads::default(),
            due: 0,
            held: 0,
            account: counts.account(),
            silences: Vec::new(),
            on_consent: 0,
            receipts: 0,
            open_demands: demands.iter().filter(|demand| is_asked(&demand.shop)).count(),
            days: counts.days.clone(),
            wrongs: Vec::new(),
        };
        for OfShop { domain, webhooks, .. } in &self.shops {
            let heard = store.heard(domain.as_str(), self.now)?;
            let work = store.at_work(domain, self.now)?;
            home.last_purchase = home.last_purchase.max(heard.last_purchase);
            home.last_order = home.last_order.max(heard.last_order);
            for arrivals in &work.arrivals {
                home.last_event = home.last_event.max(Some(arrivals.last_at));
                home.payloads = home.payloads.and(arrivals.day);
            }
            let Grounds { receipts, consent } = &work.grounds;
            home.receipts += receipts;
            home.on_consent += consent.values().sum::<i64>();
            if let Some(queue) = queues.get(domain.as_str()) {
                home.due += queue.due;
                home.held += queue.held;
            }
            let silence = silence(heard, *webhooks, self.now);
            if silence != Silence::None {
                home.silences.push((domain.as_str().to_owned(), silence));
            }
        }
        Ok(home)
    }

    fn shops(&self, store: &Reader, counts: &Counts) -> Read<Vec<ShopLine>> {
        let (queues, pauses) = (store.queues()?, store.pauses()?);
        let line = |shop: &OfShop| {
            let domain = shop.domain.as_str();
            let heard = store.heard(domain, self.now)?;
            let work = store.at_work(&shop.domain, self.now)?;
            let account = counts.of(domain);
            let queue = queues.get(domain).copied().unwrap_or_default();
            Ok(ShopLine {
                shop: domain.to_owned(),
                is_test: shop.is_test,
                is_paused: pauses.iter().any(|paused| paused.shop == domain),
                silence: silence(heard, shop.webhooks, self.now),
                waiting: queue.due + queue.held,
                last_event: work.arrivals.iter().map(|arrivals| arrivals.last_at.0).max(),
                last_order: heard.last_order.map(|at| at.0),
                orders: account.told.n,
                accounted: account.accounted_for().n,
                reported: account.reported().n,
            })
        };
        self.shops.iter().map(line).collect()
    }
}
