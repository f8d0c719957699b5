//! The configuration: `assent.toml`, read once, every fault named in one message.

mod file;
mod shop;
mod token;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assent_gate::settings::{Settings, ShopDomain};
use reqwest::Url;

use crate::cidr::Cidr;
use crate::rules::policy::PurchasePolicy;
use crate::secret::Secret;
use file::File;
pub use token::Token;

#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: String,
    pub store: PathBuf,
    pub trusted_proxies: Vec<Cidr>,
    pub tls: Option<Tls>,
    /// `None`: no admin API.
    pub admin: Option<Admin>,
    /// TikTok's Events API, without a path.
    pub api_base: String,
    pub receipts_months: u32,
    pub shops: Vec<Arc<Shop>>,
}

#[derive(Debug, Clone)]
pub struct Tls {
    pub cert: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, Clone)]
pub struct Admin {
    /// The environment variable that holds the token.
    pub variable: String,
    /// `None` only where a command does without secrets and the variable is not set.
    pub token: Option<Secret>,
}

#[derive(Debug, Clone)]
pub struct Shop {
    /// What the gate must know; the snippet carries the same.
    pub settings: Settings,
    /// `None` only where a command does without secrets.
    pub token: Option<Token>,
    pub webhook_secrets: Vec<Secret>,
    pub test_event_code: Option<String>,
    pub purchase: PurchasePolicy,
}

/// Does this command need tokens and secrets? Only a server does; `snippet` on a laptop does without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    Needed,
    NotNeeded,
}

/// Everything that is wrong with a configuration, each fault with where it is and what to do.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    path: PathBuf,
    pub faults: Vec<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len();
        write!(f, "{}: {count} fault{} in the configuration", self.path.display(), if count == 1 { "" } else { "s" })?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  - {fault}"))
    }
}

impl Config {
    /// Reads `path` and the environment. Relative paths in the file are relative to the file.
    pub fn load(path: &Path, secrets: Secrets) -> Result<Self, ConfigError> {
        let refuse = |faults| ConfigError { path: path.to_owned(), faults };
        let text = std::fs::read_to_string(path)
            .map_err(|e| refuse(vec![format!("cannot be read ({e}); name the file with --config")]))?;
        let base = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, base, secrets, &|name| std::env::var(name).ok()).map_err(refuse)
    }

    /// `environment` gives the value of a variable.
    pub fn parse(
        text: &str,
        base: &Path,
        secrets: Secrets,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<String>> {
        let (file, mut faults) = File::read(text)?;
        let mut reader = Reader { base, secrets, environment, faults: &mut faults };
        let config = reader.config(file);
        match config {
            Some(config) if faults.is_empty() => Ok(config),
            _ => Err(faults),
        }
    }

    pub fn shop(&self, domain: &ShopDomain) -> Option<&Arc<Shop>> {
        self.shops.iter().find(|shop| shop.settings.shop == *domain)
    }
}

