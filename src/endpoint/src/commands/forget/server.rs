//! The running server's admin API, spoken to by the `assent` beside it.

use std::path::PathBuf;
use std::time::Duration;

use assent_gate::settings::ShopDomain;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use rustls::crypto::ring;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::certificate;
use crate::config::{Config, Tls, reachable};
use crate::http::admin::{ForgetRequest, UNKNOWN_SHOP};
use crate::store::{Erasure, Whom};

/// Longer than the server waits for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why the running server did not do it. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub(in crate::commands) enum ServerError {
    #[error(
        "a server is running on this store, and only it may write. Either name a variable in the \
         configuration, such as `admin_token_env = \"ASSENT_ADMIN_TOKEN\"`, set it to a random \
         text of 32 characters at least for the server and for this command, and start the server again; or stop the \
         server, repeat this command, and start it again"
    )]
    NoToken,
    #[error(
        "a server is running on this store, and its admin token is not known here: set the \
         environment variable {variable} to what the server was started with"
    )]
    TokenNotSet { variable: String },
    #[error(
        "the server at {address} does not accept the token in {variable}; is it the one the server \
         was started with?"
    )]
    WrongToken { address: String, variable: String },
    #[error(
        "the server at {address} has no admin API: it was started without admin_token_env. Start \
         it again"
    )]
    NoApi { address: String },
    #[error(
        "the store is in use, and nobody answers at {address} (listen, or admin_listen): {source}. Is \
         another `assent` command at work, or was that changed since the server started? Nothing was \
         erased, as far as is known; repeat this command"
    )]
    Unreached { address: String, source: reqwest::Error },
    #[error(
        "the server at {address} answers with another certificate than {cert}; the server reads \
         that file again when it changes, if its key fits: see its log"
    )]
    WrongCertificate { address: String, cert: PathBuf },
    #[error("tls.cert: {path}: {source}")]
    Certificate { path: PathBuf, source: rustls::pki_types::pem::Error },
    #[error("the request could not be prepared: {0}")]
    Client(#[source] reqwest::Error),
    #[error(
        "listen or admin_listen: port 0 means any, so the running server cannot be found; name a port"
    )]
    AnyPort,
    #[error(
        "the server at {address} answers {status}, and not as assent's admin API does; see its log"
    )]
    Odd { address: String, status: u16 },
}

/// `None`: the store has never known such a shop.
pub(super) async fn erase(
    config: &Config,
    shop: &ShopDomain,
    whom: Whom,
) -> Result<Option<Erasure>, ServerError> {
    ask(config, "forget", &ForgetRequest { shop: shop.as_str().to_owned(), whom }).await
}

/// What the running server answers to this. `None`: the store has never known such a shop.
pub(in crate::commands) async fn ask<T: DeserializeOwned>(
    config: &Config,
    path: &str,
    request: &impl Serialize,
) -> Result<Option<T>, ServerError> {
    let admin = config.admin.as_ref().ok_or(ServerError::NoToken)?;
    let variable = &admin.variable;
    let token = admin
        .token
        .as_ref()
        .ok_or_else(|| ServerError::TokenNotSet { variable: variable.clone() })?;
    let (listen, tls) = config.admin_address();
    if listen.port() == 0 {
        return Err(ServerError::AnyPort);
    }
    let scheme = if tls.is_some() { "https" } else { "http" };
    let address = format!("{scheme}://{}", reachable(listen));
    let unreached = |source: reqwest::Error| match tls {
        Some(tls) if certificate::is_other(&source) => {
            ServerError::WrongCertificate { address: address.clone(), cert: tls.cert.clone() }
        }
        Some(_) | None => ServerError::Unreached { address: address.clone(), source },
    };
    let body = serde_json::to_vec(request).expect("text and hashes");
    let request = client(tls)?.post(format!("{address}/admin/api/{path}"));
    let request =
        request.bearer_auth(token.expose()).header(CONTENT_TYPE, "application/json").body(body);
    let answer = request.send().await.map_err(unreached)?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(unreached)?;
    let odd = || ServerError::Odd { address: address.clone(), status: status.as_u16() };
    match status {
        StatusCode::OK => serde_json::from_slice(&body).map(Some).map_err(|_| odd()),
        StatusCode::UNAUTHORIZED => {
            Err(ServerError::WrongToken { address, variable: variable.clone() })
        }
        StatusCode::NOT_FOUND if reason(&body).as_deref() == Some(UNKNOWN_SHOP) => Ok(None),
        StatusCode::NOT_FOUND => Err(ServerError::NoApi { address }),
        _ => Err(odd()),
    }
}

fn reason(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct ServerProblem {
        reason: String,
    }
    serde_json::from_slice::<ServerProblem>(body).ok().map(|problem| problem.reason)
}

/// The token goes to this address only: through no proxy, after no redirect.
fn client(tls: Option<&Tls>) -> Result<reqwest::Client, ServerError> {
    // Both TLS sides use ring; a second installation in one process is harmless.
    let _ = ring::default_provider().install_default();
    let mut builder =
        reqwest::Client::builder().timeout(PATIENCE).redirect(Policy::none()).no_proxy();
    if let Some(tls) = tls {
        let own = certificate::only(tls)
            .map_err(|source| ServerError::Certificate { path: tls.cert.clone(), source })?;
        builder = builder.tls_backend_preconfigured(own);
    }
    builder.build().map_err(ServerError::Client)
}
