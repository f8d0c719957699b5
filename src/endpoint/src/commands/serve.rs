//! `assent serve`: everything wired together, and taken apart again without losing anything.

mod banner;
mod doors;
mod supervisor;
mod tended;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Once};
use std::time::Duration;

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use self::doors::{Doors, DoorsError};
use self::supervisor::State;
use self::tended::tended;
use super::failure::{Failure, Told};
use super::snippet;
use crate::clock::Clock;
use crate::compliance::Clerk;
use crate::config::{Config, Secrets};
use crate::delivery::bell::{Bell, Ring};
use crate::delivery::courier::Courier;
use crate::delivery::tiktok::Tiktok;
use crate::dist;
use crate::http::{App, Crowd, Refusals};
use crate::logging::{self, LogForm};
use crate::lookout::Lookout;
use crate::monitor::Monitor;
use crate::monitor::alerts::{Alerter, Post};
use crate::monitor::hourly::Hourly;
use crate::rules::mode::Mode;
use crate::store::{Lives, Store, StoreError, Swept};

const LOOK_FOR_OTHERS_EVERY: Duration = Duration::from_secs(5);
const SWEEP_EVERY: Duration = Duration::from_secs(30);
/// For the sends under way when the server stops: a little longer than TikTok is waited for.
const FAREWELL: Duration = Duration::from_secs(15);

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent serve
  assent serve --test-events --copy
  assent serve --test-events=acme.myshopify.com --log json --config /etc/assent/assent.toml")]
pub(crate) struct Serve {
    /// What is accepted from now on is a test, and stays one: shown in Events Manager, never
    /// counted. Of all shops, or of one (given again: of several); the others stay live.
    #[arg(long, value_name = "DOMAIN", num_args = 0..=1, require_equals = true)]
    test_events: Option<Vec<ShopDomain>>,
    /// Puts the only shop's snippet into the clipboard when it starts, as `assent snippet --copy` does.
    #[arg(long)]
    copy: bool,
    /// The log's form: lines of text, or one JSON object a line.
    #[arg(long, value_enum, default_value_t = LogForm::Text)]
    log: LogForm,
}

#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error(transparent)]
    Doors(#[from] DoorsError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the client for TikTok could not be made: {0}")]
    Client(#[from] reqwest::Error),
    #[error(
        "the store's writer broke down by a fault in Assent, and nothing can be stored any more; \
         the process ends, so that a new one can go on. Please report this"
    )]
    Broken,
    #[error("the process cannot listen for signals: {0}")]
    Signals(#[source] std::io::Error),
    #[error(
        "--test-events: {shop} has no test_event_code; take it from Events Manager, Test events"
    )]
    NoTestCode { shop: String },
    #[error(
        "--test-events: no shop has a test_event_code; take it from Events Manager, Test events"
    )]
    NoTestCodes,
    #[error("--test-events: {shop} is no shop of the configuration")]
    NoSuchShop { shop: String },
}

impl Serve {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        logging::start(self.log);
        self.serve(config).map_err(|failure| match self.log {
            LogForm::Text => failure,
            LogForm::Json => {
                tracing::error!("{failure}");
                Told.into()
            }
        })
    }

    fn serve(&self, config: &Path) -> Result<(), Failure> {
        let mut config = Config::load(config, Secrets::Needed)?;
        if let Some(named) = &self.test_events {
            test(&mut config, named)?;
        }
        if self.copy {
            // The endpoint works without a clipboard.
            snippet::copy(&config).unwrap_or_else(|failure| tracing::warn!("{failure}"));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        Ok(runtime.block_on(serve(config, Clock::machine()))?)
    }
}

