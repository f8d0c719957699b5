//! The endpoint itself: at the address where it listens, and at the one that browsers come by.

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use reqwest::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::tls::TlsInfo;
use reqwest::{Client, Method, Response, Url};
use serde::Deserialize;
use serde_json::json;
use x509_parser::parse_x509_certificate;

use super::{PATIENCE, why};
use crate::check::rules::machine::Server;
use crate::check::rules::way_in::{AddressKind, Answered, OptOut, Preflight, Validity, WayIn};
use crate::config::{Config, reachable, stays_here};
use crate::run_number::{self, RunNumber};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What the endpoint itself says has a few lines.
const LONGEST: usize = 64 * 1024;

/// What answers at `listen`. Nothing secret is sent there, and whose answer it is shows by its run's number,
/// so its certificate, which is for browsers, may bear any name.
pub(in crate::check) async fn server(config: &Config, runs: &[RunNumber]) -> Server {
    let listen = reachable(config.listen);
    if listen.port() == 0 {
        return Server::AnyPort;
    }
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let (address, base) = (listen.to_string(), format!("{scheme}://{listen}"));
    let silent =
        |error: reqwest::Error| Server::Silent { address: address.clone(), why: why(&error) };
    let client = Client::builder()
        .timeout(PATIENCE)
        .redirect(Policy::none())
        .no_proxy()
        .tls_danger_accept_invalid_certs(true)
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => return silent(error),
    };
    let alive = match client.get(format!("{base}/healthz")).send().await {
        Ok(answer) => answer,
        Err(error) => return silent(error),
    };
    if !is_one_of(&alive, runs) {
        return Server::Other { address };
    }
    match client.get(format!("{base}/readyz")).send().await {
        Ok(answer) => {
            let is_ready = answer.status().is_success();
            let text = text(answer).await;
            // The first line of a yes is only that.
            let lines = text.lines().filter(|line| *line != "ready");
            let said =
                lines.map(|line| line.trim_start_matches("not ready: ").to_owned()).collect();
            Server::Here { is_ready, said }
        }
        Err(error) => silent(error),
    }
}

/// What answers at `public_url`, as this machine reaches it. `shop`: any that it serves.
pub(in crate::check) async fn way_in(
    config: &Config,
    runs: &[RunNumber],
    shop: &ShopDomain,
    now: Timestamp,
) -> WayIn {
    let url = config.public_url.clone();
    let is_here = Url::parse(&url).is_ok_and(|url| stays_here(&url));
    let kind = if is_here { AddressKind::StaysHere } else { AddressKind::Public };
    let client =
        Client::builder().timeout(PATIENCE).redirect(Policy::none()).tls_info(true).build();
    let client = match client {
        Ok(client) => client,
        Err(error) => return silent(url, kind, why(&error)),
    };
    let (alive, preflight, opt_out) = tokio::join!(
        client.get(format!("{url}/healthz")).send(),
        preflight(&client, &url),
        opt_out(&client, &url, shop, now)
    );
    let alive = match alive {
        Ok(alive) => alive,
        Err(error) => return silent(url, kind, why(&error)),
    };
    let certificate =
        alive.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate).and_then(validity);
    let answer = answered(&alive, runs);
    WayIn { url, kind, answer, certificate, preflight, opt_out }
}

fn silent(url: String, kind: AddressKind, why: String) -> WayIn {
    WayIn {
        url,
        kind,
        answer: Answered::Silent(why.clone()),
        certificate: None,
        preflight: Err(why.clone()),
        opt_out: Err(why),
    }
}

fn number(answer: &Response) -> Option<String> {
    let value = answer.headers().get(run_number::HEADER)?;
    value.to_str().ok().map(str::to_owned)
}

/// Whether one of the servers with this store has answered.
fn is_one_of(answer: &Response, runs: &[RunNumber]) -> bool {
    number(answer).is_some_and(|number| runs.iter().any(|run| run.to_string() == number))
}

fn answered(answer: &Response, runs: &[RunNumber]) -> Answered {
    match number(answer) {
        None => Answered::Foreign(answer.status().as_u16()),
        Some(_) if runs.is_empty() => Answered::Unproven,
        Some(_) if is_one_of(answer, runs) => Answered::Here,
        Some(_) => Answered::OtherRun,
    }
}

/// As the sandbox's browser asks before it sends JSON.
async fn preflight(client: &Client, url: &str) -> Result<Preflight, String> {
    let question = client
        .request(Method::OPTIONS, format!("{url}/v1/events"))
        .header(ORIGIN, "null")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let answer = question.send().await.map_err(|error| why(&error))?;
    let origins = answer.headers().get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter();
    let origins = origins.map(|origin| String::from_utf8_lossy(origin.as_bytes()).into_owned());
    Ok(Preflight { status: answer.status().as_u16(), origins: origins.collect() })
}

/// A message that names nobody, reports nothing and claims no permission: with or without the header it is
/// refused before anything is stored, and by which reason shows whether the header arrived.
async fn opt_out(
    client: &Client,
    url: &str,
    shop: &ShopDomain,
    now: Timestamp,
) -> Result<OptOut, String> {
    #[derive(Deserialize)]
    struct Problem {
        reason: Option<String>,
    }
    let message = json!({
        "v": 1, "shop": shop.as_str(), "sent_at": now.0, "client": {"version": VERSION, "kind": "check"},
        "consent": {
            "decision": "granted", "rule": "shopify_only", "basis": "permission", "evaluated_at": now.0, "gpc": null,
            "shopify": {"marketing": false, "sale_of_data": false, "analytics": null, "preferences": null},
            "records": [],
        },
        "checkout": null, "cart": null, "events": [],
    });
    let post = client
        .post(format!("{url}/v1/events"))
        .header(ORIGIN, "null")
        .header(CONTENT_TYPE, "text/plain")
        .header("sec-gpc", "1")
        .body(message.to_string());
    let answer = post.send().await.map_err(|error| why(&error))?;
    let status = answer.status().as_u16();
    let problem = serde_json::from_str::<Problem>(&text(answer).await);
    Ok(OptOut { status, reason: problem.ok().and_then(|problem| problem.reason) })
}

/// No more of it than an answer of ours has.
async fn text(mut answer: Response) -> String {
    let mut all = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        all.extend_from_slice(&chunk);
        if all.len() > LONGEST {
            break;
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

fn validity(certificate: &[u8]) -> Option<Validity> {
    let (_, certificate) = parse_x509_certificate(certificate).ok()?;
    let validity = certificate.validity();
    Some(Validity {
        from: Timestamp(validity.not_before.timestamp()),
        until: Timestamp(validity.not_after.timestamp()),
    })
}
