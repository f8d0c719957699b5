//! Serves a router over plain http or TLS. Each connection is ours from accept to close, because
//! "the connection was reset" and "the answer was lost" are answers TikTok's network gives and a
//! framework does not.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio_rustls::TlsAcceptor;

/// Put into each request's extensions: the handler that holds it can have its connection reset
/// (RST, no answer).
#[derive(Clone, Debug, Default)]
pub struct Hangup(Arc<Notify>);

impl Hangup {
    /// Cuts the connection; never returns, so that no answer can overtake the cut.
    pub async fn cut(&self) -> ! {
        self.0.notify_one();
        std::future::pending().await
    }
}

/// The far end's address, in each request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Accepts until `stop` changes or its sender is gone; open connections end with it.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    mut stop: watch::Receiver<()>,
) {
    loop {
        let (stream, peer) = tokio::select! {
            _ = stop.changed() => return,
            accepted = listener.accept() => match accepted {
                Ok(pair) => pair,
                Err(error) => {
                    // Out of file descriptors, most likely; the next accept may succeed.
                    eprintln!("assent-lab: accept failed: {error}");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            },
        };
        let (tls, router, stop) = (tls.clone(), router.clone(), stop.clone());
        tokio::spawn(async move { connection(stream, peer, tls, router, stop).await });
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: watch::Receiver<()>,
) {
    // A failed call here only costs speed.
    let _ = stream.set_nodelay(true);
    match tls {
        None => {
            let parted = speak(stream, peer, router, stop).await;
            if let Some(stream) = parted {
                let _ = stream.set_zero_linger();
            }
        }
        // A browser probing the certificate ends the handshake; that is its business.
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await
                && let Some(stream) = speak(stream, peer, router, stop).await
            {
                let _ = stream.get_ref().0.set_zero_linger();
            }
        }
    }
}

/// Speaks HTTP/1.1 until the far end closes. Gives the stream back if it must be cut instead of
/// closed.
async fn speak<S>(
    stream: S,
    peer: SocketAddr,
    router: Router,
    mut stop: watch::Receiver<()>,
) -> Option<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let hangup = Hangup::default();
    let service = {
        let hangup = hangup.clone();
        service_fn(move |request: hyper::Request<Incoming>| {
            let mut request: Request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(hangup.clone());
            request.extensions_mut().insert(Peer(peer));
            let router = router.clone();
            async move {
                use hyper::service::Service;
                hyper_util::service::TowerToHyperService::new(router).call(request).await
            }
        })
    };
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // The far end went away: nothing to add.
        _ = &mut connection => None,
        _ = stop.changed() => None,
        () = hangup.0.notified() => Some(connection.into_parts().io.into_inner()),
    }
}

/// A loopback listener; port 0 lets the system choose.
pub async fn loopback(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await
}
