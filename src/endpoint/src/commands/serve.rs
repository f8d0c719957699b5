//! `assent serve`: everything wired together, and taken apart again without losing anything.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use assent_gate::time::Timestamp;
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::failure::Failure;
use crate::clock::Clock;
use crate::compliance::Clerk;
use crate::config::{Config, Secrets};
use crate::delivery::courier::Courier;
use crate::delivery::tiktok::{Mode, Tiktok};
use crate::dist;
use crate::http::{self, App, Refusals, listen};
use crate::lookout::Lookout;
use crate::store::{Lives, Store, StoreError, Swept};

const SWEEP_EVERY: Duration = Duration::from_secs(30);
/// For the sends under way when the server stops: a little longer than TikTok is waited for.
const FAREWELL: Duration = Duration::from_secs(15);

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Sends everything as test events: shown in Events Manager, never counted.
    #[arg(long)]
    test_events: bool,
}

#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error("listen: cannot listen on {address}: {source}; is another server running there?")]
    Listen { address: std::net::SocketAddr, source: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Tls(#[from] listen::TlsError),
    #[error("the client for TikTok could not be made: {0}")]
    Client(#[from] reqwest::Error),
    #[error("the process cannot listen for signals: {0}")]
    Signals(#[source] std::io::Error),
    #[error(
        "--test-events: {shop} has no test_event_code; take it from Events Manager, Test events"
    )]
    NoTestCode { shop: String },
}

impl Serve {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        log_to_stderr();
        let config = Config::load(config, Secrets::Needed)?;
        let mode = if self.test_events { Mode::TestEvents } else { Mode::Live };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        Ok(runtime.block_on(serve(config, mode, Clock::machine()))?)
    }
}

/// Our own words only: a library's debug output could hold what must not be logged.
fn log_to_stderr() {
    let level = std::env::var("ASSENT_LOG").ok().and_then(|text| text.parse().ok());
    let ours = Targets::new().with_target("assent_endpoint", level.unwrap_or(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(lines).with(ours).init();
}

/// Runs until SIGTERM or SIGINT.
async fn serve(config: Config, mode: Mode, clock: Clock) -> Result<(), ServeError> {
    let config = Arc::new(config);
    check_test_codes(&config, mode)?;
    // Both TLS sides use ring; a second installation in one process is harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let tls = config.tls.as_ref().map(listen::acceptor).transpose()?;
    let tiktok = Arc::new(Tiktok::new(&config.api_base, mode, clock.clone())?);
    let stop = stop_signal().map_err(ServeError::Signals)?;
    let store = Store::open(
        &config.store,
        config.shops.iter().map(|shop| &shop.settings.shop),
        clock.now(),
    )?;
    note_module(&store, clock.now()).await?;
    let address = config.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Listen { address, source })?;
    let (address, shops) = (listener.local_addr().unwrap_or(address), config.shops.len());
    tracing::info!(%address, shops, "listening");

    let (stopping, stopped) = watch::channel(false);
    let mut work = JoinSet::new();
    let mut bells = HashMap::new();
    for shop in &config.shops {
        let bell = Arc::new(Notify::new());
        bells.insert(shop.settings.shop.clone(), bell.clone());
        let (shop, store, tiktok, clock) =
            (shop.clone(), store.clone(), tiktok.clone(), clock.clone());
        work.spawn(Courier { shop, store, tiktok, clock, bell }.run(stopped.clone()));
    }
    let lives = Lives { receipts_months: config.receipts_months };
    work.spawn(sweep(store.clone(), lives, clock.clone(), stopped.clone()));
    let clerk_bell = Arc::new(Notify::new());
    let (path, bell) = (config.store.clone(), clerk_bell.clone());
    let lookout = Lookout { path: path.clone(), clock: clock.clone() };
    work.spawn(lookout.run(stopped.clone()));
    let refusals = Arc::new(Refusals::of(config.shops.iter().map(|shop| &shop.settings.shop)));
    work.spawn(refusals.clone().keep(store.clone(), clock.clone(), stopped.clone()));
    work.spawn(Clerk { store: store.clone(), path, clock: clock.clone(), bell }.run(stopped));
    let app =
        App { config, store: store.clone(), clock, bells: Arc::new(bells), refusals, clerk_bell };
    listen::serve(listener, tls, http::router(app), stop).await;

    tracing::info!("stopping: finishing what is on its way");
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
    Ok(())
}

fn check_test_codes(config: &Config, mode: Mode) -> Result<(), ServeError> {
    let lacking =
        config.shops.iter().find(|shop| mode == Mode::TestEvents && shop.test_event_code.is_none());
    lacking.map_or(Ok(()), |shop| {
        Err(ServeError::NoTestCode { shop: shop.settings.shop.as_str().to_owned() })
    })
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
        match store.sweep(lives, clock.now()).await {
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
