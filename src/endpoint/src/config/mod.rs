//! The configuration: `assent.toml`, read once, every fault named in one message.

mod access_token;
mod alerts;
mod configuration;
mod did_you_mean;
mod endpoint;
mod environment_file;
mod fault;
mod fault_collector;
mod file;
mod purchase;
mod routes;
pub(crate) mod schema;
mod shop;
mod shop_file;
mod shop_name;
mod syntax;
mod time_zone;
mod url_paths;
mod webhooks;
mod written;

use std::fmt;
use std::path::{Path, PathBuf};

pub use self::access_token::AccessToken;
pub use self::configuration::{Admin, Alerts, Config, Limits, Secrets, Shop, Tls, reachable};
use self::environment_file::EnvironmentFile;
pub use self::fault::{Fault, Place};
use self::fault_collector::FaultCollector;
pub(crate) use self::fault_collector::stays_here;
use self::written::Written;

/// Everything that is wrong with a configuration, each fault with where it is and what to do.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    path: PathBuf,
    pub faults: Vec<Fault>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len();
        write!(
            f,
            "{}: {count} fault{} in the configuration",
            self.path.display(),
            if count == 1 { "" } else { "s" }
        )?;
        let file = self.path.display();
        self.faults.iter().try_for_each(|Fault { place, what }| {
            write!(f, "\n  - {file}{}: {what}", place.behind())
        })
    }
}

impl Config {
    /// Reads `path` and the environment; variables that are not set there from `assent.env` beside the file.
    /// Relative paths in the file are relative to the file.
    pub fn load(path: &Path, secrets: Secrets) -> Result<Self, ConfigError> {
        let refuse = |faults| ConfigError { path: path.to_owned(), faults };
        let text = std::fs::read_to_string(path).map_err(|error| {
            let what = format!(
                "cannot be read ({error}); name the file with --config, or make one with \
                 `assent init`"
            );
            refuse(vec![Fault::at(Place::Nowhere, what)])
        })?;
        let base = path.parent().unwrap_or(Path::new(""));
        let beside = match (EnvironmentFile::beside(base), secrets) {
            (Ok(beside), _) => beside,
            (Err(_), Secrets::NotNeeded) => None,
            (Err(what), Secrets::Needed) => {
                return Err(refuse(vec![Fault::at(Place::Nowhere, what)]));
            }
        };
        if let (Some(file), Secrets::Needed) = (&beside, secrets) {
            let file = file.path.display();
            tracing::info!(%file, "has the variables that the environment does not set");
        }
        let environment = |name: &str| {
            let set = std::env::var(name).ok().filter(|value| !value.is_empty());
            set.or_else(|| beside.as_ref()?.get(name))
        };
        Self::parse(&text, base, secrets, &environment).map_err(refuse)
    }

    /// `environment` gives the value of a variable. The faults are in the order of the file.
    pub fn parse(
        text: &str,
        base: &Path,
        secrets: Secrets,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<Fault>> {
        let (file, mut written) = Written::read(text)?;
        let config =
            FaultCollector { base, secrets, environment, written: &mut written }.config(file);
        let mut faults = written.into_faults();
        Fault::sort(&mut faults);
        match config {
            Some(config) if faults.is_empty() => Ok(config),
            _ => Err(faults),
        }
    }
}
