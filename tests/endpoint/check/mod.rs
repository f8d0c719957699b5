//! `assent check`: each fault has its line, red or amber, and what to do; a sound set-up is green; and
//! TikTok is never told anything that counts.

mod between;

use std::any::Any;
use std::process::{Command, Output};
use std::sync::Arc;

use assent_endpoint::check::{Check, Light, Tiktok};
use assent_endpoint::clock::Clock;
use assent_endpoint::config::{Config, Secrets};
use assent_postgres::PASSWORD;
use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, id, purchase};
use crate::support::orders::{order, signature};
use crate::support::place::{VARIABLE, is_postgres};
use crate::support::server::{PIXEL, SHOP, Server, World};
use crate::support::until;

const SOUND: &str =
    "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]\ntest_event_code = \"TEST123\"";
const TOP: &str = "admin_token_env = \"ASSENT_ADMIN_TOKEN\"\ntrusted_proxies = [\"127.0.0.0/8\"]";

/// A shop whose endpoint answers on this machine, at a port that is known before it runs.
struct Case {
    world: World,
    address: String,
    url: String,
}

impl Case {
    fn new() -> Self {
        Self::with(SOUND)
    }

    fn with(settings: &str) -> Self {
        let mut world = World::administered(settings);
        world.set_top(TOP);
        let text = std::fs::read_to_string(world.config()).expect("a file");
        let (_, rest) = text.split_once("listen = \"").expect("an address");
        let address = rest.split('"').next().expect("an address").to_owned();
        let url = format!("http://{address}");
        world.rewrite("https://events.example.com", &url);
        Self { world, address, url }
    }

    fn reached_at(&mut self, url: &str) {
        self.world.rewrite(&self.url, url);
        url.clone_into(&mut self.url);
    }

    /// What a browser makes of the settings that are pasted (see `pixels.rs`).
    fn settings(&self) -> String {
        hash(&format!(
            concat!(
                r#"{{"shop":"acme.myshopify.com","pixelCode":"C4EXAMPLE0000000000","endpoint":"{}","#,
                r#""pixelScript":"https://analytics.tiktok.com/i18n/pixel/events.js","#,
                r#""cmp":"shopify","storefronts":["shop.acme.example"]}}"#
            ),
            self.url
        ))
    }

    fn client(&self, kind: &str, settings: &str) -> Value {
        json!({"version": env!("CARGO_PKG_VERSION"), "kind": kind, "settings": settings})
    }

    /// An event of a shopper's, whose browser has fired it too.
    fn shop(&self, server: &Server, client: &Value, mut event: Value) {
        event["browser"] = "fired".into();
        let checkout = event["checkout"].as_str().map(str::to_owned);
        let mut body = beacon(checkout.as_deref(), &[event]);
        body["client"] = client.clone();
        let headers = [("Content-Type", "text/plain"), ("X-Forwarded-For", "203.0.113.7")];
        let answer = server.post_with(&headers, body.to_string().as_bytes());
        assert_eq!(answer.status, 202, "{answer:?}");
    }

    fn run(&self) -> Checked {
        Checked::of(&self.world.run(&["check", "--json"]))
    }
}

/// What a check said.
struct Checked {
    code: Option<i32>,
    document: Value,
}

impl Checked {
    fn of(output: &Output) -> Self {
        let document = serde_json::from_slice(&output.stdout);
        let document = document.unwrap_or_else(|error| panic!("{error}: {output:?}"));
        assert_eq!(output.stderr, b"", "{output:?}");
        Self { code: output.status.code(), document }
    }

    fn lines(&self) -> &[Value] {
        self.document["lines"].as_array().expect("a list")
    }

    fn line(&self, name: &str) -> &Value {
        let found = self.lines().iter().find(|line| line["name"] == name);
        found.unwrap_or_else(|| panic!("no line {name}: {:#}", self.document))
    }

    /// The lines of this light.
    fn named(&self, light: &str) -> Vec<&str> {
        let lines = self.lines().iter().filter(|line| line["light"] == light);
        lines.map(|line| line["name"].as_str().expect("a name")).collect()
    }

    /// The line has this light, and says all of this, with what to do.
    fn says(&self, fault: &str, name: &str, light: &str, said: &[&str]) {
        let line = self.line(name);
        assert_eq!(line["light"], light, "{fault}: {line:#}");
        let text = format!("{} {}", line["words"], line["advice"]);
        for part in said {
            assert!(text.contains(part), "{fault}: {part} is not in: {text}");
        }
        let is_red = light == "red";
        assert!(!is_red || line["advice"].is_string(), "{fault}: nothing to do: {line:#}");
        assert_eq!(self.code == Some(1), self.document["red"] != 0, "{fault}");
    }
}

