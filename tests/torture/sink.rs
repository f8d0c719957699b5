//! TikTok as something that does as little work as can be: it only keeps which events have come, in their
//! order. (The strict stand-in checks every field, and would share the machine.)

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const TAKEN: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 57\r\n\r\n\
    {\"code\":0,\"message\":\"OK\",\"request_id\":\"r-1\",\"data\":{}   }";
/// TikTok's own failure: it may have the events, so they are sent again after a while.
const FAILED: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 53\r\n\r\n\
    {\"code\":50000,\"message\":\"no\",\"request_id\":\"r-2\"     }";
/// Of a moody one: of so many requests one fails, and one is answered late.
const FAILS: usize = 8;
const LATE: usize = 11;
const DELAY: Duration = Duration::from_millis(400);
const NAME: &str = "\"event_id\":\"";

/// An event that came.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) id: String,
    pub(crate) at: Instant,
}

/// What the connections share.
#[derive(Default)]
struct Shared {
    arrived: Mutex<Vec<Arrived>>,
    requests: AtomicUsize,
    is_moody: AtomicBool,
}

pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

impl Sink {
    /// It takes everything at once.
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let kept = shared.clone();
        // It ends with the process.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let listener = TcpListener::from_std(listener).expect("a port");
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(take(stream, kept.clone()));
                }
            });
        });
        Self { address, shared }
    }

    /// From now on some requests fail, and some are answered late.
    pub(crate) fn turn_moody(&self) {
        self.shared.is_moody.store(true, Ordering::Relaxed);
    }

    pub(crate) fn calm_down(&self) {
        self.shared.is_moody.store(false, Ordering::Relaxed);
    }

    /// How many different events have come.
    pub(crate) fn len(&self) -> usize {
        self.ids().len()
    }

    pub(crate) fn ids(&self) -> HashSet<String> {
        self.shared.lock().iter().map(|one| one.id.clone()).collect()
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.shared.lock().clone()
    }

    /// What a killed process had sent may still lie in the sockets. The one thread takes up what is ready
    /// in turn: once it has answered two newer connections, it has taken up all that lay there.
    pub(crate) fn fence(&self) {
        use std::io::{Read as _, Write as _};
        for _ in 0..2 {
            let mut stream = std::net::TcpStream::connect(self.address).expect("it listens");
            stream.write_all(b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n").expect("a socket");
            let read = stream.read(&mut [0; 16]).expect("it answers");
            assert!(read > 0, "it answers");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Vec<Arrived>> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, request: &str) {
        let at = Instant::now();
        let ids = request.split(NAME).skip(1).filter_map(|rest| rest.get(..32));
        self.lock().extend(ids.map(|id| Arrived { id: id.to_owned(), at }));
    }
}

async fn take(mut stream: TcpStream, shared: Arc<Shared>) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = whole(&bytes) {
                break end;
            }
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        };
        shared.keep(&String::from_utf8_lossy(&bytes[..end]));
        bytes.drain(..end);
        let n = shared.requests.fetch_add(1, Ordering::Relaxed);
        let is_moody = shared.is_moody.load(Ordering::Relaxed);
        if is_moody && n.is_multiple_of(LATE) {
            tokio::time::sleep(DELAY).await;
        }
        let answer = if is_moody && n.is_multiple_of(FAILS) { FAILED } else { TAKEN };
        stream.write_all(answer).await.ok()?;
    }
}

/// Where the first request ends, if all of it is there.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&bytes[..head]).ok()?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    let end = head + 4 + length.trim().parse::<usize>().ok()?;
    (bytes.len() >= end).then_some(end)
}
