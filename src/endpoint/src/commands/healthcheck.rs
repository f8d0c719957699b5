//! `assent healthcheck`: does the server of this configuration answer? For containers, which have no
//! shell and no curl to ask with.

use std::path::Path;

use clap::Args;
use reqwest::Client;
use reqwest::redirect::Policy;
use rustls::crypto::ring;

use super::failure::Failure;
use super::output::print;
use crate::check::{PATIENCE, why};
use crate::config::{Config, Secrets, reachable};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  assent healthcheck --config /etc/assent/assent.toml
  assent healthcheck --ready")]
pub(crate) struct Healthcheck {
    /// Ask whether it can store what it is sent (/readyz), not only whether it lives (/healthz). Not for
    /// what restarts it: a full disk is not mended by a restart.
    #[arg(long)]
    ready: bool,
}

#[derive(Debug, thiserror::Error)]
enum HealthError {
    #[error("`listen` is {0}: with port 0 nobody can know where the server is; give it a port")]
    AnyPort(std::net::SocketAddr),
    #[error("{url} did not answer: {why}; does `assent serve` run with this configuration?")]
    Silent { url: String, why: String },
    #[error("{url} answered {status}: {said}")]
    Unwell { url: String, status: u16, said: String },
}

impl Healthcheck {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        let listen = reachable(config.listen);
        if listen.port() == 0 {
            return Err(HealthError::AnyPort(config.listen).into());
        }
        let scheme = if config.tls.is_some() { "https" } else { "http" };
        let path = if self.ready { "readyz" } else { "healthz" };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let said = runtime.block_on(ask(format!("{scheme}://{listen}/{path}")))?;
        print(said.trim_end())
    }
}

/// What it says of itself, if that is a yes.
async fn ask(url: String) -> Result<String, HealthError> {
    // A second installation in one process is harmless.
    let _ = ring::default_provider().install_default();
    let silent = |error| HealthError::Silent { url: url.clone(), why: why(&error) };
    // Nothing secret is asked, and the certificate is for browsers: it names no loopback address.
    let client = Client::builder()
        .timeout(PATIENCE)
        .redirect(Policy::none())
        .no_proxy()
        .tls_danger_accept_invalid_certs(true)
        .build()
        .map_err(silent)?;
    let answer = client.get(&url).send().await.map_err(silent)?;
    let status = answer.status();
    let said = answer.text().await.map_err(silent)?;
    if status.is_success() {
        Ok(said)
    } else {
        let said = said.trim_end().to_owned();
        Err(HealthError::Unwell { url, status: status.as_u16(), said })
    }
}