/// Reads the file's values into ours and collects what is wrong on the way.
struct Reader<'a> {
    base: &'a Path,
    secrets: Secrets,
    environment: &'a dyn Fn(&str) -> Option<String>,
    faults: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn fault(&mut self, fault: impl Into<String>) {
        self.faults.push(fault.into());
    }

    fn config(&mut self, file: File) -> Option<Config> {
        let listen = self.listen(file.listen.as_deref());
        let public_url = self.public_url(file.public_url.as_deref());
        let store = self.store(file.store.as_deref());
        let trusted_proxies = self.proxies(&file.trusted_proxies);
        let api_base = self.address("tiktok.api_base", file.tiktok.api_base.as_deref(), file::API_BASE);
        let pixel_script = self.address("tiktok.pixel_script", file.tiktok.pixel_script.as_deref(), file::PIXEL_SCRIPT);
        let receipts_months = file.retention.receipts_months.unwrap_or(36);
        if !(1..=240).contains(&receipts_months) {
            self.fault("retention.receipts_months: from 1 to 240 months, please");
        }
        let admin = file.admin_token_env.map(|name| self.admin(name));
        let tls = file.tls.and_then(|tls| self.tls(tls));
        if file.shops.is_empty() {
            self.fault("[[shops]]: at least one shop is needed");
        }
        self.same_shop_twice(&file.shops);
        let world = shop::World { public_url: public_url.clone(), pixel_script };
        let shops: Vec<_> =
            file.shops.into_iter().enumerate().map(|(n, shop)| self.shop(n, shop, &world).map(Arc::new)).collect();
        let shops: Vec<_> = shops.into_iter().collect::<Option<_>>()?;
        Some(Config {
            listen: listen?,
            public_url: public_url?,
            store: store?,
            trusted_proxies,
            tls,
            admin,
            api_base: api_base?,
            receipts_months,
            shops,
        })
    }

    fn tls(&mut self, tls: file::Tls) -> Option<Tls> {
        let mut path = |key: &str, path: Option<String>| {
            if path.is_none() {
                self.fault(format!("tls.{key}: missing; [tls] needs both cert and key, as files in PEM form"));
            }
            path.map(|path| self.base.join(path))
        };
        let (cert, key) = (path("cert", tls.cert), path("key", tls.key));
        Some(Tls { cert: cert?, key: key? })
    }

    /// Asked of the names as they are written, so that another fault of a shop does not hide this one.
    fn same_shop_twice(&mut self, shops: &[file::Shop]) {
        let domains: Vec<_> =
            shops.iter().filter_map(|shop| shop.domain.as_deref()?.parse::<ShopDomain>().ok()).collect();
        for (n, domain) in domains.iter().enumerate() {
            if domains[..n].contains(domain) {
                self.fault(format!("shops: {} stands there twice; keep one of the two", domain.as_str()));
            }
        }
    }

    fn listen(&mut self, text: Option<&str>) -> Option<SocketAddr> {
        let text = text.unwrap_or("127.0.0.1:8787");
        let address = text.parse().ok();
        if address.is_none() {
            self.fault(format!("listen: `{text}` is not an address with a port, such as `127.0.0.1:8787`"));
        }
        address
    }

    fn public_url(&mut self, text: Option<&str>) -> Option<String> {
        let Some(text) = text else {
            self.fault("public_url: missing; the https address of this endpoint as the browser reaches it");
            return None;
        };
        let url = self.url("public_url", text)?;
        if url.path() != "/" {
            self.fault("public_url: only scheme, host and port, without a path");
            return None;
        }
        Some(url.as_str().trim_end_matches('/').to_owned())
    }

    fn address(&mut self, key: &str, text: Option<&str>, default: &str) -> Option<String> {
        let url = self.url(key, text.unwrap_or(default))?;
        Some(url.as_str().trim_end_matches('/').to_owned())
    }

    /// An https URL without query or fragment; plain http only where nothing leaves the machine.
    fn url(&mut self, key: &str, text: &str) -> Option<Url> {
        let Some(url) = Url::parse(text).ok().filter(Url::has_host) else {
            self.fault(format!("{key}: `{text}` is not an address such as `https://events.example.com`"));
            return None;
        };
        let safe = url.scheme() == "https" || (url.scheme() == "http" && stays_here(&url));
        if !safe {
            self.fault(format!("{key}: `{text}` must be https (plain http only on loopback or *.localhost)"));
        }
        let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !bare || url.password().is_some() {
            self.fault(format!("{key}: without user, query and fragment, please"));
        }
        (safe && bare).then_some(url)
    }

    fn store(&mut self, text: Option<&str>) -> Option<PathBuf> {
        let text = text.unwrap_or("sqlite:assent.db");
        match text.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => Some(self.base.join(path)),
            _ if text.starts_with("postgres:") || text.starts_with("postgresql:") => {
                self.fault("store: PostgreSQL is not in this release; use `sqlite:FILE`");
                None
            }
            _ => {
                self.fault("store: `sqlite:FILE` is expected, such as `sqlite:assent.db`");
                None
            }
        }
    }

    fn proxies(&mut self, networks: &[String]) -> Vec<Cidr> {
        let read: Vec<_> = networks.iter().map(|text| text.parse::<Cidr>()).collect();
        read.into_iter()
            .filter_map(|cidr| cidr.map_err(|fault| self.fault(format!("trusted_proxies: {fault}"))).ok())
            .collect()
    }

    /// Read wherever it is set: a command that writes needs no other secret, and this one only if a server runs.
    fn admin(&mut self, variable: String) -> Admin {
        let token = (self.environment)(&variable).and_then(|value| Secret::new(&value));
        if token.is_none() {
            self.variable("admin_token_env", &variable); // says so, where it is needed
        }
        Admin { variable, token }
    }

    /// A secret from the environment; its absence is a fault only where secrets are needed.
    fn variable(&mut self, key: &str, name: &str) -> Option<Secret> {
        if self.secrets == Secrets::NotNeeded {
            return None;
        }
        let secret = (self.environment)(name).and_then(|value| Secret::new(&value));
        if secret.is_none() {
            self.fault(if looks_like_a_name(name) {
                format!("{key}: the environment variable {name} is not set, or empty")
            } else {
                format!("{key}: the *name* of an environment variable is expected here, such as ACME_TIKTOK_TOKEN")
            });
        }
        secret
    }
}

/// What is none may be the secret itself, put in the wrong place; it is not repeated.
fn looks_like_a_name(text: &str) -> bool {
    text.len() <= 64
        && text.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'_' | b'0'..=b'9'))
        && text.starts_with(|first: char| !first.is_ascii_digit())
}

fn stays_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
