//! `assent.toml` as it is written. Everything is optional here, so that a missing value is one
//! fault among others and not the end of reading. What is said of each key here is what
//! `assent schema` and docs/settings.md say.

use schemars::JsonSchema;
use serde::Deserialize;

use super::shop_file::ShopTable;

pub(super) const API_BASE: &str = "https://business-api.tiktok.com";
pub(super) const PIXEL_SCRIPT: &str = "https://analytics.tiktok.com/i18n/pixel/events.js";
pub(super) const LISTEN: &str = "127.0.0.1:8787";
pub(super) const STORE: &str = "sqlite:assent.db";
pub(super) const CLIENT_IP_HEADER: &str = "x-forwarded-for";
pub(super) const TRUSTED_PROXIES: [&str; 2] = ["127.0.0.0/8", "::1/128"];
pub(super) const RECEIPTS_MONTHS: i64 = 36;

/// The configuration of Assent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields, extend("required" = ["public_url", "shops"]))]
pub(super) struct File {
    /// The address and port this process listens at.
    #[schemars(extend("default" = LISTEN, "examples" = ["0.0.0.0:443"]))]
    pub(super) listen: Option<String>,
    /// The https address of this endpoint as browsers reach it, without a path. It must not begin with the shop's own host: Shopify blocks that.
    #[schemars(extend("examples" = ["https://events.example.com"]))]
    pub(super) public_url: Option<String>,
    /// Where everything is kept: `sqlite:` and a file, relative to this one; or the address of a PostgreSQL that several endpoints share, without a password.
    #[schemars(extend("default" = STORE, "examples" = ["sqlite:/var/lib/assent/assent.db", "postgres://assent@db.example/assent?sslmode=require"]))]
    pub(super) store: Option<String>,
    /// The name of the environment variable that holds the PostgreSQL's password.
    #[schemars(extend("examples" = ["ASSENT_STORE_PASSWORD"]))]
    pub(super) store_password_env: Option<String>,
    /// The name of the environment variable that holds the admin token (32 characters at least). Without it there is no admin API.
    #[schemars(extend("examples" = ["ASSENT_ADMIN_TOKEN"]))]
    pub(super) admin_token_env: Option<String>,
    /// An address of its own for `/admin` and `/metrics`, which then answer there only. Without it they are beside the rest.
    #[schemars(extend("examples" = ["127.0.0.1:8788"]))]
    pub(super) admin_listen: Option<String>,
    /// The networks that proxies connect from. The shopper's address is believed from these only.
    #[schemars(extend("default" = TRUSTED_PROXIES, "examples" = [["127.0.0.0/8", "172.16.0.0/12"]]))]
    pub(super) trusted_proxies: Vec<String>,
    /// The header in which they name it.
    #[schemars(extend("default" = CLIENT_IP_HEADER, "examples" = ["cf-connecting-ip"]))]
    pub(super) client_ip_header: Option<String>,
    /// How much this machine takes on. Rates are a second's.
    pub(super) limits: LimitsTable,
    /// Who is told when something needs a person.
    pub(super) alerts: AlertsTable,
    /// To serve https without a proxy. Both files are needed.
    #[schemars(with = "TlsTable")]
    pub(super) tls: Option<TlsTable>,
    /// TikTok's addresses. Nobody needs to change them but a lab.
    pub(super) tiktok: TiktokTable,
    /// How long things are kept.
    pub(super) retention: RetentionTable,
    /// The shops, one `[[shops]]` each.
    pub(super) shops: Vec<ShopTable>,
}

impl Default for File {
    fn default() -> Self {
        Self {
            listen: None,
            public_url: None,
            store: None,
            store_password_env: None,
            admin_token_env: None,
            admin_listen: None,
            trusted_proxies: TRUSTED_PROXIES.map(str::to_owned).to_vec(),
            client_ip_header: None,
            limits: LimitsTable::default(),
            alerts: AlertsTable::default(),
            tls: None,
            tiktok: TiktokTable::default(),
            retention: RetentionTable::default(),
            shops: Vec::new(),
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub(super) struct LimitsTable {
    /// Connections open at one time, from 16 to 1,000,000; fewer where fewer files may be open.
    #[schemars(extend("default" = 8192, "examples" = [1024]))]
    pub(super) connections: Option<i64>,
    /// Beacons of one shop, from 1 to 100,000; a tenth of it for withdrawals.
    #[schemars(extend("default" = 200, "examples" = [500]))]
    pub(super) beacons_per_shop: Option<i64>,
    /// Beacons and withdrawals of one address to one shop, from 1 to 100,000.
    #[schemars(extend("default" = 20, "examples" = [50]))]
    pub(super) beacons_per_address: Option<i64>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub(super) struct AlertsTable {
    /// Gets one JSON POST when a shop stops, and one when it goes on.
    #[schemars(extend("examples" = ["https://hooks.example.com/assent"]))]
    pub(super) url: Option<String>,
    /// Is asked for once a minute while all is well: for a service that tells you when the ping stays away.
    #[schemars(extend("examples" = ["https://ping.example.com/assent"]))]
    pub(super) ping_url: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields, extend("required" = ["cert", "key"]))]
pub(super) struct TlsTable {
    /// The certificate with its chain, in PEM form. It is read again when it changes.
    #[schemars(extend("examples" = ["cert.pem"]))]
    pub(super) cert: Option<String>,
    /// Its private key, in PEM form.
    #[schemars(extend("examples" = ["key.pem"]))]
    pub(super) key: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub(super) struct TiktokTable {
    /// The Events API, without a path. Plain http only on loopback.
    #[schemars(extend("default" = API_BASE, "examples" = ["http://127.0.0.1:9000"]))]
    pub(super) api_base: Option<String>,
    /// TikTok's script for browsers, without a query.
    #[schemars(extend("default" = PIXEL_SCRIPT, "examples" = ["http://tiktok.localhost:9000/events.js"]))]
    pub(super) pixel_script: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub(super) struct RetentionTable {
    /// How many months a receipt, the proof of one consent, is kept: from 1 to 240.
    #[schemars(extend("default" = RECEIPTS_MONTHS, "examples" = [24]))]
    pub(super) receipts_months: Option<i64>,
}