/// Runs until SIGTERM or SIGINT.
async fn serve(config: Config, clock: Clock) -> Result<(), ServeError> {
    let config = Arc::new(config);
    // Both TLS sides use ring; a second installation in one process is harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let tiktok = Arc::new(Tiktok::new(&config.api_base, clock.clone())?);
    let stop = stop_signal().map_err(ServeError::Signals)?;
    let store = Store::open(
        &config.store,
        config.shops.iter().map(|shop| &shop.settings.shop),
        clock.now(),
    )?;
    note_module(&store, clock.now()).await?;
    store.note_modes(banner::modes(&config)).await?;
    banner::shops(&config);
    let doors = Doors::open(&config)?;
    banner::next(&config);
    supervisor::told(State::Ready);

    let monitor = monitor(&store, &config);
    let (stopping, stopped) = watch::channel(false);
    let mut work = JoinSet::new();
    let mut bells = HashMap::new();
    for shop in &config.shops {
        let bell = Arc::new(Bell::default());
        bells.insert(shop.settings.shop.clone(), bell.clone());
        let (shop, store, tiktok, clock) =
            (shop.clone(), store.clone(), tiktok.clone(), clock.clone());
        let series = monitor.series.clone();
        let first = Arc::new(Once::new());
        let courier = Courier { shop, store, tiktok, clock, bell, series, first };
        let stop = stopped.clone();
        let run = move || courier.clone().run(stop.clone());
        work.spawn(tended("a shop's sends", stopped.clone(), run));
    }
    let bells = Arc::new(bells);
    let lives = Lives { receipts_months: config.receipts_months, zones: config.zones() };
    let sweeping = (store.clone(), lives, clock.clone(), stopped.clone());
    let run = move || {
        let (store, lives, clock, stop) = sweeping.clone();
        sweep(store, lives, clock, stop)
    };
    work.spawn(tended("the sweep", stopped.clone(), run));
    if config.store.file().is_none() {
        let sharing = (store.clone(), clock.clone(), bells.clone(), stopped.clone());
        let run = move || {
            let (store, clock, bells, stop) = sharing.clone();
            take_over(store, clock, bells, stop)
        };
        work.spawn(tended("the take-over of others' sends", stopped.clone(), run));
    }
    let clerk_bell = Arc::new(Notify::new());
    let (place, bell) = (config.store.clone(), clerk_bell.clone());
    let lookout = Lookout { place: place.clone(), clock: clock.clone() };
    let stop_looking = stopped.clone();
    let run = move || lookout.clone().run(stop_looking.clone());
    work.spawn(tended("the lookout", stopped.clone(), run));
    if config.alerts.url.is_some() || config.alerts.ping_url.is_some() {
        let post = Post::new(config.alerts.url.clone(), config.alerts.ping_url.clone())?;
        let alerting = (monitor.clone(), clock.clone(), post, stopped.clone());
        let run = move || {
            let (monitor, clock, post, stop) = alerting.clone();
            Alerter::new(monitor, clock, post).run(stop)
        };
        work.spawn(tended("the alerts", stopped.clone(), run));
    }
    let tests = config.shops.iter().filter(|shop| shop.mode.is_test());
    let tests: Vec<_> = tests.map(|shop| shop.settings.shop.as_str().to_owned()).collect();
    let telling = (monitor.clone(), clock.clone(), tests, stopped.clone());
    let run = move || {
        let (monitor, clock, tests, stop) = telling.clone();
        Hourly::new(monitor, clock, tests).run(stop)
    };
    work.spawn(tended("the hourly summary", stopped.clone(), run));
    let names = config.shops.iter().map(|shop| &shop.settings.shop);
    let refusals = Arc::new(Refusals::of(names, monitor.series.clone()));
    let keeping = (refusals.clone(), store.clone(), clock.clone(), stopped.clone());
    let run = move || {
        let (refusals, store, clock, stop) = keeping.clone();
        refusals.keep(store, clock, stop)
    };
    work.spawn(tended("the counting of refusals", stopped.clone(), run));
    let clerk = Clerk { store: store.clone(), place, clock: clock.clone(), bell };
    let stop_clerk = stopped.clone();
    let run = move || clerk.clone().run(stop_clerk.clone());
    work.spawn(tended("the clerk of demands", stopped, run));
    let crowd = Arc::new(Crowd::of(&config));
    let app = App {
        config: config.clone(),
        store: store.clone(),
        clock,
        bells,
        refusals,
        monitor,
        clerk_bell,
        crowd,
    };
    let broken = serve_until_broken(doors, app, stop).await;

    tracing::info!("stopping: finishing what is on its way");
    supervisor::told(State::Stopping);
    // It fails only where nothing listens any more: then there is nothing to stop.
    let _ = stopping.send(true);
    let done = async { while work.join_next().await.is_some() {} };
    if tokio::time::timeout(FAREWELL, done).await.is_err() {
        tracing::warn!(
            "some sends did not end in time; they will be sent again under the same ids at the \
             next start"
        );
    }
    drop(work);
    store.close();
    tracing::info!("stopped");
    broken
}

