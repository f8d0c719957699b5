//! `assent.toml` as it is written. Everything is optional here, so that a missing value is one
//! fault among others and not the end of reading.

use std::collections::BTreeMap;

use assent_gate::text::Text;
use serde::Deserialize;

pub(super) const API_BASE: &str = "https://business-api.tiktok.com";
pub(super) const PIXEL_SCRIPT: &str = "https://analytics.tiktok.com/i18n/pixel/events.js";

#[derive(Debug, Deserialize)]
#[serde(default)]
pub(super) struct File {
    pub(super) listen: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) store: Option<String>,
    pub(super) admin_token_env: Option<String>,
    pub(super) admin_listen: Option<String>,
    pub(super) trusted_proxies: Vec<String>,
    pub(super) client_ip_header: Option<String>,
    pub(super) limits: LimitsTable,
    pub(super) alerts: AlertsTable,
    pub(super) tls: Option<TlsTable>,
    pub(super) tiktok: TiktokTable,
    pub(super) retention: RetentionTable,
    pub(super) shops: Vec<ShopTable>,
}

impl Default for File {
    fn default() -> Self {
        Self {
            listen: None,
            public_url: None,
            store: None,
            admin_token_env: None,
            admin_listen: None,
            trusted_proxies: vec!["127.0.0.0/8".to_owned(), "::1/128".to_owned()],
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

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LimitsTable {
    pub(super) connections: Option<u32>,
    pub(super) beacons_per_shop: Option<u32>,
    pub(super) beacons_per_address: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AlertsTable {
    pub(super) url: Option<String>,
    pub(super) ping_url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TlsTable {
    pub(super) cert: Option<String>,
    pub(super) key: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TiktokTable {
    pub(super) api_base: Option<String>,
    pub(super) pixel_script: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RetentionTable {
    pub(super) receipts_months: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ShopTable {
    pub(super) domain: Option<String>,
    pub(super) storefronts: Vec<String>,
    pub(super) pixel_code: Option<String>,
    pub(super) access_token_env: Option<String>,
    pub(super) access_token_file: Option<String>,
    pub(super) webhook_secret_envs: Vec<String>,
    pub(super) test_event_code: Option<String>,
    pub(super) content_id: Option<String>,
    pub(super) url_parameters: Vec<Text>,
    pub(super) url_paths: Vec<Text>,
    pub(super) debug: bool,
    pub(super) time_zone: Option<String>,
    pub(super) consent: ConsentTable,
    pub(super) purchase: PurchaseTable,
    pub(super) browser: BrowserTable,
    pub(super) events: BTreeMap<String, Vec<String>>,
    pub(super) custom_events: BTreeMap<String, CustomEventTable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConsentTable {
    pub(super) cmp: Option<String>,
    pub(super) undecided: Option<String>,
    pub(super) missing: Option<String>,
    pub(super) held: Option<String>,
    pub(super) categories: Vec<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PurchaseTable {
    pub(super) confirm: Option<String>,
    pub(super) confirm_on: Option<String>,
    pub(super) hold_seconds: Option<i64>,
    pub(super) unconfirmed: Option<String>,
    pub(super) money: Option<String>,
    pub(super) value: Option<String>,
    pub(super) report: ReportTable,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReportTable {
    pub(super) test: bool,
    pub(super) pos: bool,
    pub(super) draft: bool,
    pub(super) renewals: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BrowserTable {
    pub(super) secret_paths: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CustomEventTable {
    pub(super) event: Option<String>,
    pub(super) to: Option<Vec<String>>,
}

impl File {
    /// The file and its unknown keys, each a fault; `Err` where it is not TOML, or where a value
    /// has another type (with the unknown keys up to there).
    pub(super) fn read(text: &str) -> Result<(Self, Vec<String>), Vec<String>> {
        let document = toml::Deserializer::parse(text)
            .map_err(|error| vec![at(text, &error, error.message())])?;
        let mut unknown = Vec::new();
        let file = serde_ignored::deserialize(document, |path| {
            unknown.push(format!("{path}: unknown key; is it misspelt, or in the wrong section?"));
        });
        match file {
            Ok(file) => Ok((file, unknown)),
            Err(error) => {
                unknown.push(at(text, &error, &expected(&error)));
                Err(unknown)
            }
        }
    }
}

/// Where and what, without the line itself: it may hold a secret that lacks its quotes.
fn at(text: &str, error: &toml::de::Error, what: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let (line, column) = (
        before.matches('\n').count() + 1,
        before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
    );
    format!("line {line}, column {column}: {}", what.replace('\n', " "))
}

/// Says only what was expected: serde's own message repeats the value, which may be a secret.
fn expected(error: &toml::de::Error) -> String {
    let what = error.message().rsplit_once(", expected ").map_or("another value", |(_, what)| what);
    let plain = match what {
        "a sequence" => "a list, in [ ]",
        "a string" => "text, in quotes",
        "a boolean" => "true or false",
        "i64" | "u32" => "a whole number",
        "a map" => "a table",
        table if table.starts_with("struct ") => "a table",
        other => other,
    };
    format!("{plain} is expected here")
}
