//! What the file says of the endpoint as a whole.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use assent_gate::settings::ShopDomain;
use axum::http::HeaderName;

use super::configuration::{Admin, Config, Limits, Secrets, Tls};
use super::fault_collector::FaultCollector;
use super::file::{self, File};
use super::shop;
use super::shop_file::ShopTable;
use super::shop_name::ShopName;
use crate::cidr::Cidr;
use crate::secret::Secret;
use crate::store_place::{self, Database, StorePlace};

/// Of the admin token: whoever has it erases customers. 32 characters in hex are 128 bits.
const SHORTEST_TOKEN: usize = 32;

impl FaultCollector<'_> {
    pub(super) fn config(&mut self, file: File) -> Option<Config> {
        let listen = self.listen("listen", file.listen.as_deref().unwrap_or(file::LISTEN));
        let admin_listen = self.admin_listen(file.admin_listen.as_deref(), listen);
        let limits = self.limits(&file.limits);
        let public_url = self.public_url(file.public_url.as_deref());
        let store = self.store(file.store.as_deref(), file.store_password_env);
        let trusted_proxies = self.proxies(&file.trusted_proxies);
        let client_ip_header =
            self.client_ip_header(file.client_ip_header.as_deref(), &file.trusted_proxies);
        let api_base =
            self.address("tiktok.api_base", file.tiktok.api_base.as_deref(), file::API_BASE);
        let pixel_script = self.address(
            "tiktok.pixel_script",
            file.tiktok.pixel_script.as_deref(),
            file::PIXEL_SCRIPT,
        );
        let months = file.retention.receipts_months.unwrap_or(file::RECEIPTS_MONTHS);
        let receipts_months = u32::try_from(months).ok().filter(|n| (1..=240).contains(n));
        if receipts_months.is_none() {
            self.fault("retention.receipts_months", "from 1 to 240 months, please");
        }
        let admin = file.admin_token_env.map(|name| self.admin(name));
        let alerts = self.alerts(&file.alerts);
        let tls = file.tls.and_then(|tls| self.tls(tls));
        if file.shops.is_empty() {
            self.fault("shops", "at least one shop is needed, under [[shops]]");
        }
        self.same_shop_twice(&file.shops);
        let world = shop::SharedByShops { public_url: public_url.clone(), pixel_script };
        let shops: Vec<_> = file
            .shops
            .into_iter()
            .enumerate()
            .map(|(n, shop)| self.shop(n, shop, &world).map(Arc::new))
            .collect();
        let shops: Vec<_> = shops.into_iter().collect::<Option<_>>()?;
        Some(Config {
            listen: listen?,
            public_url: public_url?,
            store: store?,
            trusted_proxies,
            client_ip_header: client_ip_header?,
            limits,
            tls,
            admin,
            admin_listen,
            alerts,
            api_base: api_base?,
            receipts_months: receipts_months?,
            shops,
        })
    }

    fn tls(&mut self, tls: file::TlsTable) -> Option<Tls> {
        let mut path = |key: &str, path: Option<String>| {
            if path.is_none() {
                let what = "missing; [tls] needs both cert and key, as files in PEM form";
                self.fault(&format!("tls.{key}"), what);
            }
            path.map(|path| self.base.join(path))
        };
        let (cert, key) = (path("cert", tls.cert), path("key", tls.key));
        Some(Tls { cert: cert?, key: key? })
    }

    /// Asked of the names as they are written, so that another fault of a shop does not hide this
    /// one.
    fn same_shop_twice(&mut self, shops: &[ShopTable]) {
        let mut seen: Vec<ShopDomain> = Vec::new();
        for (n, shop) in shops.iter().enumerate() {
            let Some(written) = shop.domain.as_deref() else { continue };
            let Ok(domain) = written.parse::<ShopDomain>() else { continue };
            if seen.contains(&domain) {
                let what = "it stands there twice; keep one of the two";
                self.shop_fault(&ShopName::of(n, Some(written)), "domain", what);
            }
            seen.push(domain);
        }
    }

    fn listen(&mut self, key: &str, text: &str) -> Option<SocketAddr> {
        let address = text.parse().ok();
        if address.is_none() {
            let what =
                format!("`{text}` is not an address with a port, such as `{}`", file::LISTEN);
            self.fault(key, what);
        }
        address
    }

    fn admin_listen(
        &mut self,
        text: Option<&str>,
        listen: Option<SocketAddr>,
    ) -> Option<SocketAddr> {
        let own = self.listen("admin_listen", text?)?;
        // Port 0 is another port each time.
        if own.port() != 0 && listen.is_some_and(|listen| listen.port() == own.port()) {
            self.fault(
                "admin_listen",
                "another port than listen's is needed; leave it out to have /admin \
                 beside the rest",
            );
        }
        Some(own)
    }

    fn limits(&mut self, table: &file::LimitsTable) -> Limits {
        let usual = Limits::default();
        let mut read = |key: &str, given: Option<i64>, usual: u32, (least, most): (u32, u32)| {
            let limit = given.map_or(Some(usual), |given| u32::try_from(given).ok());
            limit.filter(|limit| (least..=most).contains(limit)).unwrap_or_else(|| {
                self.fault(&format!("limits.{key}"), format!("from {least} to {most}, please"));
                usual
            })
        };
        let usually = u32::try_from(usual.connections).expect("a few thousand");
        let connections = read("connections", table.connections, usually, (16, 1_000_000));
        let rate = (1, 100_000);
        Limits {
            connections: connections as usize,
            beacons_per_shop: read(
                "beacons_per_shop",
                table.beacons_per_shop,
                usual.beacons_per_shop,
                rate,
            ),
            beacons_per_address: read(
                "beacons_per_address",
                table.beacons_per_address,
                usual.beacons_per_address,
                rate,
            ),
        }
    }

    fn public_url(&mut self, text: Option<&str>) -> Option<String> {
        let Some(text) = text else {
            self.fault(
                "public_url",
                "missing; the https address of this endpoint as the browser reaches it",
            );
            return None;
        };
        let url = self.url("public_url", text)?;
        if url.path() != "/" {
            self.fault("public_url", "only scheme, host and port, without a path");
            return None;
        }
        Some(url.as_str().trim_end_matches('/').to_owned())
    }

    fn address(&mut self, key: &str, text: Option<&str>, default: &str) -> Option<String> {
        let url = self.url(key, text.unwrap_or(default))?;
        Some(url.as_str().trim_end_matches('/').to_owned())
    }

    fn store(&mut self, text: Option<&str>, variable: Option<String>) -> Option<StorePlace> {
        let text = text.unwrap_or(file::STORE);
        match text.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => {
                if variable.is_some() {
                    self.fault("store_password_env", "a file has no password; leave it out");
                }
                Some(StorePlace::File(self.base.join(path)))
            }
            _ if text.starts_with("postgres:") || text.starts_with("postgresql:") => {
                self.database(text, variable)
            }
            _ => {
                let what = "`sqlite:FILE` is expected, such as `sqlite:assent.db`, or a PostgreSQL's address, such \
                            as `postgres://assent@db.example/assent`";
                self.fault("store", what);
                None
            }
        }
    }

    /// The password is read even where secrets are not needed: whoever only reads needs it too.
    fn database(&mut self, url: &str, variable: Option<String>) -> Option<StorePlace> {
        let fault = store_place::fault_in(url);
        if let Some(what) = fault {
            self.fault("store", what);
        }
        let set = variable.as_deref().and_then(|name| (self.environment)(name));
        let password = set.and_then(|value| Secret::new(&value));
        if let (Some(name), None) = (&variable, &password)
            && let Err(what) = self.variable(name)
        {
            self.fault("store_password_env", what);
        }
        // Where the process works: beside a database there is no other place.
        let folder = PathBuf::new();
        let place = Database { url: url.to_owned(), password, variable, folder };
        fault.is_none().then_some(StorePlace::Database(place))
    }

    fn proxies(&mut self, networks: &[String]) -> Vec<Cidr> {
        let read: Vec<_> = networks.iter().map(|text| text.parse::<Cidr>()).collect();
        read.into_iter()
            .filter_map(|cidr| cidr.map_err(|fault| self.fault("trusted_proxies", fault)).ok())
            .collect()
    }

    fn client_ip_header(&mut self, text: Option<&str>, proxies: &[String]) -> Option<HeaderName> {
        let name = text.unwrap_or(file::CLIENT_IP_HEADER);
        if text.is_some() && proxies.is_empty() {
            self.fault(
                "client_ip_header",
                "it is believed from trusted_proxies only, and that list is empty",
            );
        }
        let header = HeaderName::from_bytes(name.as_bytes()).ok();
        if header.is_none() {
            let what = format!(
                "`{name}` is not the name of a header, such as `x-forwarded-for` or \
                 `cf-connecting-ip`"
            );
            self.fault("client_ip_header", what);
        }
        header
    }

    /// Read even where secrets are not needed: `assent forget` uses it if a server is running.
    fn admin(&mut self, variable: String) -> Admin {
        let token = (self.environment)(&variable).and_then(|value| Secret::new(&value));
        match &token {
            None => {
                // Says so, where it is needed.
                if let Err(what) = self.variable(&variable) {
                    self.fault("admin_token_env", what);
                }
            }
            Some(token)
                if self.secrets == Secrets::Needed && token.expose().len() < SHORTEST_TOKEN =>
            {
                let what = format!(
                    "the token in {variable} has fewer than {SHORTEST_TOKEN} \
                     characters and could be guessed; make one, for instance with `openssl rand \
                     -hex 32`"
                );
                self.fault("admin_token_env", what);
            }
            Some(_) => {}
        }
        Admin { variable, token }
    }
}
