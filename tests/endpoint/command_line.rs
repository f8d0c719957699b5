//! The command line: one JSON document on stdout, messages on stderr, exit 0, 1 or 2.

use std::path::Path;
use std::process::{Command, Output};

use assent_endpoint::config::{Config, Secrets};
use assent_endpoint::rules::policy::{
    Confirm, ConfirmOn, PurchasePolicy, ReportedKinds, Unconfirmed,
};
use assent_gate::order::Money;
use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, anchor, beacon, purchase};
use crate::support::server::{SHOP, World};

pub(crate) fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("text")
}

pub(crate) fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("text")
}

/// The example of docs/contract.md#ids.
#[test]
fn event_id_needs_no_configuration_and_prints_the_ids_of_the_contract() {
    for (event, flag, of, expected) in [
        (
            "Purchase",
            "--checkout-token",
            "3f9a1c0b7d2e4f60a1b2c3d4e5f60718",
            "1163b6cc081573da020c41e1cba14d48\n",
        ),
        (
            "InitiateCheckout",
            "--checkout-token",
            "3f9a1c0b7d2e4f60a1b2c3d4e5f60718",
            "b6aceda9e54b686b389dec2467549d0e\n",
        ),
        (
            "AddToCart",
            "--event-id",
            "sh-5a8f3c1e-0D2B-4C7A-9E1F-6B3A2C1D0E9F",
            "795c1d4692b452189ebc29e0b9d8572a\n",
        ),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
        let output = command
            .args(["event-id", "--shop", SHOP, "--event", event, flag, of])
            .output()
            .expect("it runs");
        assert_eq!((output.status.code(), stdout(&output)), (Some(0), expected));
    }
}

#[test]
fn licenses_prints_whose_work_is_in_the_binary_without_a_configuration() {
    let nowhere = ["licenses", "--config", "nowhere/assent.toml"];
    let output = Command::new(env!("CARGO_BIN_EXE_assent")).args(nowhere).output();
    let output = output.expect("it runs");
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    // Of the endpoint, of what it embeds for the browser, of the language, and ours.
    for name in ["tokio ", "ring ", "libsqlite3-sys ", "wasm-bindgen ", "standard library"] {
        assert!(stdout(&output).contains(name), "{name}");
    }
    assert!(stdout(&output).starts_with("MIT License"), "our own comes first");
}

