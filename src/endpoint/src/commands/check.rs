//! `assent check`: does all of it work, and what is to be done? The lines are made in `check/`; here they
//! are printed, and with `--wait` ticked off as a person clicks.

mod layout;
mod waiting;

use std::path::Path;
use std::sync::Arc;

use assent_gate::settings::ShopDomain;
use clap::Args;
use serde::Serialize;

use super::failure::{Failure, Found, Misuse};
use super::output::{OutputForm, print};
use super::which_shop::which_shop;
use crate::check::{self, Checked, Line, Tiktok, Verdict};
use crate::clock::Clock;
use crate::config::{Config, ConfigError, Secrets, Shop};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent check
  assent check --wait --shop acme.myshopify.com
  assent check --json")]
pub(crate) struct Check {
    /// One shop; without it, all of the configuration.
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<ShopDomain>,
    /// Says what to click in the shop, and ticks it off as it arrives; 10 minutes at most.
    #[arg(long)]
    wait: bool,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

/// The lines as JSON.
#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    #[serde(flatten)]
    verdict: Verdict,
    lines: &'a [Line],
    /// What `assent why` takes.
    newest_order: Option<&'a str>,
}

impl Check {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let (mut lines, config) = read(config);
        let Some(config) = config else { return self.tell(&Checked { lines, newest_order: None }) };
        let shops = match &self.shop {
            Some(domain) => vec![which_shop(&config, Some(domain))?.clone()],
            None => config.shops.clone(),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let clock = Clock::machine();
        let done = runtime.block_on(async {
            if self.wait {
                waiting::wait(&config.store, only(&shops)?, &clock).await?;
            }
            let config = Arc::new(config);
            let checked = check::Check { config, shops, clock, tiktok: Tiktok::Asked }.run().await;
            lines.extend(checked.lines);
            self.tell(&Checked { lines, ..checked })
        });
        // A disk that hangs must not keep the command.
        runtime.shutdown_background();
        done
    }

    fn tell(&self, checked: &Checked) -> Result<(), Failure> {
        let verdict = Verdict::of(&checked.lines);
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => {
                let document = Document {
                    version: env!("CARGO_PKG_VERSION"),
                    verdict,
                    lines: &checked.lines,
                    newest_order: checked.newest_order.as_deref(),
                };
                print(&serde_json::to_string_pretty(&document)?)?;
            }
            OutputForm::Text => print(&layout::text(checked, verdict))?,
        }
        if verdict.red > 0 { Err(Found.into()) } else { Ok(()) }
    }
}

fn said(error: &ConfigError) -> Vec<String> {
    error.faults.iter().map(ToString::to_string).collect()
}

/// The configuration, if it can be used, and the lines that say how it is. Without its secrets most of it
/// can still be looked at.
fn read(file: &Path) -> (Vec<Line>, Option<Config>) {
    match (Config::load(file, Secrets::Needed), Config::load(file, Secrets::NotNeeded)) {
        (Ok(config), _) => (check::configured(file, config.shops.len()).to_vec(), Some(config)),
        (Err(missing), Ok(config)) => {
            let sound = check::configuration(file, config.shops.len());
            (vec![sound, check::missing_secrets(&said(&missing))], Some(config))
        }
        (Err(faults), Err(_)) => (vec![check::faults(file, &said(&faults))], None),
    }
}

/// One can click through one shop at a time.
fn only(shops: &[Arc<Shop>]) -> Result<&Arc<Shop>, Failure> {
    match shops {
        [only] => Ok(only),
        _ => Err(Misuse("--wait is for one shop: name it with --shop".to_owned()).into()),
    }
}
