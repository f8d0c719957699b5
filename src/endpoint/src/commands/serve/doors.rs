//! Where the endpoint listens: at `listen`, and at `admin_listen` where the operator's paths have an
//! address of their own.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;

use crate::config::Config;
use crate::http::listen::{self, Bounds, Certificate};
use crate::http::{self, App};
use crate::open_files;

/// Connections that the system keeps until they are taken. One more has to knock again a second later.
const BACKLOG: u32 = 4096;
/// Connections to `admin_listen`: no crowd at the other door keeps the operator out.
const OPERATORS: usize = 64;

#[derive(Debug, thiserror::Error)]
pub(super) enum DoorsError {
    #[error("{key}: cannot listen on {address}: {source}; is another server running there?")]
    Listen { key: &'static str, address: SocketAddr, source: std::io::Error },
    #[error(transparent)]
    Tls(#[from] listen::TlsError),
}

/// Connections wait here from now on.
#[derive(Debug)]
pub(super) struct Doors {
    public: Door,
    operators: Option<Door>,
}

#[derive(Debug)]
struct Door {
    listener: TcpListener,
    certificate: Option<Arc<Certificate>>,
    bounds: Bounds,
}

impl Doors {
    pub(super) fn open(config: &Config) -> Result<Self, DoorsError> {
        let certificate = config.tls.as_ref().map(Certificate::load).transpose()?;
        let connections = open_files::for_connections(config.limits.connections);
        let bounds = Bounds::usual(connections, &config.trusted_proxies);
        let listener = bind("listen", config.listen)?;
        let address = listener.local_addr().unwrap_or(config.listen);
        let public = Door { listener, certificate: certificate.clone(), bounds: bounds.clone() };
        let mut doors = Self { public, operators: None };
        if let Some(own) = config.admin_listen {
            let listener = bind("admin_listen", own)?;
            let admin_address = listener.local_addr().unwrap_or(own);
            let certificate = certificate.filter(|_| config.admin_address().1.is_some());
            let bounds = Bounds { connections: OPERATORS, ..bounds };
            doors.operators = Some(Door { listener, certificate, bounds });
            tracing::info!(%admin_address, "listening for /admin");
        }
        tracing::info!(%address, shops = config.shops.len(), "listening");
        warn_of_plain_http(config);
        Ok(doors)
    }

    /// Until `stop`; then requests under way are finished.
    pub(super) async fn serve(self, app: App, stop: impl Future<Output = ()>) {
        let (tell, told) = watch::channel(false);
        let until_told = || {
            let mut told = told.clone();
            // It fails only where nobody is left to tell.
            async move { drop(told.wait_for(|told| *told).await) }
        };
        let operators = async {
            if let Some(door) = self.operators {
                door.serve(http::operators_router(app.clone()), until_told()).await;
            }
        };
        let public = self.public.serve(http::router(app.clone()), until_told());
        let stopping = async {
            stop.await;
            // It fails only where nobody listens any more.
            let _ = tell.send(true);
        };
        tokio::join!(public, operators, stopping);
    }
}

impl Door {
    async fn serve(self, router: axum::Router, stop: impl Future<Output = ()>) {
        let Self { listener, certificate, bounds } = self;
        listen::serve(listener, certificate, router, bounds, stop).await;
    }
}

fn bind(key: &'static str, address: SocketAddr) -> Result<TcpListener, DoorsError> {
    let listen = || {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // Those of the server before this one may still be ending.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listen().map_err(|source| DoorsError::Listen { key, address, source })
}

/// What can be read on the way: hashes of shoppers, and the admin token.
fn warn_of_plain_http(config: &Config) {
    let public = ("listen", config.listen, config.tls.as_ref());
    let operators = config.admin_listen.map(|own| ("admin_listen", own, config.admin_address().1));
    for (key, address, tls) in std::iter::once(public).chain(operators) {
        if tls.is_none() && !address.ip().to_canonical().is_loopback() {
            tracing::warn!(
                %address,
                "{key} takes plain http from beyond this machine: whoever is on the way can read and \
                 change what is sent, the admin token too. Set [tls], or let nobody but a proxy with \
                 https reach this address (on the same machine 127.0.0.1 is enough)"
            );
        }
    }
}
