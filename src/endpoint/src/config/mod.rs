//! The configuration: `assent.toml`, read once, every fault named in one message.

mod access_token;
mod alerts;
mod configuration;
mod endpoint;
mod fault_collector;
mod file;
mod shop;
mod time_zone;
mod url_paths;
mod webhooks;

use std::fmt;
use std::path::{Path, PathBuf};

pub use self::access_token::AccessToken;
pub use self::configuration::{Admin, Alerts, Config, Limits, Secrets, Shop, Tls, reachable};
use self::fault_collector::FaultCollector;
pub(crate) use self::fault_collector::stays_here;
use self::file::File;

/// Everything that is wrong with a configuration, each fault with where it is and what to do.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    path: PathBuf,
    pub faults: Vec<String>,
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
        self.faults.iter().try_for_each(|fault| write!(f, "\n  - {fault}"))
    }
}

impl Config {
    /// Reads `path` and the environment. Relative paths in the file are relative to the file.
    pub fn load(path: &Path, secrets: Secrets) -> Result<Self, ConfigError> {
        let refuse = |faults| ConfigError { path: path.to_owned(), faults };
        let text = std::fs::read_to_string(path).map_err(|e| {
            refuse(vec![format!("cannot be read ({e}); name the file with --config")])
        })?;
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
        let mut reader = FaultCollector { base, secrets, environment, faults: &mut faults };
        let config = reader.config(file);
        match config {
            Some(config) if faults.is_empty() => Ok(config),
            _ => Err(faults),
        }
    }
}
