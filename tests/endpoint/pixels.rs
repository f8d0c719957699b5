//! A shop with several pixels of ours: counted once, told apart, and told of.

use std::path::Path;
use std::sync::Arc;

use assent_endpoint::calendar::Days;
use assent_endpoint::config::{Config, Secrets, Shop};
use assent_endpoint::pixel::ShopPixel;
use assent_endpoint::store::read::{PixelSeen, Reader};
use assent_endpoint::store::{Arrived, Lives, Store};
use assent_gate::beacon::Client;
use assent_gate::time::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, purchase};
use crate::support::server::{PIXEL, SHOP, Server, World};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const START: Timestamp = Timestamp(1_772_442_000);

/// Posts an event as a pixel of that kind would, and says how many were accepted and how many
/// known.
fn post(server: &Server, kind: &str, event: &Value) -> (Value, Value) {
    let mut body = beacon(None, std::slice::from_ref(event));
    body["client"] = json!({"version": "1.0.0", "kind": kind, "settings": hash("settings")});
    let answer = server.post(&body.to_string());
    assert_eq!(answer.status, 202, "{answer:?}");
    let counted = answer.json();
    (counted["accepted"].clone(), counted["duplicate"].clone())
}

fn report(world: &World, arguments: &[&str]) -> String {
    let output = world.run(&[&["report"], arguments].concat());
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// The lines that say where an event came from.
fn origins(world: &World, event: &Value) -> Vec<String> {
    let story = world.why(event["event_id"].as_str().expect("an id")).expect("it is known");
    let lines = story["history"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|line| line["what"].as_str());
    lines
        .filter_map(|what| what.split(": ").find(|part| part.contains("from ")).map(str::to_owned))
        .collect()
}

#[test]
fn two_pixels_of_a_shop_are_one_delivery_and_a_note() {
    let world = World::new();
    let server = world.serve();
    let (added, other) = (add_to_cart("sh-1"), add_to_cart("sh-2"));
    let one = (json!(1), json!(0));
    let known = (json!(0), json!(1));
    assert_eq!(post(&server, "custom", &added), one);
    assert_eq!(post(&server, "app", &added), known);
    world.end(added["event_id"].as_str().expect("an id"));
    // However often each of them comes again, and after its end.
    for kind in ["app", "custom", "npm", "app", "npm", "jane@example.com"] {
        assert_eq!(post(&server, kind, &added), known, "{kind}");
    }
    assert_eq!(
        origins(&world, &added),
        [
            "accepted from the custom pixel",
            "from the app extension",
            "from a pixel of the shop's own"
        ]
    );
    assert_eq!(post(&server, "app", &other), one);
    world.end(other["event_id"].as_str().expect("an id"));
    assert_eq!(origins(&world, &other), ["accepted from the app extension"]);
    assert_eq!(world.tiktok.counted().len(), 2);
    assert_eq!(world.tiktok.received().len(), 2, "each was sent once");

    let text = report(&world, &[]);
    let (table, note) = text.trim_end().split_once("\n\n").expect("a note");
    assert!(table.starts_with("day") && !note.contains('\n'), "{text}");
    for said in [
        SHOP,
        "the custom pixel (last seen 2",
        "the app extension",
        "the shop's own",
        "extension/README.md",
    ] {
        assert!(note.contains(said), "{said} is not in: {note}");
    }
    let all: Value =
        serde_json::from_str(&report(&world, &["--format", "json"])).expect("one JSON document");
    let [noted] = all["notes"].as_array().expect("a list").as_slice() else {
        panic!("one note: {all:#}")
    };
    assert_eq!((&noted["shop"], noted["note"].as_str()), (&json!(SHOP), Some(note)));
    let kinds =
        noted["pixels"].as_array().expect("a list").iter().map(|pixel| pixel["kind"].as_str());
    let mut kinds: Vec<_> = kinds.collect();
    kinds.sort_unstable(); // all of them may be of one second
    assert_eq!(kinds, [Some("app"), Some("custom"), Some("npm")]);
    let first = &noted["pixels"][0];
    assert_eq!(
        (&first["version"], &first["settings"]),
        (&json!("1.0.0"), &json!(hash("settings")))
    );

    assert_eq!(
        report(&world, &["--to", "2020-01-01"]).trim_end(),
        "nothing was accepted in that time"
    );
    assert_eq!(report(&world, &["--format", "csv"]).lines().count(), 2, "rows only");
}

#[test]
fn one_pixel_is_no_news_whatever_strangers_call_themselves() {
    let world = World::new();
    let server = world.serve();
    let (known, strange) = (purchase("t1"), add_to_cart("sh-1"));
    let mut bought = beacon(Some(&anchor("t1")), std::slice::from_ref(&known));
    bought["client"]["version"] = "call +12133734253".into();
    assert_eq!(server.post(&bought.to_string()).status, 202);
    for kind in ["", "Custom", "jane@example.com"] {
        post(&server, kind, &strange);
    }
    assert_eq!(origins(&world, &known), ["accepted from the custom pixel"]);
    assert_eq!(origins(&world, &strange), ["accepted from the browser"]);
    assert!(!report(&world, &[]).contains("\n\n"), "there is a note");
    let all: Value =
        serde_json::from_str(&report(&world, &["--format", "json"])).expect("one JSON document");
    assert_eq!(all["notes"], json!([]));
    for said in ["jane@example.com", "12133734253"] {
        assert!(!String::from_utf8_lossy(&world.store_bytes()).contains(said), "{said} was stored");
    }
}

/// A store whose time is the test's.
struct Bench {
    dir: TempDir,
    shop: Arc<Shop>,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let text = format!(
            "public_url = \"https://events.example.com\"\n[[shops]]\ndomain = \"{SHOP}\"\npixel_code = \"{PIXEL}\"\n\
             access_token_env = \"T\"\nconsent.cmp = \"shopify\""
        );
        let config =
            Config::parse(&text, Path::new(""), Secrets::Needed, &|_| Some("x".to_owned()))
                .expect("no fault");
        let (dir, shop) = (TempDir::new().expect("a directory"), config.shops[0].clone());
        let store = Store::open(&dir.path().join("assent.db"), [&shop.settings.shop], START)
            .expect("a store");
        Self { dir, shop, store }
    }

    /// A beacon that is a receipt alone.
    async fn receipt(&self, kind: &str, version: &str, now: Timestamp) {
        let client = Client { version: version.to_owned(), kind: kind.to_owned(), settings: None };
        let mut evidence = beacon(None, &[])["consent"].clone();
        evidence["evaluated_at"] = START.0.into();
        let arrived = Arrived {
            shop: self.shop.clone(),
            pixel: ShopPixel::of(&client),
            evidence: serde_json::from_value(evidence).expect("evidence"),
            checkout: None,
            cart: None,
            anchors: Vec::new(),
            visitors: Vec::new(),
            events: Vec::new(),
            user: None,
            page: None,
            ip: None,
            received_at: now,
        };
        self.store.accept(arrived).await.expect("it is stored");
    }

    async fn sweep(&self, now: Timestamp) {
        self.store.sweep(Lives { receipts_months: 36 }, now).await.expect("it is swept");
    }

    /// Kind, version, first and last time of those at work between two days.
    fn seen(&self, from: &str, to: &str) -> Vec<(String, String, i64, i64)> {
        let reader = Reader::open(&self.dir.path().join("assent.db")).expect("a store");
        let open = ["0000-00-00", "9999-99-99"];
        let day = |text: &str| (!open.contains(&text)).then(|| text.parse().expect("a day"));
        let days = Days::between(day(from), day(to));
        let seen = reader.pixels(days).expect("it can be read").into_iter();
        seen.map(|PixelSeen { kind, version, first_seen, last_seen, .. }| {
            (kind, version.unwrap_or_default(), first_seen - START.0, last_seen - START.0)
        })
        .collect()
    }

    fn all(&self) -> Vec<(String, String, i64, i64)> {
        self.seen("0000-00-00", "9999-99-99")
    }
}

