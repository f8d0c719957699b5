//! Connections, plain or TLS, within bounds: how many, how slow, how long, and how they end. HTTP/1.1
//! only: a beacon is one small request, and a second protocol would be a second set of bounds.

mod certificate;
mod patient;
mod seats;

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONNECTION, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderValue, StatusCode, Version};
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

pub use self::certificate::{Certificate, TlsError};
use self::patient::Patient;
use self::seats::{Seat, Seats};
use super::app::Peer;
use super::standing::Standing;
use crate::cidr::Cidr;
use crate::open_files;

/// For requests under way when the server stops; the longest is bounded by the wait for its body.
const FAREWELL: Duration = Duration::from_secs(12);
/// After a failed accept (no file handles left): trying at once would only burn the processor.
const REST: Duration = Duration::from_millis(50);
/// Between two lines about that.
const MINUTE: Duration = Duration::from_secs(60);
/// What a connection may send before it has been read: a head, or a piece of a body. A browser's head
/// has 1 KB, behind some proxies 4. hyper's own bound is 408 KiB.
const BUFFER: usize = 16 * 1024;

/// What one connection may take.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Open at one time.
    pub connections: usize,
    /// For a handshake, for a request's head from its first byte, and for a piece of an answer to be
    /// taken.
    pub patience: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// Between two requests of one of `proxies`. Longer than any of them keeps a connection that it
    /// means to use again (Caddy: 2 minutes), for one that is closed just then loses a beacon.
    pub idle_of_proxies: Duration,
    pub proxies: Vec<Cidr>,
    /// Requests on one connection.
    pub requests: u32,
    /// After which the next answer is the last one.
    pub life: Duration,
    pub life_of_proxies: Duration,
}

impl Bounds {
    pub fn usual(connections: usize, proxies: &[Cidr]) -> Self {
        Self {
            connections,
            patience: Duration::from_secs(10),
            idle: Duration::from_secs(10),
            idle_of_proxies: Duration::from_secs(150),
            proxies: proxies.to_vec(),
            requests: 1000,
            life: Duration::from_secs(300),
            life_of_proxies: Duration::from_secs(3600),
        }
    }

    fn of(&self, peer: IpAddr) -> OfConnection {
        let is_proxy = self.proxies.iter().any(|network| network.contains(peer.to_canonical()));
        let (idle, life) = if is_proxy {
            (self.idle_of_proxies, self.life_of_proxies)
        } else {
            (self.idle, self.life)
        };
        // A request that began at the last moment is answered, and its answer is read.
        let end = life + idle + 4 * self.patience;
        OfConnection { patience: self.patience, idle, life, end, requests: self.requests }
    }
}

#[derive(Debug, Clone, Copy)]
struct OfConnection {
    patience: Duration,
    idle: Duration,
    life: Duration,
    end: Duration,
    requests: u32,
}

/// Serves until `stop`, then lets requests under way finish.
pub async fn serve(
    listener: TcpListener,
    certificate: Option<Arc<Certificate>>,
    router: Router,
    bounds: Bounds,
    stop: impl Future<Output = ()>,
) {
    let seats = Arc::new(Seats::new(bounds.connections));
    let graceful = GracefulShutdown::new();
    let mut doorkeeper = Doorkeeper { listener, seats, told: None };
    let mut stop = std::pin::pin!(stop);
    loop {
        let (seat, stream, peer) = tokio::select! {
            accepted = doorkeeper.accept() => accepted,
            () = &mut stop => break,
        };
        let guest = Guest {
            standing: seat.standing.clone(),
            peer,
            router: router.clone(),
            bounds: bounds.of(peer.ip()),
            watcher: graceful.watcher(),
        };
        tokio::spawn(guest.stay(seat, stream, certificate.clone()));
    }
    drop(doorkeeper);
    if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
}

struct Doorkeeper {
    listener: TcpListener,
    seats: Arc<Seats>,
    told: Option<Instant>,
}

impl Doorkeeper {
    async fn accept(&mut self) -> (Seat, TcpStream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => return (self.seats.enter().await, stream, peer),
                Err(error) => {
                    // Others than these are the affair of one who hung up at once.
                    if open_files::are_out(&error) {
                        self.tell();
                        self.seats.make_room();
                    }
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    fn tell(&mut self) {
        if self.told.is_none_or(|at| at.elapsed() > MINUTE) {
            self.told = Some(Instant::now());
            tracing::error!("connections wait: {}", open_files::ARE_OUT);
        }
    }
}

/// A connection and what it may do.
struct Guest {
    standing: Standing,
    peer: SocketAddr,
    router: Router,
    bounds: OfConnection,
    watcher: Watcher,
}

impl Guest {
    /// Until it ends, has been here for too long, or its seat is needed.
    async fn stay(self, seat: Seat, stream: TcpStream, certificate: Option<Arc<Certificate>>) {
        let (standing, end) = (self.standing.clone(), self.bounds.end);
        tokio::select! {
            () = self.come_in(stream, certificate) => {}
            () = standing.lost() => {}
            () = tokio::time::sleep(end) => {}
        }
        drop(seat);
    }

    async fn come_in(self, stream: TcpStream, certificate: Option<Arc<Certificate>>) {
        let _ = stream.set_nodelay(true);
        let patience = self.bounds.patience;
        let stream = Patient::new(stream, self.standing.clone(), patience);
        let Some(certificate) = certificate else { return self.talk(stream).await };
        let handshake = tokio::time::timeout(patience, certificate.acceptor().accept(stream)).await;
        if let Ok(Ok(stream)) = handshake {
            self.talk(stream).await;
        }
    }

    async fn talk(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Self { standing, peer, router, bounds, watcher } = self;
        let (begun, requests) = (Instant::now(), Arc::new(AtomicU32::new(0)));
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let (standing, router) = (standing.clone(), router.clone());
            let n = requests.fetch_add(1, Ordering::Relaxed) + 1;
            async move {
                let _turn = standing.work();
                let is_last = n >= bounds.requests
                    || begun.elapsed() >= bounds.life
                    || request.headers().contains_key(TRANSFER_ENCODING);
                let mut response = answer(request, peer, &standing, router).await;
                if is_last {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response)
            }
        });
        let mut builder = Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(bounds.idle).max_buf_size(BUFFER);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        // A connection that breaks off is the browser's affair: what was acknowledged is stored.
        let _ = watcher.watch(connection).await;
    }
}

/// hyper refuses two lengths that differ, a length that is no number, folded lines and a
/// `Transfer-Encoding` that does not end with `chunked`, and believes `Transfer-Encoding` rather than
/// a length beside it. The connection then ends with the answer (RFC 9112, 6.1): if something between
/// read the length instead, what it took for the body is never read as a request.
async fn answer(
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    standing: &Standing,
    router: Router,
) -> Response {
    // RFC 9112, 3.2: of two hosts somebody between may have believed the other one.
    let hosts = request.headers().get_all(HOST).iter().count();
    if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
        return (StatusCode::BAD_REQUEST, [(CONNECTION, "close")]).into_response();
    }
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(Peer(peer));
    request.extensions_mut().insert(standing.clone());
    router.oneshot(request).await.unwrap_or_else(|never| match never {})
}