/// Until the signal to stop, or until nothing can be stored any more: a process that only seems alive
/// would be kept by whoever watches it, where a new one could go on.
async fn serve_until_broken(
    doors: Doors,
    app: App,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let (store, readiness) = (app.store.clone(), app.monitor.readiness.clone());
    let mut done = Ok(());
    let stop = async {
        tokio::select! {
            () = stop => {}
            () = store.broken() => {
                tracing::error!("{}", ServeError::Broken);
                done = Err(ServeError::Broken);
            }
        }
        readiness.stop();
    };
    doors.serve(app, stop).await;
    done
}

fn monitor(store: &Store, config: &Config) -> Monitor {
    let shops = || config.shops.iter();
    let tests = shops().filter(|shop| shop.mode.is_test()).map(|shop| &shop.settings.shop);
    let shops = shops().map(|shop| &shop.settings.shop);
    Monitor::new(store, config.store.clone(), shops, tests)
}

/// These shops test from now on; none named: all that have a code.
fn test(config: &mut Config, named: &[ShopDomain]) -> Result<(), ServeError> {
    for domain in named {
        let shop = config.shop(domain);
        let shop =
            shop.ok_or_else(|| ServeError::NoSuchShop { shop: domain.as_str().to_owned() })?;
        if shop.test_event_code.is_none() {
            return Err(ServeError::NoTestCode { shop: domain.as_str().to_owned() });
        }
    }
    if config.shops.iter().all(|shop| shop.test_event_code.is_none()) {
        return Err(ServeError::NoTestCodes);
    }
    for shop in config.shops.iter_mut().filter_map(Arc::get_mut) {
        let is_meant = named.is_empty() || named.contains(&shop.settings.shop);
        if is_meant && shop.test_event_code.is_some() {
            shop.mode = Mode::Test;
        }
    }
    Ok(())
}

/// Registered before anything starts, so that no signal is missed.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// For the snippets that name it now: a later release goes on serving it to them.
async fn note_module(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let Some(module) = dist::MODULE.as_ref() else { return Ok(()) };
    store.note_module(module, now).await
}

async fn sweep(store: Store, lives: Lives, clock: Clock, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = note_module(&store, clock.now()).await {
            tracing::error!(%error, "the store could not note which module is served");
        }
        match store.sweep(lives.clone(), clock.now()).await {
            Ok(swept) if swept != Swept::default() => {
                tracing::debug!(?swept, "rows have gone");
                continue;
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the store could not be swept"),
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Where endpoints share the store: what others were sending when they ended goes again, and what they have left is
/// looked for.
async fn take_over(
    store: Store,
    clock: Clock,
    bells: Arc<HashMap<ShopDomain, Arc<Bell>>>,
    mut stop: watch::Receiver<bool>,
) {
    while !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(LOOK_FOR_OTHERS_EVERY) => {}
            _ = stop.changed() => continue,
        }
        if let Err(error) = store.take_over(clock.now()).await {
            tracing::warn!(%error, "it could not be looked whether other endpoints have ended");
        }
        match store.due_shops(clock.now()).await {
            Ok(shops) => {
                let bells = shops.iter().filter_map(|shop| bells.get(shop));
                bells.for_each(|bell| bell.ring(Ring::Due));
            }
            Err(error) => {
                tracing::warn!(%error, "it could not be looked what other endpoints have left");
            }
        }
    }
}
