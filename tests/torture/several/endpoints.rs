//! The endpoints, each at an address that changes with each of its lives.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::store::Store;
use crate::fleet::{domain, pixel, secret, token};
use crate::support::server::Server;
use crate::support::until;

pub(super) const SHOPS: usize = 3;
/// Its Purchases wait for their orders.
pub(super) const WITH_ORDERS: usize = 0;

/// Where those are that live.
#[derive(Clone, Default)]
pub(super) struct Addresses(Arc<Mutex<Vec<Option<String>>>>);

impl Addresses {
    /// The n-th, if it lives.
    pub(super) fn of(&self, n: usize) -> Option<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all[n % all.len()].clone()
    }

    fn set(&self, n: usize, address: Option<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[n] = address;
    }
}

pub(super) struct Endpoints {
    config: PathBuf,
    live: Vec<Option<Server>>,
    addresses: Addresses,
}

impl Endpoints {
    pub(super) fn start(store: &Store, several: usize, tiktok: SocketAddr) -> Self {
        let config = store.dir().path().join("assent.toml");
        let mut text = format!(
            "listen = \"127.0.0.1:0\"\npublic_url = \"https://events.example.com\"\n{}[limits]\n\
             beacons_per_shop = 100000\nbeacons_per_address = 100000\n[tiktok]\n\
             api_base = \"http://{tiktok}\"\n",
            store.settings()
        );
        for shop in 0..SHOPS {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "[[shops]]\ndomain = \"{}\"\nstorefronts = [\"shop.acme.example\"]\n\
                 pixel_code = \"{}\"\naccess_token_env = \"TOKEN_{shop}\"\nconsent.cmp = \"shopify\"",
                domain(shop),
                pixel(shop)
            );
            if shop == WITH_ORDERS {
                text += "webhook_secret_envs = [\"SECRET\"]\n";
            }
        }
        std::fs::write(&config, text).expect("a file");
        let addresses = Addresses(Arc::new(Mutex::new(vec![None; several])));
        let live = (0..several).map(|_| None).collect();
        let mut endpoints = Self { config, live, addresses };
        for n in 0..several {
            endpoints.revive(n);
        }
        endpoints
    }

    pub(super) fn addresses(&self) -> Addresses {
        self.addresses.clone()
    }

    pub(super) fn kill(&mut self, n: usize) {
        self.addresses.set(n, None);
        self.live[n].take().expect("it lives").kill();
    }

    /// As a supervisor does: it is started until it stays.
    pub(super) fn revive(&mut self, n: usize) {
        let server = until("an endpoint starts", || {
            let started = Server::try_start(self.command());
            if started.is_err() {
                std::thread::sleep(Duration::from_millis(200));
            }
            started.ok()
        });
        self.addresses.set(n, Some(server.address.clone()));
        self.live[n] = Some(server);
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
        command.args(["serve", "--config"]).arg(&self.config);
        for shop in 0..SHOPS {
            command.env(format!("TOKEN_{shop}"), token(shop));
        }
        command.env("SECRET", secret(WITH_ORDERS));
        command
    }
}
