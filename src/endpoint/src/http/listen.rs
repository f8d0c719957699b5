//! Connections, plain or TLS, within bounds: how many, how slow, and how they end. HTTP/1.1 only: a
//! beacon is one small request, and a second protocol would be a second set of bounds.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::app::Peer;
use crate::config::Tls;

/// Open connections; a browser's is idle most of its life.
const CONNECTIONS: usize = 8192;
/// For a handshake, and for a request's head; as long may a connection be idle between two
/// requests.
const PATIENCE: Duration = Duration::from_secs(10);
/// For requests under way when the server stops; the longest is bounded by the wait for its body.
const FAREWELL: Duration = Duration::from_secs(12);
/// After a failed accept (no file handles left): trying at once would only burn the processor.
const REST: Duration = Duration::from_millis(50);

/// Why the configured certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error(
        "tls: {path}: {source}; a certificate chain and a private key in PEM form are expected"
    )]
    File { path: String, source: rustls::pki_types::pem::Error },
    #[error("tls: certificate and key do not go together: {0}")]
    Pair(#[from] rustls::Error),
}

pub fn acceptor(tls: &Tls) -> Result<TlsAcceptor, TlsError> {
    let at = |path: &std::path::Path| {
        let path = path.display().to_string();
        move |source| TlsError::File { path, source }
    };
    let chain = CertificateDer::pem_file_iter(&tls.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(at(&tls.cert))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(at(&tls.key))?;
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves until `stop`, then lets requests under way finish.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            () = &mut stop => break,
        };
        let Some((permit, stream, peer)) = accepted else {
            tokio::time::sleep(REST).await;
            continue;
        };
        let (tls, router, watcher) = (tls.clone(), router.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _permit = permit;
            let _ = stream.set_nodelay(true);
            match tls {
                None => talk(stream, peer, router, watcher).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, tls.accept(stream)).await
                    {
                        talk(stream, peer, router, watcher).await;
                    }
                }
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(tokio::sync::OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let permit = room.clone().acquire_owned().await.ok()?;
    let (stream, peer) = listener.accept().await.ok()?;
    Some((permit, stream, peer))
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        let router = router.clone();
        async move {
            Ok::<_, Infallible>(
                router.oneshot(request).await.unwrap_or_else(|never| match never {}),
            )
        }
    });
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    // A connection that breaks off is the browser's affair: what was acknowledged is stored.
    let _ = watcher.watch(connection).await;
}