#[test]
fn misuse_exits_2() {
    let world = World::new();
    for arguments in [
        &["event-id", "--shop", SHOP, "--event", "Purchase"][..],
        &["event-id", "--shop", "acme", "--event", "Purchase", "--event-id", "x"],
        &[
            "event-id",
            "--shop",
            SHOP,
            "--event",
            "Purchase",
            "--event-id",
            "x",
            "--checkout-token",
            "y",
        ],
        &["snippet"],
        &["snippet", "--hosted"],
        &["extension"],
        &["extension", "settings"],
        &["report", "--from", "yesterday"],
        &["report", "--format", "pdf"],
        &["nonesuch"],
    ] {
        let output = world.run(arguments);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn a_shop_that_must_be_named_and_is_not_is_misuse() {
    let world = World::new();
    let one = std::fs::read_to_string(world.config()).expect("a file");
    let (_, shop) = one.split_once("[[shops]]").expect("a shop");
    let second = shop.replace(SHOP, "second.myshopify.com");
    std::fs::write(world.config(), format!("{one}[[shops]]{second}")).expect("a file");
    let output = world.run(&["map", "--event", "event.json", "--json"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""));
    assert!(
        stderr(&output)
            .contains("--shop is needed, one of acme.myshopify.com, second.myshopify.com")
    );
}

#[test]
fn a_faulty_configuration_names_every_fault_at_once() {
    let world = World::new();
    let text = r#"
listen = "nonsense"
public_url = "https://shop.acme.example.events.example"
store = "postgres://localhost/assent"
publik_url = "x"
[tiktok]
api_base = "http://business-api.tiktok.com"
[[shops]]
domain = "acme.myshopify.com"
storefronts = ["shop.acme.example"]
pixel_code = "C4EXAMPLE0000000000"
access_token_env = "NOT_SET_ANYWHERE"
url_paths = ["/apps/quiz", "/", "/apps/x?y", "/../x", "/de/Checkouts", "/gift_cards"]
colour = "red"
[shops.purchase]
hold_seconds = 271
confirm = "webhook"
[shops.events]
Pageview = ["browser", "server"]
[shops.custom_events]
bought = { event = "Purchase", to = ["server"] }
"#;
    std::fs::write(world.config(), text).expect("a file");
    let output = world.run(&["serve"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""));
    let said = stderr(&output);
    for fault in [
        "listen",
        "public_url begins with",
        "postgres://USER@HOST/DATABASE",
        "publik_url",
        "api_base",
        "NOT_SET_ANYWHERE",
        "url_paths: `/` is no path",
        "url_paths: `/apps/x?y` is no path",
        "url_paths: `/../x` is no path",
        "url_paths: `/de/Checkouts`: what is below `Checkouts`",
        "url_paths: `/gift_cards`: what is below `gift_cards`",
        "colour",
        "hold_seconds",
        "webhook_secret_envs",
        "Pageview",
        "custom_events.bought",
        "consent.cmp",
    ] {
        assert!(said.contains(fault), "{fault} is not named in:\n{said}");
    }
    assert!(said.contains("17 faults"), "{said}");
}

/// By `missing` a shop states that one tool tells Shopify what shoppers choose.
#[test]
fn missing_without_what_it_needs_is_a_fault_that_says_why() {
    for (consent, is_fault) in [
        ("consent.cmp = \"onetrust\"\nconsent.missing = \"shopify\"", true),
        (
            "consent.cmp = \"auto\"\nconsent.undecided = \"shopify\"\nconsent.missing = \"shopify\"",
            true,
        ),
        (
            "consent.cmp = \"bridge\"\nconsent.undecided = \"shopify\"\nconsent.missing = \"shopify\"",
            true,
        ),
        (
            "consent.cmp = \"onetrust\"\nconsent.undecided = \"shopify\"\nconsent.missing = \"shopify\"",
            false,
        ),
    ] {
        let output = World::with(consent).run(&["webhooks"]);
        let said = stderr(&output);
        assert_eq!(
            said.contains("tells Shopify what shoppers choose"),
            is_fault,
            "{consent}: {said}"
        );
    }
    let said = stderr(&World::with("consent.held = \"keep\"").run(&["webhooks"])).to_owned();
    assert!(said.contains("consent.held: `keep` is none of release, forget"), "{said}");
}

/// What is missing, or another fault beside it, hides none of the others.
#[test]
fn what_is_missing_ends_no_reading() {
    let world = World::new();
    let text = r#"
public_url = "https://events.example.com"
publik_url = "x"
[tls]
cert = "cert.pem"
[[shops]]
domain = "acme.myshopify.com"
pixel_code = "C4EXAMPLE0000000000"
access_token_env = "ACME_TIKTOK_TOKEN"
consent.cmp = "shopify"
[shops.custom_events]
joined = { event = "Subscribe" }
asked = { to = ["server"] }
[[shops]]
domain = "ACME.myshopify.com"
"#;
    std::fs::write(world.config(), text).expect("a file");
    let said = stderr(&world.run(&["serve"])).to_owned();
    let faults = [
        "publik_url",
        "tls.key",
        "custom_events.joined",
        "custom_events.asked",
        "stands there twice",
        "pixel_code",
    ];
    for fault in faults {
        assert!(said.contains(fault), "{fault} is not named in:\n{said}");
    }
    // Nor does a value of another type; that it is missing now is not said as well.
    std::fs::write(world.config(), text.replace("cert = \"cert.pem\"", "cert = 7"))
        .expect("a file");
    let said = stderr(&world.run(&["serve"])).to_owned();
    for fault in faults.into_iter().chain(["assent.toml:5:8: tls.cert: text, in quotes is"]) {
        assert!(said.contains(fault), "{fault} is not named in:\n{said}");
    }
    assert!(!said.contains("tls.cert: missing"), "{said}");
}

#[test]
fn a_secret_in_the_wrong_place_is_not_printed() {
    const SECRET: &str = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
    let world = World::new();
    let good = std::fs::read_to_string(world.config()).expect("a file");
    let token = "access_token_env = \"ACME_TIKTOK_TOKEN\"";
    let line = 1 + good.lines().position(|line| line == token).expect("it is there");
    let at = |line: usize, rest: &str| format!("assent.toml:{line}:{rest}");
    let says = |text: &str| text.to_owned();
    for (instead, said) in [
        (format!("access_token_env = \"{SECRET}\""), says("the *name* of an environment variable")),
        (
            format!("{token}\nwebhook_secret_envs = [\"shpss_{SECRET}\"]"),
            says("webhook_secret_envs: the *name*"),
        ),
        (format!("access_token_file = \"{SECRET}\""), says("access_token_file")),
        (format!("access_token_env = \"{SECRET}"), at(line, "")),
        (
            format!("access_token_env = {SECRET}"),
            at(line, "21: text needs quotes: access_token_env"),
        ),
        (
            format!("access_token_env = x{SECRET}"),
            at(line, "20: text needs quotes: access_token_env"),
        ),
        (
            format!("{token}\nwebhook_secret_envs = \"{SECRET}, expected\""),
            at(line + 1, "23: shops.0.webhook_secret_envs: a list, in [ ] is"),
        ),
    ] {
        std::fs::write(world.config(), good.replace(token, &instead)).expect("a file");
        let output = world.run(&["serve"]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""), "{instead}");
        assert!(stderr(&output).contains(&said), "{instead}: {}", stderr(&output));
        assert!(!stderr(&output).contains(SECRET), "{instead}: {}", stderr(&output));
    }
    // A name is repeated: that is how the missing one is found.
    std::fs::write(world.config(), good.replace("ACME_TIKTOK_TOKEN", "NOT_SET_ANYWHERE"))
        .expect("a file");
    assert!(stderr(&world.run(&["serve"])).contains("NOT_SET_ANYWHERE is not set"));
}

/// The example of docs/contract.md#configuration, word for word.
#[test]
fn the_example_of_the_contract_is_understood() {
    let page = include_str!("../../docs/contract.md");
    let (_, example) = page.split_once("\n## Configuration\n").expect("the heading is there");
    let (_, example) = example.split_once("\n```toml\n").expect("the example begins");
    let (text, _) = example.split_once("\n```\n").expect("the example ends");
    let config = Config::parse(text, Path::new("/etc/assent"), Secrets::Needed, &|name| {
        Some(format!("value of {name}, long enough for a token"))
    })
    .unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(
        config.store.file(),
        Some(Path::new("/etc/assent/assent.db")),
        "relative to the file"
    );
    let shop = &config.shops[0];
    let expected = PurchasePolicy {
        confirm: Confirm::Webhook,
        confirm_on: ConfirmOn::Created,
        hold_seconds: 240,
        unconfirmed: Unconfirmed::Send,
        money: Money::Presentment,
        report: ReportedKinds { test: false, pos: false, draft: false, renewals: false },
    };
    assert_eq!((shop.purchase, shop.webhook_secrets.len()), (expected, 1));
    assert!(!format!("{config:?}").contains("value of"), "a secret can be printed");
}

/// The closed lists of docs/contract.md#closed-lists.
#[test]
fn the_closed_lists_of_the_contract_are_those_of_the_code() {
    use assent_endpoint::rules::debt::End;
    use assent_gate::consent::Source;
    use assent_gate::refusal::Refusal;

    let page = include_str!("../../docs/contract.md");
    let part = |heading: &str| {
        let (_, part) =
            page.split_once(&format!("\n### {heading}\n")).expect("the heading is there");
        part.split("\n### ").next().expect("a part has a beginning")
    };
    let first_column = |heading: &str| -> Vec<&str> {
        let rows =
            part(heading).lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        rows.map(|(name, _)| name).collect()
    };
    let ends: Vec<_> = End::ALL.iter().map(|end| end.name()).collect();
    assert_eq!(first_column("Ends"), ends);
    let (mut told, mut refusals) =
        (first_column("Refusals"), Refusal::ALL.map(Refusal::reason).to_vec());
    told.sort_unstable();
    refusals.sort_unstable();
    assert_eq!(told, refusals);
    let row = part("Sources").lines().find(|line| line.starts_with("| can say yes |"));
    let sources: Vec<_> = row.expect("the row is there").split('`').skip(1).step_by(2).collect();
    assert_eq!(sources, Source::CMPS);
}

#[test]
fn map_shows_both_copies_and_sends_nothing() {
    let world = World::new();
    let event = json!({
        "id": "sh-5a8f3c1e-0D2B-4C7A-9E1F-6B3A2C1D0E9F", "name": "product_added_to_cart", "type": "standard",
        "timestamp": "2026-03-02T09:00:00.000Z",
        "context": {"document": {"location": {"href": "https://shop.acme.example/products/ribbon?utm_source=x&key=y#z"},
            "referrer": "https://search.example/?q=private"}},
        "data": {"cartLine": {"quantity": 2, "cost": {"totalAmount": {"amount": 30.5, "currencyCode": "EUR"}},
            "merchandise": {"id": "43729076", "price": {"amount": 15.25, "currencyCode": "EUR"},
                "product": {"id": "632910392", "title": "Ribbon"}}}},
    });
    let file = world.dir.path().join("event.json");
    std::fs::write(&file, event.to_string()).expect("a file");
    let output =
        world.run(&["map", "--event", file.to_str().expect("a path"), "--shop", SHOP, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let mapped: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(mapped["event_id"], "795c1d4692b452189ebc29e0b9d8572a");
    assert_eq!(mapped["browser"]["name"], "AddToCart");
    assert_eq!(mapped["browser"]["options"]["event_id"], mapped["event_id"]);
    let server = &mapped["server"];
    assert_eq!((&server["event"], &server["event_id"]), (&json!("AddToCart"), &mapped["event_id"]));
    assert_eq!(server["event_time"], 1_772_442_000);
    assert_eq!(server["page"]["url"], "https://shop.acme.example/products/ribbon?utm_source=x");
    assert_eq!(server["page"]["referrer"], "https://search.example/");
    assert_eq!(server["properties"]["contents"][0]["content_id"], "43729076");
    assert_eq!(world.tiktok.received().len(), 0);

    std::fs::write(&file, r#"{"name":"cart_viewed"}"#).expect("a file");
    assert_eq!(
        world.run(&["map", "--event", file.to_str().expect("a path")]).status.code(),
        Some(1)
    );
}

/// tests/vectors/addresses.json, by the command: as the page and, of the shop's own, as the referrer.
#[test]
fn map_tells_of_an_address_what_is_known_to_be_public() {
    let vectors = include_str!("../vectors/addresses.json");
    let rows: Vec<Value> = serde_json::from_str(vectors).expect("the vectors are JSON");
    let world = World::with("url_parameters = [\"campaign\"]\nurl_paths = [\"/apps/quiz/\"]");
    let file = world.dir.path().join("event.json");
    // Each row is a run of the binary: of the queries and of every fifth path.
    let of_command =
        |(at, row): &(usize, &Value)| at % 5 == 0 || row["url"].to_string().contains('?');
    for (_, row) in rows.iter().enumerate().filter(of_command) {
        let event = json!({
            "id": "sh-1", "name": "product_added_to_cart", "type": "standard",
            "timestamp": "2026-11-20T10:00:00.000Z", "data": {"cartLine": null},
            "context": {"document": {"location": {"href": row["url"]}, "referrer": row["url"]}},
        });
        std::fs::write(&file, event.to_string()).expect("a file");
        let output = world.run(&["map", "--event", file.to_str().expect("a path"), "--json"]);
        let mapped: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        let page = &mapped["server"]["page"];
        assert_eq!(page["url"], row["told"], "{row}");
        if row["told"].as_str().is_some_and(|told| told.starts_with("https://shop.acme.example")) {
            assert_eq!(page["referrer"], row["told"], "{row}");
        }
        assert_eq!(mapped["server"]["user"].get("ttclid"), None, "a dry run knows no click: {row}");
    }
}

#[test]
fn why_and_report_tell_the_same_story_while_the_server_runs() {
    let world = World::new();
    assert_eq!(world.run(&["why", "x"]).status.code(), Some(1), "no store yet");
    let server = world.serve();
    let (bought, added) = (purchase("t1"), add_to_cart("sh-1"));
    server.post(&beacon(Some(&anchor("t1")), &[bought.clone(), added.clone()]).to_string());
    let id = bought["event_id"].as_str().expect("an id");
    world.end(id);
    world.end(added["event_id"].as_str().expect("an id"));

    for order in ["450789469", "gid://shopify/Order/450789469", id] {
        let story = world.why(order).unwrap_or_else(|| panic!("{order} is not known"));
        assert_eq!((&story["event_id"], &story["state"]), (&json!(id), &json!("delivered")));
        assert!(story["history"].as_array().is_some_and(|lines| lines.len() >= 2), "{story:#}");
    }
    let text = world.run(&["why", id]);
    assert!(stdout(&text).contains("delivered") && stdout(&text).contains(id), "{}", stdout(&text));
    let unknown = world.run(&["why", "0000"]);
    assert_eq!((unknown.status.code(), stdout(&unknown)), (Some(1), ""));

    let report: Value = serde_json::from_slice(&world.run(&["report", "--format", "json"]).stdout)
        .expect("one JSON document");
    let days = report["days"].as_array().expect("a list");
    assert_eq!(days.len(), 2, "{report:#}");
    for day in days {
        assert_eq!(
            (&day["accepted"], &day["delivered"], &day["held"]),
            (&json!(1), &json!(1), &json!(0))
        );
    }
    let csv = world.run(&["report", "--format", "csv"]);
    assert_eq!(stdout(&csv).lines().count(), 3);
    assert!(
        stdout(&csv).lines().nth(1).is_some_and(|line| line.contains(",AddToCart,1,0,0,1,")),
        "{}",
        stdout(&csv)
    );
    assert!(stdout(&world.run(&["report", "--to", "2020-01-01"])).contains("nothing was accepted"));
    assert!(stdout(&world.run(&["report"])).contains("Purchase"));
}
