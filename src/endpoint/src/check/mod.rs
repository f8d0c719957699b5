//! `assent check`, and the dashboard's page of the same name: does all of it work, and what is to be
//! done? `asking/` finds out, each question with a deadline; `rules/` makes lines of what was found, as
//! pure functions. A line says nothing personal and no secret.
//!
//! What is deliberately absent: a question that could be counted. TikTok is asked by a test event of nobody
//! where the shop has a code for them, else by a request without events. And nothing here writes.

mod asking;
mod line;
mod of_store;
mod rules;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use assent_gate::event::EventKind;
use assent_gate::settings::{Leg, Settings};
use assent_gate::time::Timestamp;
use rustls::crypto::ring;
use tokio::task::JoinSet;

use self::asking::store::Rows;
pub(crate) use self::asking::{PATIENCE, why};
use self::asking::{endpoint, store, tiktok};
pub use self::line::{Group, Light, Line, Verdict};
use self::rules::by_hand::{ByHand, Expected, day};

use self::rules::tiktok::{Asked, Served};
use self::rules::way_in::WayIn;
use self::rules::{machine, orders, tiktok as of_tiktok, way_in};
use crate::clock::Clock;
use crate::config::{Config, Shop};
use crate::rules::refused::{Door, Refused};
use crate::rules::silence::{Webhooks, silence};
use crate::run_number::RunNumber;
use crate::store::read::{Account, AtWork, RefusalDay};

/// Whether TikTok is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tiktok {
    Asked,
    /// For a page that is looked at often: what the store knows of TikTok's answers has to do.
    LeftAlone,
}

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Check {
    pub config: Arc<Config>,
    /// Those of its shops that are asked about.
    pub shops: Vec<Arc<Shop>>,
    pub clock: Clock,
    pub tiktok: Tiktok,
}

/// All that was found.
#[derive(Debug)]
pub struct Checked {
    /// By group, in the groups' order.
    pub lines: Vec<Line>,
    /// What to ask `assent why` of, for the newest purchase's whole story.
    pub newest_order: Option<String>,
}

/// The file cannot be used, and nothing else can be looked at.
pub fn faults(file: &Path, faults: &[String]) -> Line {
    machine::faults(file, faults)
}

/// The file is sound, and these secrets that it names are missing.
pub fn missing_secrets(faults: &[String]) -> Line {
    machine::missing_secrets(faults)
}

/// The file and everything that it names is there.
pub fn configured(file: &Path, shops: usize) -> [Line; 2] {
    [configuration(file, shops), machine::secrets()]
}

pub fn configuration(file: &Path, shops: usize) -> Line {
    machine::configuration(file, shops)
}

impl Check {
    /// Everything but the configuration, which was read before. It takes some seconds at most.
    pub async fn run(&self) -> Checked {
        // Both TLS sides use ring; a second installation in one process is harmless.
        let _ = ring::default_provider().install_default();
        let now = self.clock.now();
        let domains = self.shops.iter().map(|shop| shop.settings.shop.clone()).collect();
        let (file, rows) = match store::read(&self.config.store, domains, now).await {
            Ok((file, rows)) => (Ok(file), Some(rows)),
            Err(error) => (Err(error), None),
        };
        let domains = self.shops.iter().map(|shop| shop.settings.shop.clone()).collect();
        let accounts = store::accounts(&self.config, domains, now).await;
        let runs = rows.as_ref().map(|rows| rows.runs.clone()).unwrap_or_default();
        let (answers, server, way_in) = tokio::join!(
            self.ask_tiktok(),
            endpoint::server(&self.config, &runs),
            self.way_in(&runs, now)
        );
        let ahead = answers.iter().flatten().find_map(|(_, ahead)| *ahead);
        let doubted = rows.as_ref().and_then(|rows| rows.doubted);
        let mut lines = vec![
            machine::store(&file, now),
            machine::clock(ahead, doubted),
            machine::server(&server),
        ];
        lines.extend(way_in.iter().flat_map(|found| way_in::lines(found, now)));
        let served = Served::Elsewhere { tests: machine::tests(&server) };
        for (shop, answer) in self.shops.iter().zip(answers) {
            let asked = answer.map(|(asked, _)| asked);
            let of_shop = OfShop { shop, rows: rows.as_ref(), asked, served, now };
            lines.extend(of_shop.lines(self.shops.len()));
            lines.extend(of_shop.of_orders(&accounts, self.shops.len()));
        }
        // Sorting is stable: within a group the order is as it was made.
        lines.sort_by_key(|line| line.group);
        Checked { lines, newest_order: rows.and_then(|rows| newest_order(&rows)) }
    }

    /// It is one for all shops, and is asked in the name of the first.
    async fn way_in(&self, runs: &[RunNumber], now: Timestamp) -> Option<WayIn> {
        let shop = &self.shops.first()?.settings.shop;
        Some(endpoint::way_in(&self.config, runs, shop, now).await)
    }

