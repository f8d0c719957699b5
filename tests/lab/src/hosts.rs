//! Several hosts on one port, told apart by the Host header.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

/// Host names of the lab and what stands behind them.
#[derive(Clone, Debug)]
pub struct Hosts {
    pub shop_name: String,
    pub shop: Router,
    pub tiktok_name: String,
    pub tiktok: Router,
    /// Where a stranger's Host is sent.
    pub shop_url: String,
}

impl Hosts {
    pub fn router(self) -> Router {
        Router::new().fallback(dispatch).with_state(self)
    }
}

async fn dispatch(State(hosts): State<Hosts>, request: Request) -> Response {
    let host =
        request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase();
    let router = if name == hosts.shop_name {
        hosts.shop
    } else if name == hosts.tiktok_name {
        hosts.tiktok
    } else if name == "localhost" || name == "127.0.0.1" || name == "[::1]" {
        return Redirect::temporary(&hosts.shop_url).into_response();
    } else {
        let hint = format!("The lab has no host {name}. The shop is at {}\n", hosts.shop_url);
        return (StatusCode::MISDIRECTED_REQUEST, hint).into_response();
    };
    match TowerToHyperService::new(router).call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