/// Nothing of a check counts, and what reached TikTok broke none of its rules.
fn nothing_counted(world: &World, shoppers: usize) {
    let counted = world.tiktok.counted();
    assert_eq!(counted.len(), shoppers, "{counted:#?}");
    assert_eq!(world.tiktok.violations(), Vec::<String>::new());
}

/// Over https, by a name, through a tunnel that leads to the endpoint; and a shop in which everything has
/// happened.
#[test]
fn a_sound_set_up_is_green() {
    let mut case = Case::new();
    case.reached_at("https://events.test");
    let made = assent_lab::certificate::make(&case.world.dir.path().join("own"));
    let cert = made.expect("a certificate").cert_file;
    case.world
        .rewrite("[tiktok]", "[tls]\ncert = \"own/cert.pem\"\nkey = \"own/key.pem\"\n[tiktok]");
    let tunnel = between::tunnel(&case.address);
    let check = |world: &World, arguments: &[&str]| {
        let mut check = world.command(&[&["check"], arguments].concat());
        check.env("HTTPS_PROXY", format!("http://{tunnel}")).env("SSL_CERT_FILE", &cert);
        check.output().expect("the binary runs")
    };
    // A shop's week, told to a server without TLS, for the test's own sake.
    let text = std::fs::read_to_string(case.world.config()).expect("a file");
    case.world.rewrite("[tls]\ncert = \"own/cert.pem\"\nkey = \"own/key.pem\"\n", "");
    let server = case.world.serve();
    let client = case.client("custom", &case.settings());
    case.shop(&server, &client, add_to_cart("sh-1"));
    case.world.end(&id("AddToCart", "sh-1"));
    case.shop(&server, &client, purchase("t1"));
    for (n, topic) in ["orders/create", "orders/paid"].iter().enumerate() {
        server.webhook(topic, &format!("w{n}"), &order(450_789_469, "t1"));
    }
    server.webhook("orders/cancelled", "w3", &order(1002, "t2"));
    server.webhook("refunds/create", "w4", &json!({"id": 7, "order_id": 1002}));
    case.world.end(&id("Purchase", &anchor("t1")));
    assert_eq!(server.stop(), Some(0));
    std::fs::write(case.world.config(), text).expect("a file");

    let _server = case.world.serve();
    let checked = Checked::of(&check(&case.world, &["--json"]));
    assert_eq!(
        (checked.named("red"), checked.named("amber")),
        (reds(), vec![]),
        "{:#}",
        checked.document
    );
    assert_eq!(checked.code, Some(i32::from(is_postgres())));
    // What nobody can see from here is not called fine.
    assert_eq!(checked.named("unknown"), ["ground", "other pixels"]);
    for (name, said) in [
        ("public address", "https://events.test is this endpoint"),
        ("opt-outs", "Sec-GPC arrives"),
        ("shopper's ip", "100 % of the 2 events"),
        ("pixel connected", "with the settings of this file"),
        ("both sources arrive", "of 2 events the browser fired 2, the server delivered 2"),
        ("paired, no doubles", "2 of 2 server events had a browser copy"),
        (
            "payloads carry ids",
            "external_id 2/2 · e-mail 50 % · phone 50 % · ttclid 50 % · _ttp 0 % · IP 100 %",
        ),
        ("last received", "code 0"),
        ("order webhooks", "orders/paid"),
    ] {
        checked.says("sound", name, "green", &[said]);
    }
    assert_eq!(checked.document["newest_order"], "1002");
    nothing_counted(&case.world, 2);

    // For people: no colour in a pipe; a sign and a word beside each.
    let text = String::from_utf8(check(&case.world, &[]).stdout).expect("text");
    assert!(!text.contains('\u{1b}'), "{text}");
    let last = text.lines().last().expect("a line");
    let summary =
        if is_postgres() { "1 to repair" } else { "Nothing to repair, nothing to look at" };
    assert_eq!(last, format!("{summary}. Full story of the newest purchase: assent why 1002"));
    assert!(
        text.contains("\n ? other pixels          not known: cannot be seen from here\n"),
        "{text}"
    );
    // Nothing of a person, and no secret.
    for secret in [
        hash("jane@example.com"),
        hash("visitor"),
        "203.0.113.7".to_owned(),
        "tok-5ecret".to_owned(),
    ] {
        assert!(!text.contains(&secret), "{text}");
    }
}

