use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use assent_gate::settings::ShopDomain;
use serde_json::{Value, json};

use super::*;
use crate::clock::Hand;
use crate::monitor::readiness::NotReady;
use crate::monitor::snapshot::{Look, Seen};
use crate::secret::Secret;
use crate::store::Store;
use crate::store::read::{DemandOnRecord, ShopQueue};

const SHOP: &str = "acme.myshopify.com";
/// 2026-03-02T09:00:00Z
const NOW: Timestamp = Timestamp(1_772_442_000);

/// A machine that takes alerts, or does not: every request as it came, and the status it is
/// answered with.
struct Collector {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
    status: Arc<Mutex<u16>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (requests, status) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(200)));
        let (heard, answer) = (requests.clone(), status.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                heard.lock().expect("nobody panics").push(read(&stream));
                let status = *answer.lock().expect("nobody panics");
                let said = format!(
                    "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
                let _ = (&stream).write_all(said.as_bytes());
            }
        });
        Self { address, requests, status }
    }

    fn answer(&self, status: u16) {
        *self.status.lock().expect("nobody panics") = status;
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("nobody panics").clone()
    }

    fn alerts(&self) -> Vec<Value> {
        let posts = self
            .requests()
            .into_iter()
            .filter(|request| request.starts_with("POST /hook?key=s3cret "));
        let body = |post: String| post.split_once("\r\n\r\n").expect("a body").1.to_owned();
        posts.map(|post| serde_json::from_str(&body(post)).expect("JSON")).collect()
    }

    fn pings(&self) -> usize {
        self.requests().iter().filter(|request| request.starts_with("GET /ping ")).count()
    }
}

fn read(mut stream: &TcpStream) -> String {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut chunk).expect("a request");
        bytes.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.parse::<usize>().expect("a length"))
        });
        if n == 0 || body.len() >= length.unwrap_or(0) {
            return text;
        }
    }
}

struct Case {
    dir: tempfile::TempDir,
    collector: Collector,
    alerter: Alerter,
    clock: Clock,
    hand: Hand,
}

impl Case {
    fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::TempDir::new().expect("a directory");
        let path = dir.path().join("assent.db");
        let shop: ShopDomain = SHOP.parse().expect("a shop");
        let store = Store::open(&path, [&shop], NOW).expect("a store");
        let (clock, hand) = Clock::by_hand(NOW);
        let collector = Collector::start();
        let address = |path: &str| Secret::new(&format!("http://{}{path}", collector.address));
        let post = Post::new(address("/hook?key=s3cret"), address("/ping")).expect("a client");
        let monitor = Monitor::new(&store, path, [&shop], []);
        let alerter = Alerter::new(monitor, clock.clone(), post);
        Self { dir, collector, alerter, clock, hand }
    }

    async fn see(&mut self, seen: &Seen) {
        self.look(&Ok(seen.clone()), &Ok(())).await;
    }

    async fn look(&mut self, look: &Look, ready: &Result<(), NotReady>) {
        let now = self.clock.now();
        let standing = standing(look, ready, &self.alerter.told, now);
        self.alerter.step(standing, None, now).await;
    }
}

fn stopped() -> Seen {
    let queue =
        ShopQueue { due: 12, held: 1, oldest_due: Some(NOW), first_lost: Some(NOW.plus(3600)) };
    Seen {
        queues: [(SHOP.to_owned(), queue)].into(),
        paused: [(
            SHOP.to_owned(),
            "the shop's sends are paused: the token has expired".to_owned(),
        )]
        .into(),
        demands: Vec::new(),
        ..Seen::default()
    }
}

fn due(id: i64, due_at: Timestamp) -> Seen {
    let demand = DemandOnRecord {
        id,
        shop: SHOP.to_owned(),
        topic: "customers/data_request".to_owned(),
        request: Some("9999".to_owned()),
        received_at: NOW.0,
        due_at: due_at.0,
        done_at: None,
        outcome: None,
    };
    Seen { demands: vec![demand], ..Seen::default() }
}

#[tokio::test]
async fn a_shop_that_stops_and_goes_on_is_told_once_each() {
    let mut case = Case::new();
    for seen in [Seen::default(), stopped(), stopped(), Seen::default(), Seen::default()] {
        case.see(&seen).await;
        case.hand.forward(10);
    }
    let alerts = case.collector.alerts();
    assert_eq!(alerts.len(), 2, "{alerts:#?}");
    let text = alerts[0]["text"].as_str().expect("a sentence").to_owned();
    assert_eq!(
        alerts[0],
        json!({
            "alert": "shop_stopped", "at": "2026-03-02T09:00:10Z", "shop": SHOP,
            "why": "the shop's sends are paused: the token has expired", "waiting": 12,
            "first_lost_at": "2026-03-02T10:00:00Z", "text": text,
        })
    );
    for part in [SHOP, "12 events wait", "2026-03-02T10:00:00Z", "token has expired"] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!((&alerts[1]["alert"], &alerts[1]["shop"]), (&json!("shop_goes_on"), &json!(SHOP)));
}

