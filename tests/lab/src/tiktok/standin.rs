//! The stand-in in a test's own process, on a thread of its own: it answers even while the test
//! blocks.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::thread;

use tokio::sync::watch;

use super::state::Tiktok;
use super::{control_router, events_api_router, pixel_router};
use crate::listener;

/// Who may send, and where the stand-in listens.
#[derive(Clone, Default)]
pub struct Options {
    /// Access token → the pixel codes it owns.
    pub tokens: HashMap<String, Vec<String>>,
    /// 0: any free port.
    pub port: u16,
}

impl Options {
    pub fn one(pixel: &str, token: &str) -> Self {
        Self::default().and(pixel, token)
    }

    /// One more pixel; the same token may own several.
    pub fn and(mut self, pixel: &str, token: &str) -> Self {
        self.tokens.entry(token.to_owned()).or_default().push(pixel.to_owned());
        self
    }
}

/// Tokens are secrets, even a stand-in's: the habit is what counts.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("tokens", &self.tokens.len())
            .field("port", &self.port)
            .finish()
    }
}

/// A running stand-in; it stops when dropped. All of [`Tiktok`]'s questions can be asked of it.
#[derive(Debug)]
pub struct Standin {
    tiktok: Tiktok,
    address: SocketAddr,
    stop: Option<watch::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Standin {
    /// Starts on 127.0.0.1; answers once this returns.
    pub async fn start(options: Options) -> io::Result<Self> {
        Self::start_blocking(&options)
    }

    /// [`Standin::start`] for tests without a runtime.
    pub fn start_blocking(options: &Options) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let tiktok = Tiktok::new(options);
        let router =
            events_api_router(&tiktok).merge(pixel_router(&tiktok)).merge(control_router(&tiktok));
        let (stop, stopped) = watch::channel(());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("tiktok-standin".to_owned()).spawn(move || {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)
                    .expect("a bound listener on a live runtime");
                listener::serve(listener, None, router, stopped).await;
            });
        })?;
        Ok(Self { tiktok, address, stop: Some(stop), thread: Some(thread) })
    }

    /// `http://127.0.0.1:port`, what `[tiktok] api_base` takes.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Deref for Standin {
    type Target = Tiktok;
    fn deref(&self) -> &Tiktok {
        &self.tiktok
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there has already been printed; a second one here would hide it.
            let _ = thread.join();
        }
    }
}