/// The certificate is looked at where the connection is this command's own, and not a tunnel's.
#[test]
fn a_certificate_is_trusted_and_valid_for_long_or_the_line_says_so() {
    let mut case = Case::new();
    let https = case.url.replace("http://", "https://");
    case.reached_at(&https);
    let made = assent_lab::certificate::make(&case.world.dir.path().join("own"));
    let cert = made.expect("a certificate").cert_file;
    let tls = "[tls]\ncert = \"own/cert.pem\"\nkey = \"own/key.pem\"\n[tiktok]";
    case.world.rewrite("[tiktok]", tls);
    let _server = case.world.serve();
    let mut check = case.world.command(&["check", "--json"]);
    let trusted = Checked::of(&check.env("SSL_CERT_FILE", &cert).output().expect("it runs"));
    trusted.says("trusted", "public address", "amber", &["nobody but this machine reaches it"]);
    // As rcgen makes them.
    trusted.says("trusted", "certificate", "green", &["valid until 4096-01-01T00:00:00Z"]);
    let strange = case.run();
    strange.says(
        "not trusted",
        "public address",
        "red",
        &["cannot be reached", "invalid peer certificate"],
    );
    strange.says("not trusted", "server", "green", &[]);
}

/// A case as a fault has left it, what must stay alive meanwhile, and how many of a shopper's events count.
struct Faulty {
    case: Case,
    _alive: Box<dyn Any>,
    counted: usize,
}

impl Faulty {
    fn new(case: Case, alive: impl Any) -> Self {
        Self { case, _alive: Box::new(alive), counted: 0 }
    }
}