fn pixel(kind: &str, version: &str, first: i64, last: i64) -> (String, String, i64, i64) {
    (kind.to_owned(), version.to_owned(), first, last)
}

#[tokio::test]
async fn when_a_pixel_was_last_seen_is_written_once_an_hour() {
    let bench = Bench::new();
    bench.receipt("custom", "1.0.0", START).await;
    bench.receipt("custom", "1.0.1", START.plus(HOUR - 1)).await;
    bench.receipt("app", "1.0.0", START.plus(HOUR - 1)).await;
    assert_eq!(
        bench.all(),
        [pixel("custom", "1.0.0", 0, 0), pixel("app", "1.0.0", HOUR - 1, HOUR - 1)]
    );
    bench.receipt("custom", "1.0.1", START.plus(HOUR)).await;
    assert_eq!(bench.all()[0], pixel("custom", "1.0.1", 0, HOUR));
}

#[tokio::test]
async fn a_pixel_that_sends_nothing_for_seven_days_is_forgotten() {
    let bench = Bench::new();
    bench.receipt("custom", "1.0.0", START).await;
    bench.receipt("app", "1.0.0", START.plus(DAY)).await;
    bench.sweep(START.plus(7 * DAY)).await;
    assert_eq!(bench.all().len(), 2);
    bench.sweep(START.plus(7 * DAY + 1)).await;
    assert_eq!(bench.all(), [pixel("app", "1.0.0", DAY, DAY)]);
}

/// START is on 2026-03-02.
#[tokio::test]
async fn a_report_of_some_days_tells_of_the_pixels_of_those_days() {
    let bench = Bench::new();
    bench.receipt("custom", "1.0.0", START).await;
    bench.receipt("custom", "1.0.0", START.plus(DAY)).await;
    bench.receipt("app", "1.0.0", START.plus(2 * DAY)).await;
    for (from, to, kinds) in [
        ("2026-02-01", "2026-03-01", &[][..]),
        ("2026-03-02", "2026-03-02", &["custom"]),
        ("2026-03-03", "2026-03-04", &["custom", "app"]),
        ("2026-03-04", "9999-99-99", &["app"]),
        ("2026-03-05", "9999-99-99", &[]),
    ] {
        let seen: Vec<_> = bench.seen(from, to).into_iter().map(|(kind, ..)| kind).collect();
        assert_eq!(seen, kinds, "{from} to {to}");
    }
}
