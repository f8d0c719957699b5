//! TikTok as something that takes everything, at once and with as little work as can be: it only keeps
//! which events have come. (The strict stand-in checks every field, and would share the machine.)

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const TAKEN: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 57\r\n\r\n\
    {\"code\":0,\"message\":\"OK\",\"request_id\":\"r-1\",\"data\":{}   }";
const NAME: &str = "\"event_id\":\"";

pub(super) struct Sink {
    pub(super) address: SocketAddr,
    arrived: Arc<Mutex<HashSet<String>>>,
}

impl Sink {
    pub(super) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        let arrived = Arc::new(Mutex::new(HashSet::new()));
        let kept = arrived.clone();
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
        Self { address, arrived }
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(super) fn arrived(&self) -> HashSet<String> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn take(mut stream: TcpStream, arrived: Arc<Mutex<HashSet<String>>>) -> Option<()> {
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
        keep(&String::from_utf8_lossy(&bytes[..end]), &arrived);
        bytes.drain(..end);
        stream.write_all(TAKEN).await.ok()?;
    }
}

fn keep(request: &str, arrived: &Mutex<HashSet<String>>) {
    let ids = request.split(NAME).skip(1).filter_map(|rest| rest.get(..32));
    let mut kept = arrived.lock().unwrap_or_else(PoisonError::into_inner);
    kept.extend(ids.map(str::to_owned));
}

/// Where the first request ends, if all of it is there.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&bytes[..head]).ok()?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    let end = head + 4 + length.trim().parse::<usize>().ok()?;
    (bytes.len() >= end).then_some(end)
}