    /// In the shops' order.
    async fn ask_tiktok(&self) -> Vec<Option<(Asked, Option<i64>)>> {
        let mut answers = vec![None; self.shops.len()];
        let mut asking = JoinSet::new();
        match self.tiktok {
            Tiktok::LeftAlone => {}
            Tiktok::Asked => {
                for (n, shop) in self.shops.iter().enumerate() {
                    let (shop, api_base) = (shop.clone(), self.config.api_base.clone());
                    let clock = self.clock.clone();
                    asking.spawn(async move { (n, tiktok::ask(&api_base, &shop, &clock).await) });
                }
            }
        }
        while let Some(answer) = asking.join_next().await {
            if let Ok((n, answer)) = answer {
                answers[n] = answer;
            }
        }
        answers
    }
}

fn newest_order(rows: &Rows) -> Option<String> {
    rows.work.values().find_map(|work| work.newest_order.clone())
}

/// One shop, and what was found of it.
struct OfShop<'a> {
    shop: &'a Shop,
    /// `None`: the store cannot be read, which has a line of its own.
    rows: Option<&'a Rows>,
    asked: Option<Asked>,
    served: Served,
    now: Timestamp,
}

impl OfShop<'_> {
    /// `shops`: so many are shown; of one alone no line needs its name.
    fn lines(&self, shops: usize) -> Vec<Line> {
        let domain = self.shop.settings.shop.as_str();
        let mut lines = vec![];
        match self.rows {
            Some(rows) => lines.extend(self.of_rows(rows, domain)),
            None => lines.push(of_tiktok::token(self.asked, None, self.now)),
        }
        let is_named = shops > 1;
        lines.into_iter().map(|line| if is_named { line.of_shop(domain) } else { line }).collect()
    }

    fn of_orders(&self, accounts: &BTreeMap<String, Account>, shops: usize) -> Option<Line> {
        let domain = self.shop.settings.shop.as_str();
        let account = accounts.get(domain).filter(|_| self.shop.webhooks == Webhooks::Expected)?;
        let line = orders::accounted(account);
        Some(if shops > 1 { line.of_shop(domain) } else { line })
    }

    fn of_rows(&self, rows: &Rows, domain: &str) -> Vec<Line> {
        let Self { shop, asked, served, now, .. } = *self;
        let nothing = AtWork::default();
        let work = rows.work.get(domain).unwrap_or(&nothing);
        let pixels: Vec<_> =
            rows.pixels.iter().filter(|pixel| pixel.shop == domain).cloned().collect();
        let doubt = rows.address_doubts.iter().find(|doubt| doubt.shop == domain);
        let why = rows.pauses.iter().find(|paused| paused.shop == domain);
        let queue = rows.queues.get(domain).copied().unwrap_or_default();
        let answered = work.ends.iter().find(|end| end.code.is_some());
        let by_hand = ByHand {
            shop: domain,
            settings: &shop.settings,
            expected: expected(&shop.settings),
            pixels: &pixels,
            work,
            now,
        };
        let demands = rows.demands.iter().filter(|demand| demand.shop == domain);
        let refused = refused(&rows.refusals, domain);
        let mut lines = vec![
            way_in::shoppers_ip(doubt, day(work)),
            of_tiktok::token(asked, answered, now),
            of_tiktok::mode(served, work.ends.first().map(|end| end.mode)),
            of_tiktok::sends(why.map(|paused| paused.why.as_str()), queue, now),
        ];
        lines.extend(by_hand.lines());
        let heard = rows.heard.get(domain).copied().unwrap_or_default();
        let silence = silence(heard, shop.webhooks, now);
        lines.push(orders::webhooks(silence, &work.topics, refused, &work.arrivals, now));
        if shop.webhooks == Webhooks::Expected {
            lines.push(orders::seldom(&work.topics, now));
        }
        lines.extend([
            orders::ground(shop.settings.cmp, &work.grounds),
            orders::demands(demands, now),
            orders::own_pixels(&pixels),
            orders::other_pixels(),
        ]);
        lines
    }
}

/// The webhooks that are refused now: those with a wrong signature first, for anybody can send one without.
fn refused<'a>(refusals: &'a [RefusalDay], domain: &str) -> Option<&'a RefusalDay> {
    let of_shop =
        |day: &&RefusalDay| day.shop == domain && day.is_of(Door::Webhooks) && !day.is_over;
    let rank = |day: &&RefusalDay| (day.refused() == Some(Refused::WrongSignature), day.last_at);
    refusals.iter().filter(of_shop).max_by_key(rank)
}

/// Whether some event is to have both copies.
fn expected(settings: &Settings) -> Expected {
    let standard = [
        EventKind::AddedToCart,
        EventKind::CheckoutStarted,
        EventKind::PaymentInfoSubmitted,
        EventKind::CheckoutCompleted,
    ];
    let routes = standard.iter().filter_map(|kind| settings.route(kind));
    let has_both = |to: &[Leg]| to.contains(&Leg::Browser) && to.contains(&Leg::Server);
    let custom = settings.custom_events.values().any(|custom| has_both(&custom.to));
    if custom || routes.into_iter().any(|(_, legs)| legs.browser && legs.server) {
        Expected::BothSides
    } else {
        Expected::OneSide
    }
}