#[tokio::test]
async fn a_store_that_cannot_be_written_is_told_and_a_stop_is_not() {
    let mut case = Case::new();
    let full = Err(NotReady::CannotCommit("database or disk is full".to_owned()));
    // What cannot be read meanwhile has not changed: the shop is neither told again nor said to go on.
    case.see(&stopped()).await;
    case.look(&Err("disk I/O error".to_owned()), &full).await;
    case.look(&Ok(stopped()), &Ok(())).await;
    case.look(&Ok(stopped()), &Err(NotReady::Stopping)).await;
    let told: Vec<Value> =
        case.collector.alerts().iter().map(|alert| alert["alert"].clone()).collect();
    assert_eq!(told, ["shop_stopped", "store_not_writable", "store_writable"]);
    let why = case.collector.alerts()[1]["why"].as_str().expect("why").to_owned();
    assert!(why.contains("database or disk is full"), "{why}");
}

#[tokio::test]
async fn a_demand_is_told_a_week_before_its_date_and_when_that_has_passed() {
    let mut case = Case::new();
    let date = NOW.plus(30 * 86400);
    for (day, told) in [(0, 0), (22, 0), (24, 1), (25, 1), (30, 1), (31, 2), (40, 2)] {
        let ahead = NOW.plus(day * 86400).since(case.clock.now());
        case.hand.forward(ahead);
        case.see(&due(1, date)).await;
        assert_eq!(case.collector.alerts().len(), told, "on day {day}");
    }
    case.see(&Seen::default()).await;
    let alerts = case.collector.alerts();
    let words: Vec<_> =
        alerts.iter().map(|alert| alert["alert"].as_str().expect("a word")).collect();
    assert_eq!(words, ["demand_near", "demand_overdue"]);
    assert_eq!(alerts[0]["due_at"], "2026-04-01T09:00:00Z");
    assert_eq!(alerts[0]["topic"], "customers/data_request");
}

#[tokio::test]
async fn a_ping_is_sent_every_minute_while_all_is_well_and_not_else() {
    let mut case = Case::new();
    for (seconds, pings) in [(0, 1), (10, 1), (50, 2), (59, 2), (1, 3)] {
        case.hand.forward(seconds);
        case.see(&Seen::default()).await;
        assert_eq!(case.collector.pings(), pings);
    }
    case.hand.forward(600);
    case.see(&stopped()).await;
    assert_eq!(case.collector.pings(), 3, "all is not well");
    case.see(&Seen::default()).await;
    assert_eq!(case.collector.pings(), 4);
    // A clock that is set back does not silence it.
    case.hand.forward(-86400);
    case.see(&Seen::default()).await;
    assert_eq!(case.collector.pings(), 5);
}

/// Looked at as the server does: a store at ease, and a test write before each ping.
#[tokio::test]
async fn a_round_of_a_store_at_ease_pings_and_tells_nothing() {
    let mut case = Case::new();
    case.alerter.round().await;
    assert_eq!((case.collector.pings(), case.collector.alerts().len()), (1, 0));
}

/// The writer's queue was full, or a commit took its time: nothing has failed.
#[tokio::test]
async fn a_test_that_had_no_room_is_no_alarm_and_no_ping() {
    let mut case = Case::new();
    let busy = NotReady::CannotCommit("the store has too much to write at once".to_owned());
    case.alerter.monitor.readiness.has_tested(Err(busy)).await;
    case.alerter.round().await;
    assert_eq!((case.collector.pings(), case.collector.alerts().len()), (0, 0));
    case.alerter.monitor.readiness.has_tested(Ok(())).await;
    case.alerter.round().await;
    assert_eq!((case.collector.pings(), case.collector.alerts().len()), (1, 0));
}

#[tokio::test]
async fn while_the_store_cannot_be_read_there_is_no_ping() {
    let mut case = Case::new();
    let file = case.dir.path().join("assent.db");
    std::fs::rename(&file, case.dir.path().join("away")).expect("it is there");
    case.alerter.round().await;
    assert_eq!((case.collector.pings(), case.collector.alerts().len()), (0, 0));
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again_later_each_time_and_then_given_up() {
    let mut case = Case::new();
    case.collector.answer(500);
    case.see(&stopped()).await;
    let mut tried_at = vec![0];
    for second in 1..=(3 * 3600) {
        case.hand.forward(1);
        let before = case.collector.requests().len();
        case.see(&stopped()).await;
        if case.collector.requests().len() > before {
            tried_at.push(second);
        }
    }
    let waits: Vec<i64> = tried_at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]);
    case.collector.answer(200);
    case.see(&Seen::default()).await;
    let told = case.collector.alerts().last().expect("an alert")["alert"].clone();
    assert_eq!(told, "shop_goes_on", "the next is not kept from being told");
    let text = case.alerter.monitor.text(NOW).await;
    assert!(text.contains("assent_alerts_total{outcome=\"given_up\"} 1"), "{text}");
    assert!(text.contains("assent_alerts_total{outcome=\"taken\"} 1"), "{text}");
}

#[tokio::test]
async fn no_more_wait_than_there_is_room_for() {
    let mut case = Case::new();
    case.collector.answer(503);
    for _ in 0..200 {
        case.see(&stopped()).await;
        case.see(&Seen::default()).await;
    }
    assert_eq!(case.alerter.waiting.len(), MOST);
}

/// The addresses are keys to somebody's door.
#[tokio::test]
async fn an_address_is_printed_nowhere() {
    let case = Case::new();
    assert!(!format!("{:?}", case.alerter).contains("s3cret"));
    let nobody = Post::new(Secret::new("http://127.0.0.1:1/s3cret"), None).expect("a client");
    let error = nobody.send(b"{}").await.expect_err("nobody listens");
    assert_eq!(error.to_string(), "no connection could be made");
}
