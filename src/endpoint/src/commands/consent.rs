//! `assent consent read`: paste what stands in a browser; see every record, its meaning, and the
//! decision. The same gate decides as in the browser and at the endpoint.

use std::path::{Path, PathBuf};

use assent_gate::consent::{
    Cmp, Conflict, Decision, Meanwhile, Policy, Record, Rule, Shopify, Signals, Verdict, conflicts,
    decide, records,
};
use assent_gate::jar::{Jar, Stored};
use assent_gate::settings::ShopDomain;
use assent_gate::shopify;
use assent_gate::text::Text;
use assent_gate::time::Timestamp;
use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

use super::failure::{Failure, Misuse};
use super::output::print;
use super::which_shop::which_shop;
use crate::clock::Clock;
use crate::config::{Config, Secrets};
use crate::tree::Tree;

mod otherwise;
mod words;

use otherwise::Otherwise;

const UNSOUND: &str = "--missing shopify goes only with one tool named by --cmp (not shopify, auto or \
                       bridge) and with --undecided shopify, as in assent.toml";

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent consent read --shop acme.myshopify.com --cookies 'OptanonConsent=groups=C0004:1'
  assent consent read --cmp onetrust --cookies 'OptanonConsent=groups=C0004:1' --shopify signal.json
  assent consent read --storage storage.json --json")]
pub(crate) struct ConsentRead {
    /// The cookies, as `document.cookie` prints them: `a=1; b=2`.
    #[arg(long, value_name = "S", default_value = "", hide_default_value = true)]
    cookies: String,
    /// localStorage as a JSON object: `JSON.stringify(localStorage)`.
    #[arg(long, value_name = "FILE.json")]
    storage: Option<PathBuf>,
    /// Shopify's signal as a pixel sees it: an object with `marketingAllowed`, `saleOfDataAllowed`,
    /// `analyticsProcessingAllowed`, `preferencesProcessingAllowed`. Without it Shopify is silent.
    #[arg(long, value_name = "FILE.json")]
    shopify: Option<PathBuf>,
    /// The browser sends Global Privacy Control.
    #[arg(long)]
    gpc: bool,
    /// Where the shop collects consent: shopify, auto, bridge or a tool's slug, as in assent.toml.
    /// Without it that of --shop, else auto.
    #[arg(long, value_name = "NAME")]
    cmp: Option<Cmp>,
    /// What an undecided record means: hold or shopify. Without it as in --shop, else hold.
    #[arg(long, value_name = "WORD")]
    undecided: Option<Meanwhile>,
    /// What counts where the tool has written no record: hold or shopify. Without it as in --shop,
    /// else hold.
    #[arg(long, value_name = "WORD")]
    missing: Option<Meanwhile>,
    /// The tool's own names for marketing, where they are not the usual ones, separated by commas.
    /// Without it those of --shop.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    categories: Option<Vec<Text>>,
    /// Takes what is not said here from this shop of the configuration.
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<ShopDomain>,
    /// The moment to judge by; now, if it is not given.
    #[arg(long, value_name = "RFC3339")]
    at: Option<Timestamp>,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path} is not JSON: line {line}, column {column}")]
    NotJson { path: PathBuf, line: usize, column: usize },
    #[error("{path} must hold one JSON object, {what}")]
    NoObject { path: PathBuf, what: &'static str },
    #[error("the answer could not be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// A record as it is shown: what travels in a beacon, whether it is too old to grant, and whether a
/// browser would be asked for it with this setting (of localStorage the module reads little).
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    record: &'a Record,
    stale: bool,
    read: bool,
}

/// What the shop asks for, as it is said here or in the configuration.
struct Asked {
    policy: Policy,
    categories: Vec<Text>,
}

impl ConsentRead {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let asked = self.asked(config)?;
        if !asked.policy.is_sound() {
            return Err(Misuse(UNSOUND.to_owned()).into());
        }
        print(&read(self, &asked)?)
    }

    fn asked(&self, config: &Path) -> Result<Asked, Failure> {
        let of_shop = match &self.shop {
            Some(domain) => {
                let config = Config::load(config, Secrets::NotNeeded)?;
                let settings = &which_shop(&config, Some(domain))?.settings;
                Asked { policy: Policy::from(settings), categories: settings.categories.clone() }
            }
            None => Asked {
                policy: Policy {
                    cmp: Cmp::Auto,
                    undecided: Meanwhile::Hold,
                    missing: Meanwhile::Hold,
                },
                categories: Vec::new(),
            },
        };
        let policy = Policy {
            cmp: self.cmp.unwrap_or(of_shop.policy.cmp),
            undecided: self.undecided.unwrap_or(of_shop.policy.undecided),
            missing: self.missing.unwrap_or(of_shop.policy.missing),
        };
        let categories = self.categories.clone().unwrap_or(of_shop.categories);
        Ok(Asked { policy, categories })
    }
}

