//! Shoppers who buy, over sockets: one after the other, or at a rate of their own whatever the endpoint
//! does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use assent_gate::ids;
use assent_gate::settings::ShopDomain;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use crate::fleet::{checkout_token, domain, email, purchase, visitor};
use crate::support::beacon::hash;

/// Connections of a flood: so many that none has to wait for another's answer.
const CONNECTIONS: usize = 2048;
/// Requests of one connection; the endpoint ends one after 1000.
const REQUESTS: usize = 900;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// 202.
    Accepted,
    /// 429 or 503 with `Retry-After`.
    ComeLater,
    /// Any other answer, or none.
    Odd,
}

#[derive(Debug, Clone)]
pub(super) struct Answered {
    pub(super) id: String,
    pub(super) verdict: Verdict,
    /// From the request's first byte.
    pub(super) took: Duration,
    /// Of the request, behind its time: the generator's fault.
    late: Duration,
}

pub(super) struct Shoppers {
    runtime: Runtime,
    address: Arc<str>,
    /// Whose turn it is.
    next: Arc<AtomicUsize>,
    kept: Arc<Pattern>,
}

/// In milliseconds, of a hundred the worst but one.
pub(super) fn lateness(answers: &[Answered]) -> f64 {
    let mut late: Vec<Duration> = answers.iter().map(|one| one.late).collect();
    late.sort();
    late[late.len() * 99 / 100].as_secs_f64() * 1000.0
}

/// Shoppers have processors of their own. Where this machine's are the endpoint's too their thread goes before it, if
/// it may: else an answer would be measured when its shopper's turn came, not when it came.
fn go_first() {
    #[cfg(target_os = "linux")]
    if rustix::process::setpriority_process(None, -10).is_err() {
        eprintln!(
            "the generator may not go before the endpoint (root may): its own delays are in what follows"
        );
    }
}

impl Shoppers {
    pub(super) fn of(address: &str) -> Self {
        go_first();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let next = Arc::new(AtomicUsize::new(0));
        let kept = Arc::new(Pattern::new());
        Self { runtime: runtime.expect("a runtime"), address: address.into(), next, kept }
    }

    /// On so many connections one after the other, with a pause between, for so long.
    pub(super) fn in_turn(&mut self, n: usize, long: Duration, pause: Duration) -> Vec<Answered> {
        let until = Instant::now() + long;
        let buyers = (0..n).map(|_| {
            let (address, next, kept) =
                (self.address.clone(), self.next.clone(), self.kept.clone());
            async move {
                let (mut line, mut answers) = (Line::of(address, kept), Vec::new());
                while Instant::now() < until {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    answers.push(line.buys(n, Instant::now()).await);
                    tokio::time::sleep(pause).await;
                }
                answers
            }
        });
        self.all(buyers.collect())
    }

    /// So many a second, each at its own time, for so long.
    pub(super) fn at_rate(&mut self, rate: f64, long: Duration) -> Vec<Answered> {
        let begun = Instant::now() + Duration::from_millis(200);
        let taken = Arc::new(AtomicUsize::new(0));
        let buyers = (0..CONNECTIONS).map(|_| {
            let (address, next, taken) = (self.address.clone(), self.next.clone(), taken.clone());
            let kept = self.kept.clone();
            async move {
                let (mut line, mut answers) = (Line::of(address, kept), Vec::new());
                loop {
                    let place = taken.fetch_add(1, Ordering::Relaxed);
                    let place = f64::from(u32::try_from(place).expect("not for so long"));
                    let after = Duration::from_secs_f64(place / rate);
                    if after > long {
                        return answers;
                    }
                    tokio::time::sleep_until((begun + after).into()).await;
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    answers.push(line.buys(n, begun + after).await);
                }
            }
        });
        self.all(buyers.collect())
    }

    fn all<F>(&self, buyers: Vec<F>) -> Vec<Answered>
    where
        F: Future<Output = Vec<Answered>> + Send + 'static,
    {
        self.runtime.block_on(async {
            let tasks: Vec<_> = buyers.into_iter().map(tokio::spawn).collect();
            let mut all = Vec::new();
            for task in tasks {
                all.extend(task.await.expect("no panic"));
            }
            all
        })
    }
}

/// A Purchase's text, of which only the names change: so the generator leaves the processor to the
/// endpoint.
struct Pattern {
    text: String,
    names: [String; 4],
}

fn names(of: &Value) -> [String; 4] {
    let event = &of["events"][0];
    let user = &event["user"];
    let names = [&event["event_id"], &event["checkout"], &user["external_id"], &user["email"]];
    names.map(|name| name.as_str().expect("a name").to_owned())
}

impl Pattern {
    fn new() -> Self {
        let purchase = purchase(0, 0);
        Self { text: purchase.to_string(), names: names(&purchase) }
    }

    /// The n-th shopper's: its id, and its text.
    fn purchase(&self, n: usize) -> (String, String) {
        let checkout = ids::checkout_anchor(&Self::shop(), &checkout_token(0, n));
        let id = ids::event_id(&Self::shop(), "Purchase", checkout.as_str());
        let new = [id.as_str(), checkout.as_str(), &visitor(0, n), &hash(&email(0, n))];
        let text = self
            .names
            .iter()
            .zip(new)
            .fold(self.text.clone(), |text, (old, new)| text.replace(old.as_str(), new));
        (id.as_str().to_owned(), text)
    }

    fn shop() -> ShopDomain {
        domain(0).parse().expect("a shop")
    }
}

/// One connection after the other.
struct Line {
    address: Arc<str>,
    open: Option<(TcpStream, usize)>,
    kept: Arc<Pattern>,
}

impl Line {
    fn of(address: Arc<str>, kept: Arc<Pattern>) -> Self {
        Self { address, open: None, kept }
    }

    async fn buys(&mut self, n: usize, planned: Instant) -> Answered {
        let (id, body) = self.kept.purchase(n);
        let request = format!(
            "POST /v1/events HTTP/1.1\r\nHost: e\r\nContent-Type: text/plain\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let sent = Instant::now();
        let verdict = self.exchange(request.as_bytes()).await.unwrap_or(Verdict::Odd);
        Answered { id, verdict, took: sent.elapsed(), late: sent.duration_since(planned) }
    }

    async fn exchange(&mut self, request: &[u8]) -> std::io::Result<Verdict> {
        let (mut stream, requests) = match self.open.take() {
            Some((stream, requests)) if requests < REQUESTS => (stream, requests),
            Some(_) | None => {
                let stream = TcpStream::connect(&*self.address).await?;
                stream.set_nodelay(true)?;
                (stream, 0)
            }
        };
        stream.write_all(request).await?;
        let answer = answer(&mut stream).await?;
        let text = answer.to_ascii_lowercase();
        let verdict = match text.get(9..12) {
            Some("202") => Verdict::Accepted,
            Some("429" | "503") if text.contains("\r\nretry-after: ") => Verdict::ComeLater,
            Some(_) | None => Verdict::Odd,
        };
        if !text.contains("\r\nconnection: close") {
            self.open = Some((stream, requests + 1));
        }
        Ok(verdict)
    }
}

/// Its head, once its body has come too.
async fn answer(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut answer = Vec::with_capacity(1024);
    loop {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&answer[..end + 2]).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse().ok())?
        });
        if answer.len() >= end + 4 + length.unwrap_or(0) {
            return Ok(head);
        }
    }
}