type Expected = &'static [(&'static str, &'static str, &'static [&'static str])];

/// A fault, how it comes about, and the lines that must say it.
type Row = (&'static str, fn() -> Faulty, Expected);

/// Each fault, and the lines that must say it.
#[test]
fn each_fault_has_its_line_and_what_to_do() {
    let table: [Row; 15] = [
        (
            "no server",
            || Faulty::new(Case::new(), ()),
            &[
                ("server", "red", &["nobody answers at 127.0.0.1:", "assent serve"]),
                ("public address", "red", &["cannot be reached"]),
                ("store", "red", &["start one"]),
            ],
        ),
        (
            "token revoked, and its shop paused",
            revoked,
            &[
                ("token and pixel", "red", &["code 40105", "Generate access token"]),
                (
                    "what waits",
                    "red",
                    &["sends are paused", "1 events wait; the first is lost in 4"],
                ),
            ],
        ),
        (
            "another pixel's token",
            other_pixel,
            &[("token and pixel", "red", &["code 40001", "do not belong together"])],
        ),
        (
            "nobody at the public address",
            || serving(|case, _| case.reached_at("http://127.0.0.1:9")),
            &[
                ("public address", "red", &["http://127.0.0.1:9 cannot be reached", "refused"]),
                ("server", "green", &[]),
            ],
        ),
        (
            "a foreign host",
            foreign,
            &[("public address", "red", &["answers HTTP 404, and is not this endpoint"])],
        ),
        (
            "another Assent",
            other_assent,
            &[("public address", "red", &["not the one that has this store open"])],
        ),
        (
            "a proxy without CORS",
            || between_them("access-control-allow-origin"),
            &[
                ("public address", "amber", &["is this endpoint"]),
                ("from the sandbox", "red", &["no Access-Control-Allow-Origin", "docs/proxies.md"]),
            ],
        ),
        (
            "a proxy that takes the opt-out away",
            || between_them("sec-gpc"),
            &[
                ("from the sandbox", "green", &[]),
                ("opt-outs", "red", &["Sec-GPC does not arrive"]),
            ],
        ),
        (
            "a stale snippet",
            || shopped("custom", "of another file"),
            &[(
                "pixel connected",
                "amber",
                &["other settings than this file has", "assent snippet --shop acme"],
            )],
        ),
        (
            "two pixels",
            two_pixels,
            &[(
                "pixels of ours",
                "amber",
                &["the custom pixel", "the app extension", "Switch one off"],
            )],
        ),
        (
            "a wrong webhook secret",
            wrong_secret,
            &[(
                "order webhooks",
                "red",
                &["webhooks of this shop are refused (1 on", "wrong secret?"],
            )],
        ),
        (
            "a clock that is an hour ahead",
            clock_ahead,
            &[("clock", "red", &["60 min ahead of TikTok's", "time server"])],
        ),
        (
            "test mode",
            || serving_with(&["--test-events"], |_, _| {}),
            &[("mode", "amber", &["TEST MODE", "without --test-events"])],
        ),
        (
            "addresses that a proxy swallows",
            swallowed,
            &[
                (
                    "shopper's ip",
                    "red",
                    &["of 20 events", "without a public address", "X-Forwarded-For"],
                ),
                ("payloads carry ids", "green", &["IP 0 %"]),
            ],
        ),
        (
            "TikTok out of reach",
            || {
                serving(|case, _| {
                    case.world.rewrite(&case.world.tiktok.base_url(), "http://127.0.0.1:9");
                })
            },
            &[
                ("token and pixel", "red", &["TikTok could not be reached", "firewall"]),
                ("clock", "unknown", &[]),
            ],
        ),
    ];
    for (fault, make, expected) in table {
        has_its_line(fault, &make(), expected);
    }
}

#[test]
fn a_disk_that_is_full_has_its_line_too() {
    only_sqlite!();
    let said: Expected = &[("server", "red", &["the last commit failed", "Make room"])];
    has_its_line("a full disk", &full_disk(), said);
}

fn has_its_line(fault: &str, Faulty { case, counted, .. }: &Faulty, expected: Expected) {
    let checked = case.run();
    for (name, light, said) in expected {
        checked.says(fault, name, light, said);
    }
    nothing_counted(&case.world, *counted);
}

/// The tests' database is quick, and forgets what it commits when the power fails: `assent check` says so.
fn reds() -> Vec<&'static str> {
    if is_postgres() { vec!["store"] } else { vec![] }
}

/// `change` comes when the server runs, which does not notice.
fn serving(change: impl FnOnce(&mut Case, &Server)) -> Faulty {
    serving_with(&[], change)
}

fn serving_with(arguments: &[&str], change: impl FnOnce(&mut Case, &Server)) -> Faulty {
    let mut case = Case::new();
    let server = case.world.serve_with(arguments);
    change(&mut case, &server);
    Faulty::new(case, server)
}

fn revoked() -> Faulty {
    serving(|case, server| {
        case.world.tiktok.revoke(crate::support::server::TOKEN);
        case.shop(server, &case.client("custom", &case.settings()), add_to_cart("sh-1"));
        until("the shop is paused", || {
            let waits = case.run().line("what waits")["light"].clone();
            (waits == "red").then_some(())
        });
    })
}

fn other_pixel() -> Faulty {
    let case = Case::new();
    case.world.rewrite(PIXEL, "C4ANOTHER00000000000");
    let server = case.world.serve();
    Faulty::new(case, server)
}

fn foreign() -> Faulty {
    serving(|case, _| {
        let url = case.world.tiktok.base_url();
        // The first of the two places with this text is public_url.
        case.reached_at(&url);
    })
}

fn other_assent() -> Faulty {
    let other = World::new();
    let its_server = other.serve();
    let mut faulty = serving(|case, _| case.reached_at(&format!("http://{}", its_server.address)));
    faulty._alive = Box::new((faulty._alive, other, its_server));
    faulty
}

fn between_them(header: &'static str) -> Faulty {
    serving(|case, server| {
        let proxy = between::dropping(header, &server.address);
        case.reached_at(&format!("http://{proxy}"));
    })
}

fn shopped(kind: &'static str, settings: &'static str) -> Faulty {
    let faulty = serving(|case, server| {
        case.shop(server, &case.client(kind, &hash(settings)), add_to_cart("sh-1"));
        case.world.end(&id("AddToCart", "sh-1"));
    });
    Faulty { counted: 1, ..faulty }
}

fn two_pixels() -> Faulty {
    let faulty = serving(|case, server| {
        for kind in ["custom", "app"] {
            case.shop(server, &case.client(kind, &case.settings()), add_to_cart("sh-1"));
        }
        case.world.end(&id("AddToCart", "sh-1"));
    });
    Faulty { counted: 1, ..faulty }
}

fn wrong_secret() -> Faulty {
    serving(|case, server| {
        let body = order(1001, "t1").to_string();
        let signed = signature("another secret", body.as_bytes());
        let headers = [
            ("X-Shopify-Topic", "orders/create"),
            ("X-Shopify-Shop-Domain", SHOP),
            ("X-Shopify-Hmac-Sha256", signed.as_str()),
        ];
        assert_eq!(server.webhook_with(&headers, body.as_bytes()).status, 401);
        // Refusals are written down every two seconds.
        until("it is counted", || {
            let light = case.run().line("order webhooks")["light"].clone();
            (light == "red").then_some(())
        });
    })
}

/// TikTok's clock is what this machine's is measured by.
fn clock_ahead() -> Faulty {
    serving(|case, _| {
        let text = httpdate(crate::support::beacon::now() - 3600);
        let body = r#"{"code":40002,"message":"data: Shorter than minimum length 1."}"#;
        let answer = format!(
            "HTTP/1.1 200 OK\r\nDate: {text}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let api = between::saying(answer);
        case.world.rewrite(&case.world.tiktok.base_url(), &format!("http://{api}"));
    })
}

/// As RFC 9110 writes it, by the machine's own calendar.
fn httpdate(at: i64) -> String {
    let date = ["-u", "-d", &format!("@{at}"), "+%a, %d %b %Y %H:%M:%S GMT"];
    let made = Command::new("date").env("LC_ALL", "C").args(date).output().expect("date is there");
    String::from_utf8(made.stdout).expect("text").trim().to_owned()
}

/// A file that may not grow any more (see `readiness.rs`).
fn full_disk() -> Faulty {
    let case = Case::new();
    let serve = case.world.command(&["serve"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -S -f 2000; exec \"$@\"", "sh"]);
    limited.arg(serve.get_program()).args(serve.get_args());
    limited.envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let server = Server::start(limited);
    case.world.tiktok.fault(assent_lab::tiktok::Fault::Hang.forever());
    let mut n = 0;
    until("nothing can be stored", || {
        n += 1;
        let answer = server.post(&beacon(None, &[add_to_cart(&format!("sh-{n}"))]).to_string());
        (answer.status == 503 && server.get("/readyz").status == 503).then_some(())
    });
    case.world.tiktok.clear_faults();
    Faulty::new(case, server)
}

/// Twenty events from a proxy that tells no shopper's address.
fn swallowed() -> Faulty {
    let faulty = serving(|case, server| {
        for n in 0..20 {
            let event = add_to_cart(&format!("sh-{n}"));
            assert_eq!(server.post(&beacon(None, &[event]).to_string()).status, 202);
        }
        until("all are delivered", || (case.world.tiktok.counted().len() == 20).then_some(()));
    });
    Faulty { counted: 20, ..faulty }
}

/// Without a code for tests there is nothing to send; TikTok refuses the request as empty, which shows that
/// the token is good.
#[test]
fn without_a_test_code_tiktok_is_asked_by_a_request_without_events() {
    let case = Case::with("");
    let _server = case.world.serve();
    let checked = case.run();
    checked.says("no code", "token and pixel", "green", &["TikTok knows both", "code 40002"]);
    let [received] = <[_; 1]>::try_from(case.world.tiktok.received()).expect("one request");
    assert_eq!(received.events.len(), 0, "{received:#?}");
    assert!(!received.body.contains("test_event_code"));
    nothing_counted(&case.world, 0);
    // An empty code is none: with it an event would count.
    let case = Case::with("test_event_code = \"\"");
    let _server = case.world.serve();
    case.run();
    assert_eq!(case.world.tiktok.received()[0].events.len(), 0);
    nothing_counted(&case.world, 0);
}

/// Neither TikTok nor what stands at the public address answers, ever.
#[test]
fn whatever_hangs_a_check_ends() {
    let mut case = Case::new();
    let _server = case.world.serve();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    case.reached_at(&format!("http://{}", silent.local_addr().expect("an address")));
    case.world.tiktok.fault(assent_lab::tiktok::Fault::Hang.forever());
    let began = std::time::Instant::now();
    let checked = case.run();
    // Five seconds for each, and all at once; and some for a machine that is busy.
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    checked.says("hangs", "token and pixel", "amber", &["no answer came in time"]);
    checked.says("hangs", "public address", "red", &["no answer in 5 s"]);
    checked.says("hangs", "server", "green", &[]);
}

/// As a page that is loaded often asks: TikTok hears nothing of it.
#[test]
fn tiktok_is_left_alone_where_it_is_not_to_be_asked() {
    let case = Case::new();
    let server = case.world.serve();
    case.shop(&server, &case.client("custom", &case.settings()), add_to_cart("sh-1"));
    case.world.end(&id("AddToCart", "sh-1"));
    let text = std::fs::read_to_string(case.world.config()).expect("a file");
    let secret = |name: &str| {
        let admins = "of 32 characters and more, as an admin's";
        Some(if name == VARIABLE { PASSWORD } else { admins }.to_owned())
    };
    let config = Config::parse(&text, case.world.dir.path(), Secrets::Needed, &secret);
    let config = Arc::new(config.expect("no fault"));
    let shops = config.shops.clone();
    let check = Check { config, shops, clock: Clock::machine(), tiktok: Tiktok::LeftAlone };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let checked = runtime.block_on(check.run());
    let token = checked.lines.iter().find(|line| line.name == "token and pixel").expect("a line");
    assert_eq!(token.light, Light::Green);
    assert!(token.words.starts_with("TikTok accepted this shop's AddToCart"), "{token:?}");
    assert_eq!(case.world.tiktok.received().len(), 1, "the shopper's, and no other");
}

#[test]
fn faults_of_the_file_and_missing_secrets_are_lines_too() {
    let case = Case::new();
    case.world.rewrite("storefronts", "storefrontz");
    let checked = case.run();
    checked.says("a typo", "configuration", "red", &["storefrontz"]);
    assert_eq!((checked.lines().len(), checked.code), (1, Some(1)));
    let case = Case::new();
    let mut check = case.world.command(&["check", "--json"]);
    let checked =
        Checked::of(&check.env_remove("ACME_TIKTOK_TOKEN").output().expect("the binary runs"));
    checked.says("no token", "secrets", "red", &["ACME_TIKTOK_TOKEN is not set"]);
    checked.says("no token", "configuration", "green", &[]);
    assert_eq!(case.world.tiktok.received().len(), 0);
}

#[test]
fn one_shop_is_asked_about_by_its_name_and_several_have_a_line_each() {
    let case = Case::new();
    let other = "\n[[shops]]\ndomain = \"other.myshopify.com\"\npixel_code = \"C4OTHER0000000000000\"\n\
                 access_token_env = \"ACME_TIKTOK_TOKEN\"\nconsent.cmp = \"shopify\"\n";
    let text = std::fs::read_to_string(case.world.config()).expect("a file") + other;
    std::fs::write(case.world.config(), text).expect("a file");
    let _server = case.world.serve();
    let all = case.run();
    let tokens: Vec<_> =
        all.lines().iter().filter(|line| line["name"] == "token and pixel").collect();
    let named: Vec<_> = tokens.iter().map(|line| (&line["shop"], &line["light"])).collect();
    assert_eq!(
        named,
        [(&json!(SHOP), &json!("green")), (&json!("other.myshopify.com"), &json!("red"))]
    );
    let one = Checked::of(&case.world.run(&["check", "--json", "--shop", SHOP]));
    one.says("one shop", "token and pixel", "green", &[]);
    assert_eq!(one.line("token and pixel")["shop"], Value::Null);
    let unknown = case.world.run(&["check", "--shop", "nobody.myshopify.com"]);
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    let wait = case.world.run(&["check", "--wait"]);
    assert_eq!(wait.status.code(), Some(2), "{wait:?}");
}

#[test]
fn waiting_ticks_off_what_a_person_does_and_ends_with_the_lines() {
    let case = Case::new();
    let server = case.world.serve_with(&["--test-events"]);
    let mut check = case.world.command(&["check", "--wait", "--json"]);
    check.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let child = check.spawn().expect("the binary runs");
    let client = case.client("custom", &case.settings());
    // Clicked again and again, until the check has begun to wait and has seen it.
    let done = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| child.wait_with_output().expect("it ends"));
        let mut n = 0;
        until("all is ticked off", || {
            n += 1;
            case.shop(&server, &client, add_to_cart(&format!("sh-{n}")));
            let checkout = anchor(&format!("t{n}"));
            let mut begun = purchase(&format!("t{n}"));
            begun["name"] = "InitiateCheckout".into();
            begun["event_id"] = id("InitiateCheckout", &checkout).into();
            case.shop(&server, &client, begun);
            std::thread::sleep(std::time::Duration::from_millis(200));
            waiting.is_finished().then_some(())
        });
        waiting.join().expect("it ends")
    });
    let told = String::from_utf8(done.stderr).expect("text");
    assert!(told.starts_with("Now open your shop, accept cookies"), "{told}");
    for ticked in ["✓ AddToCart came", "✓ AddToCart was taken", "✓ InitiateCheckout was taken"]
    {
        assert!(told.contains(ticked), "{ticked} is not in: {told}");
    }
    let document: Value = serde_json::from_slice(&done.stdout).expect("one JSON document");
    assert_eq!(document["red"], reds().len(), "{document:#}");
    nothing_counted(&case.world, 0);
}