/// The contract's JSON, or a table.
fn read(read: &ConsentRead, asked: &Asked) -> Result<String, ReadError> {
    let Asked { policy, categories } = asked;
    let (policy, cmp) = (*policy, policy.cmp);
    let now = read.at.unwrap_or_else(|| Clock::machine().now());
    let mut jar = Jar {
        cookie: Some(cookie_string(&read.cookies).into()),
        storage: storage(read.storage.as_deref())?,
    };
    let all = records::read(&jar, cmp, categories);
    jar.storage.retain(|(key, _)| is_asked_for(key, cmp));
    let found = records::read(&jar, cmp, categories);
    let same = |one: &Record, other: &Record| (one.source, &one.key) == (other.source, &other.key);
    let unread = all.iter().filter(|record| !found.iter().any(|own| same(own, record)));
    let shown: Vec<Shown<'_>> = (found.iter().map(|record| (record, true)))
        .chain(unread.map(|record| (record, false)))
        .map(|(record, read)| Shown { record, stale: record.is_stale(now), read })
        .collect();
    let signals = Signals {
        shopify: signal(read.shopify.as_deref())?,
        gpc: Some(read.gpc),
        records: found.clone(),
        within_reach: true,
        ..Signals::default()
    };
    let disputes = conflicts(&signals);
    let otherwise = Otherwise::of(&signals, policy, now);
    let decision = decide(signals, policy, now);
    if read.json {
        return Ok(serde_json::to_string_pretty(&json!({
            "decision": decision.word(),
            "rule": decision.rule(),
            "records": shown,
            "conflicts": disputes,
            "settings": otherwise,
        }))?);
    }
    let why = match (decision.rule(), &read.shopify) {
        (Rule::ShopifySilent, None) => words::NO_SIGNAL,
        (rule, _) => words::of(rule),
    };
    Ok(table(&decision, why, &shown, &disputes) + &otherwise.in_words())
}

/// `Cookie: …`, copied from a request, is understood as well.
pub(super) fn cookie_string(text: &str) -> String {
    let text = text.trim();
    let header = text.get(..7).filter(|start| start.eq_ignore_ascii_case("cookie:"));
    text[header.map_or(0, str::len)..].trim().to_owned()
}

fn object(path: &Path, what: &'static str) -> Result<Value, ReadError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    let value: Value = serde_json::from_str(&text).map_err(|error| ReadError::NotJson {
        path: path.to_owned(),
        line: error.line(),
        column: error.column(),
    })?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(ReadError::NoObject { path: path.to_owned(), what })
    }
}

fn storage(path: Option<&Path>) -> Result<Vec<(Text, Stored)>, ReadError> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let value = object(path, "such as JSON.stringify(localStorage) prints")?;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let keys = value.as_object().into_iter().flatten();
    Ok(keys
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.as_str().into(), Stored::Text(text(value).into())))
        .collect())
}

/// Whether the module would ask a browser for this key. What is not read there must not decide
/// here.
fn is_asked_for(key: &str, cmp: Cmp) -> bool {
    let mut asked = key == records::BRIDGE_KEY;
    records::storage_keys(cmp, &mut |own| {
        asked |= own.strip_suffix('*').map_or(own == key, |start| key.starts_with(start));
    });
    asked
}

fn signal(path: Option<&Path>) -> Result<Shopify, ReadError> {
    let Some(path) = path else { return Ok(Shopify::default()) };
    let value = object(path, "with marketingAllowed and its three companions")?;
    Ok(shopify::privacy(&Tree(&value), false))
}

fn table(decision: &Decision, why: &str, shown: &[Shown<'_>], disputes: &[Conflict]) -> String {
    let head = ["SOURCE", "KEY", "SAYS", "COUNTS AS"].map(str::to_owned);
    let rows = shown.iter().map(|Shown { record, stale, read }| {
        let says = words::says(record);
        let counts = if *read { words::counts(record, *stale) } else { words::UNREAD };
        [record.source.as_str(), &record.key, says, counts].map(str::to_owned)
    });
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
    let widths = [0, 1, 2]
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    if shown.is_empty() {
        text.push_str("No record of a consent tool was found.\n");
    } else {
        for [source, key, says, counts] in &rows {
            let [a, b, c] = widths;
            text.push_str(format!("{source:a$}  {key:b$}  {says:c$}  {counts}").trim_end());
            text.push('\n');
        }
    }
    let rule: Rule = decision.rule();
    text.push_str(&format!("\n{} by {}: {}\n", decision.word(), rule.as_str(), why));
    for Conflict { yes, no } in disputes {
        text.push_str(&format!(
            "conflict: {} says yes, {} says no; a no wins\n",
            yes.as_str(),
            no.as_str()
        ));
    }
    if shown.iter().any(|Shown { record, read, .. }| *read && record.held) {
        text.push_str(words::HELD);
    }
    if shown
        .iter()
        .any(|Shown { record, .. }| record.deciding && record.verdict == Verdict::Unreadable)
    {
        text.push_str(
            "What cannot be read from a pixel can be told by the bridge: docs/bridge.md.\n",
        );
    }
    text
}
