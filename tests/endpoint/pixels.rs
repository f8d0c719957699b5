//! A shop with several pixels of ours: counted once, told apart, and told of.

use std::path::Path;
use std::sync::Arc;

use assent_endpoint::calendar::Days;
use assent_endpoint::config::{Config, Secrets, Shop};
use assent_endpoint::pixel::ShopPixel;
use assent_endpoint::store::read::{PixelSeen, Reader};
use assent_endpoint::store::{Arrived, Lives, Store};
use assent_endpoint::zone::Zones;
use assent_gate::beacon::Client;
use assent_gate::time::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, purchase};
use crate::support::place::Place;
use crate::support::server::{PIXEL, SHOP, Server, World};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// The release that is tested.
const VERSION: &str = env!("CARGO_PKG_VERSION");
const START: Timestamp = Timestamp(1_772_442_000);

/// Posts an event as a pixel of that kind would, and says how many were accepted and how many
/// known.
fn post(server: &Server, kind: &str, event: &Value) -> (Value, Value) {
    post_as(server, json!({"version": VERSION, "kind": kind, "settings": null}), event)
}

fn post_as(server: &Server, client: Value, event: &Value) -> (Value, Value) {
    let mut body = beacon(None, std::slice::from_ref(event));
    body["client"] = client;
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
    let [_, table, note] = *text.trim_end().split("\n\n").collect::<Vec<_>>() else {
        panic!("the two numbers, a table and a note: {text}")
    };
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
    assert_eq!((&first["version"], &first["settings"]), (&json!(VERSION), &json!(null)));

    let before = report(&world, &["--to", "2020-01-01"]);
    assert!(before.trim_end().ends_with("\n\nnothing was accepted in that time"), "{before}");
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
    assert_eq!(report(&world, &[]).matches("\n\n").count(), 1, "there is a note");
    let all: Value =
        serde_json::from_str(&report(&world, &["--format", "json"])).expect("one JSON document");
    assert_eq!(all["notes"], json!([]));
    for said in ["jane@example.com", "12133734253"] {
        assert!(!String::from_utf8_lossy(&world.store_bytes()).contains(said), "{said} was stored");
    }
}

/// The notes of `report`, each with the kinds of the pixels that it is about.
fn notes(world: &World) -> Vec<(String, Vec<String>)> {
    let all: Value =
        serde_json::from_str(&report(world, &["--format", "json"])).expect("one JSON document");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let kinds = |note: &Value| {
        let pixels = note["pixels"].as_array().expect("a list").iter();
        pixels.map(|pixel| text(&pixel["kind"])).collect()
    };
    let notes = all["notes"].as_array().expect("a list").iter();
    notes.map(|note| (text(&note["note"]), kinds(note))).collect()
}

/// What `JSON.stringify` makes in a browser of the settings that `assent snippet` prints for the
/// world's shop with two custom events, whose names JavaScript puts into this order.
const STRINGIFIED: &str = concat!(
    r#"{"shop":"acme.myshopify.com","pixelCode":"C4EXAMPLE0000000000","#,
    r#""endpoint":"https://events.example.com","#,
    r#""pixelScript":"https://analytics.tiktok.com/i18n/pixel/events.js","#,
    r#""cmp":"shopify","storefronts":["shop.acme.example"],"#,
    r#""customEvents":{"9":{"event":"Subscribe","to":["server"]},"#,
    r#""10":{"event":"Contact","to":["server"]}}}"#,
);
const CUSTOM_EVENTS: &str = "[shops.custom_events]\n\
     10 = { event = \"Contact\", to = [\"server\"] }\n\
     9 = { event = \"Subscribe\", to = [\"server\"] }";

#[test]
fn a_custom_pixel_as_it_is_printed_now_is_no_news() {
    let world = World::with(CUSTOM_EVENTS);
    let server = world.serve();
    let client = |kind: &str, version: &str, settings: &str| json!({"version": version, "kind": kind, "settings": hash(settings)});
    post_as(&server, client("custom", VERSION, STRINGIFIED), &add_to_cart("sh-1"));
    assert_eq!(notes(&world), []);
    // The extension's settings are put together from its fields, and a developer's own pixel is
    // built when it suits them: both are noted as a second pixel, not as an old one.
    post_as(&server, client("app", "0.0.1", "else"), &add_to_cart("sh-2"));
    post_as(&server, client("npm", "0.0.1", "else"), &add_to_cart("sh-3"));
    let all = notes(&world);
    assert_eq!(all.len(), 1, "{all:#?}");
    assert!(all[0].0.contains("more than one pixel"), "{all:#?}");
}

#[test]
fn a_custom_pixel_of_another_release_or_with_other_settings_is_noted_with_what_to_do() {
    let other_version = "is version 999.0.0, and this is ";
    let other_settings = "settings are not those of assent.toml";
    for (version, settings, said, not_said) in [
        ("999.0.0", STRINGIFIED, vec![other_version], vec![other_settings]),
        (VERSION, "{}", vec![other_settings], vec!["version"]),
        ("999.0.0", "{}", vec![other_version, other_settings], vec![]),
    ] {
        let world = World::with(CUSTOM_EVENTS);
        let server = world.serve();
        let client = json!({"version": version, "kind": "custom", "settings": hash(settings)});
        post_as(&server, client, &add_to_cart("sh-1"));
        let all = notes(&world);
        let [(note, kinds)] = all.as_slice() else { panic!("one note: {all:#?}") };
        assert_eq!(kinds, &["custom"]);
        assert!(note.contains("assent snippet --shop acme.myshopify.com"), "{note}");
        for part in said {
            assert!(note.contains(part), "{part} is not in: {note}");
        }
        for part in not_said {
            assert!(!note.contains(part), "{part} is in: {note}");
        }
        // The table's last paragraph is the note; another time knows nothing of it.
        assert!(report(&world, &[]).trim_end().ends_with(note), "{note}");
        let before = report(&world, &["--to", "2020-01-01"]);
        assert!(before.trim_end().ends_with("\n\nnothing was accepted in that time"), "{before}");
    }
}

/// The store may hold more shops than the configuration does now.
#[test]
fn a_pixel_of_a_shop_that_is_no_longer_configured_is_not_compared() {
    let world = World::new();
    let server = world.serve();
    let client = json!({"version": "999.0.0", "kind": "custom", "settings": null});
    post_as(&server, client, &add_to_cart("sh-1"));
    assert_eq!(notes(&world).len(), 1);
    let config = std::fs::read_to_string(world.config()).expect("a file");
    let elsewhere = config.replace(SHOP, "other.myshopify.com");
    std::fs::write(world.config(), elsewhere).expect("a file");
    assert_eq!(notes(&world), []);
}

/// A store whose time is the test's.
struct Bench {
    dir: TempDir,
    place: Place,
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
        let place = Place::new();
        let store = Store::open(place.in_folder(dir.path()), [&shop.settings.shop], START)
            .expect("a store");
        Self { dir, place, shop, store }
    }

    /// A beacon that is a receipt alone.
    async fn receipt(&self, kind: &str, version: &str, now: Timestamp) {
        let client = Client { version: version.into(), kind: kind.into(), settings: None };
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
            sent_at: now,
            received_at: now,
        };
        self.store.accept(arrived).await.expect("it is stored");
    }

    async fn sweep(&self, now: Timestamp) {
        self.store
            .sweep(Lives { receipts_months: 36, zones: Zones::UTC }, now)
            .await
            .expect("it is swept");
    }

    /// Kind, version, first and last time of those at work between two days.
    fn seen(&self, from: &str, to: &str) -> Vec<(String, String, i64, i64)> {
        let reader = Reader::open(self.place.in_folder(self.dir.path())).expect("a store");
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
async fn when_a_pixel_was_last_seen_is_written_once_an_hour_and_at_once_where_it_is_another() {
    let bench = Bench::new();
    bench.receipt("custom", "1.0.0", START).await;
    bench.receipt("custom", "1.0.0", START.plus(HOUR - 1)).await;
    bench.receipt("app", "1.0.0", START.plus(HOUR - 1)).await;
    assert_eq!(
        bench.all(),
        [pixel("custom", "1.0.0", 0, 0), pixel("app", "1.0.0", HOUR - 1, HOUR - 1)]
    );
    bench.receipt("custom", "1.0.0", START.plus(HOUR)).await;
    assert_eq!(bench.all()[0], pixel("custom", "1.0.0", 0, HOUR));
    // Somebody has pasted the code of an upgrade, and wants to see that it is there.
    bench.receipt("custom", "1.0.1", START.plus(HOUR + 1)).await;
    assert_eq!(bench.all()[0], pixel("custom", "1.0.1", 0, HOUR + 1));
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
