//! The dashboard at `/admin`: who gets in, what no page may do or say, and what a person reads there.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, id, purchase};
use crate::support::http::{Answer, request};
use crate::support::orders::order;
use crate::support::server::{ADMIN_TOKEN, SHOP, Server, TOKEN, World};
use crate::support::until;

const WITH_ORDERS: &str = "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]";
const PAGES: [&str; 7] = [
    "/admin",
    "/admin/orders",
    "/admin/live",
    "/admin/consent",
    "/admin/setup",
    "/admin/shops",
    "/admin/none-such",
];

/// A browser, as far as cookies and forms go.
pub(crate) struct Browser<'a> {
    server: &'a Server,
    cookies: Vec<(String, String)>,
}

impl<'a> Browser<'a> {
    fn new(server: &'a Server) -> Self {
        Self { server, cookies: Vec::new() }
    }

    pub(crate) fn signed_in(server: &'a Server) -> Self {
        let mut browser = Self::new(server);
        let answer = browser.sign_in(ADMIN_TOKEN);
        assert_eq!(answer.status, 303, "{answer:?}");
        browser
    }

    fn sign_in(&mut self, token: &str) -> Answer {
        let form = self.get("/admin/orders");
        let form_token = hidden(&form.body, "form_token");
        let fields = [("form_token", &*form_token), ("to", "/admin/orders"), ("token", token)];
        self.post("/admin/login", &fields, &[])
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let pairs: Vec<_> = fields.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let form = ("Content-Type", "application/x-www-form-urlencoded");
        let headers: Vec<_> = std::iter::once(form).chain(headers.iter().copied()).collect();
        self.send("POST", path, &headers, &pairs.join("&"))
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let pairs: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = pairs.join("; ");
        let mut headers = headers.to_vec();
        if !cookies.is_empty() {
            headers.push(("Cookie", &cookies));
        }
        let answer = request(&self.server.address, method, path, &headers, body.as_bytes());
        let answer = answer.expect("an answer");
        for (_, set) in
            answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        {
            let (name, rest) = set.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.retain(|(known, _)| known != name);
            if !set.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&start).unwrap_or_else(|| panic!("no field {name}: {page}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// What a person reads: without tags, with single spaces.
pub(crate) fn text(page: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for letter in page.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                text.push(' ');
            }
            letter if !is_tag => text.push(letter),
            _ => {}
        }
    }
    let text = text
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn without_a_configured_token_there_is_no_dashboard() {
    let world = World::new();
    let server = world.serve();
    for path in PAGES.iter().chain(&["/admin/login"]) {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

#[test]
fn nobody_sees_a_page_who_has_not_entered_the_token() {
    let world = World::administered("");
    let server = world.serve();
    let mut stranger = Browser::new(&server);
    for path in PAGES {
        let answer = stranger.get(path);
        assert_eq!(answer.status, 401, "{path}");
        assert!(
            text(&answer.body).contains("Admin token") && !answer.body.contains(SHOP),
            "{path}"
        );
    }
    for wrong in ["", "x", &ADMIN_TOKEN[1..], &format!("{ADMIN_TOKEN}x")] {
        let answer = stranger.sign_in(wrong);
        assert_eq!(answer.status, 401, "{wrong}");
        assert!(text(&answer.body).contains("That is not the admin token"), "{}", answer.body);
    }
    // A session's name that nobody was given, and the token itself in its place.
    for forged in ["0".repeat(32), String::new(), ADMIN_TOKEN.to_owned()] {
        stranger.cookies = vec![("assent_admin".to_owned(), forged)];
        assert_eq!(stranger.get("/admin/orders").status, 401);
    }
    // What the API takes opens no page, and a session opens no API.
    let bearer = format!("Bearer {ADMIN_TOKEN}");
    let authorized = [("Authorization", &*bearer)];
    let page =
        request(&server.address, "GET", "/admin/orders", &authorized, b"").expect("an answer");
    assert_eq!(page.status, 401);
    let mut owner = Browser::signed_in(&server);
    assert_eq!(owner.get("/admin/api/demands").status, 401);
    assert!(!server.log().contains(ADMIN_TOKEN));
}

#[test]
fn a_session_is_a_cookie_that_no_script_and_no_other_site_can_use_and_ends_at_the_exit() {
    let world = World::administered("");
    let server = world.serve();
    let mut owner = Browser::new(&server);
    let answer = owner.sign_in(ADMIN_TOKEN);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/admin/orders")));
    let cookies: Vec<_> = answer.headers.iter().filter(|(name, _)| name == "set-cookie").collect();
    let session =
        cookies.iter().find(|(_, set)| set.starts_with("assent_admin=")).expect("a session");
    for attribute in ["; Path=/admin", "; HttpOnly", "; SameSite=Strict", "; Secure"] {
        assert!(session.1.contains(attribute), "{attribute}: {session:?}");
    }
    let page = owner.get("/admin/orders");
    assert_eq!(page.status, 200);
    let before = owner.cookies.clone();
    // Another page's form, and an old one of ours, do not sign anybody out.
    let form_token = hidden(&page.body, "form_token");
    for (token, headers) in [
        ("", vec![]),
        ("0123456789abcdef0123456789abcdef", vec![]),
        (&*form_token, vec![("Sec-Fetch-Site", "cross-site")]),
        (&*form_token, vec![("Origin", "https://evil.example")]),
    ] {
        let answer = owner.post("/admin/logout", &[("form_token", token)], &headers);
        assert_eq!(answer.status, 403, "{token} {headers:?}");
        owner.cookies = before.clone();
        assert_eq!(owner.get("/admin/orders").status, 200);
    }
    let answer = owner.post("/admin/logout", &[("form_token", &form_token)], &[]);
    assert!(text(&answer.body).contains("You are signed out"), "{answer:?}");
    owner.cookies = before;
    assert_eq!(owner.get("/admin/orders").status, 401, "the old cookie opens nothing");
}

#[test]
fn a_login_form_that_another_page_sends_is_refused_and_leads_nowhere_else() {
    let world = World::administered("");
    let server = world.serve();
    let mut browser = Browser::new(&server);
    let form_token = hidden(&browser.get("/admin/orders").body, "form_token");
    let with = |to, token| vec![("form_token", token), ("to", to), ("token", ADMIN_TOKEN)];
    for (fields, headers) in [
        (with("/admin", "0123456789abcdef0123456789abcdef"), vec![]),
        (with("/admin", ""), vec![]),
        (with("/admin", &form_token), vec![("Origin", "https://evil.example")]),
        (with("/admin", &form_token), vec![("Sec-Fetch-Site", "same-site")]),
    ] {
        let answer = browser.post("/admin/login", &fields, &headers);
        assert_eq!(answer.status, 403, "{fields:?} {headers:?}");
        assert!(browser.cookies.iter().all(|(name, _)| name != "assent_admin"));
    }
    let outward = with("https://evil.example/admin", &form_token);
    let answer = browser.post("/admin/login", &outward, &[("Sec-Fetch-Site", "same-origin")]);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/admin")));
}

#[test]
fn who_tries_many_wrong_tokens_is_not_listened_to_for_a_while() {
    let world = World::administered("");
    let server = world.serve();
    let mut guesser = Browser::new(&server);
    let mut answers: Vec<u16> =
        (0..30).map(|n| guesser.sign_in(&format!("guess-{n}")).status).collect();
    answers.dedup();
    assert_eq!(answers, [401, 429]);
    assert_eq!(guesser.sign_in(ADMIN_TOKEN).status, 429, "the right one is not looked at either");
    until("the log telling of it", || {
        server.log().contains("came without the admin token").then_some(())
    });
}

#[test]
fn every_answer_is_sealed_off_and_kept_by_nobody() {
    let world = World::administered("");
    let server = world.serve();
    let mut owner = Browser::signed_in(&server);
    let style = owner.get("/admin/orders").body;
    let (_, style) = style.split_once("href=\"/admin/assets/").expect("a stylesheet");
    let style = format!("/admin/assets/{}", style.split('"').next().unwrap_or_default());
    let mut stranger = Browser::new(&server);
    let mut answers: Vec<Answer> = PAGES.iter().map(|path| owner.get(path)).collect();
    answers.extend([stranger.get("/admin/orders"), stranger.sign_in("wrong")]);
    for answer in &answers {
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
        // Nothing stands in a page that its policy would refuse.
        for inline in [
            "<style",
            " style=",
            "<script>",
            " onclick=",
            "javascript:",
            "src=\"http",
            "href=\"http",
        ] {
            assert!(!answer.body.contains(inline), "{inline}: {}", answer.body);
        }
    }
    answers.push(stranger.get(&style));
    for answer in &answers {
        let policy = answer.header("content-security-policy").expect("a policy");
        for part in [
            "default-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.header(name), Some(value));
        }
        assert!(answer.header("access-control-allow-origin").is_none());
    }
    let style = answers.last().expect("the stylesheet");
    assert_eq!(
        (style.status, style.header("content-type")),
        (200, Some("text/css; charset=utf-8"))
    );
    assert_eq!(stranger.get("/admin/assets/0123456789abcdef/dashboard.css").status, 404);
}

/// The order of `token`, told of by Shopify.
fn told(server: &Server, number: u64, token: &str) -> Value {
    let order = order(number, token);
    server.webhook("orders/create", &format!("w-{number}"), &order);
    order
}

#[test]
fn an_order_is_found_and_its_story_told() {
    let world = World::administered(WITH_ORDERS);
    let server = world.serve();
    server.post(&beacon(Some(&anchor("t1")), &[purchase("t1")]).to_string());
    told(&server, 450_789_469, "t1");
    told(&server, 450_789_470, "t2");
    let event_id = id("Purchase", &anchor("t1"));
    world.end(&event_id);
    let mut owner = Browser::signed_in(&server);
    let list = text(&owner.get("/admin/orders").body);
    // The newest first: nobody consented to t2's being reported.
    let (second, first) = list.split_once("450789469").expect("both orders");
    assert!(second.contains("450789470") && second.contains("no consent on record"), "{list}");
    assert!(first.contains("70.10 EUR") && first.contains("confirmed"), "{list}");
    for (asked, expected) in
        [("450789469", &*event_id), (&event_id, "Purchase"), ("450789470", "no consent on record")]
    {
        let found = owner.get(&format!("/admin/orders?find={asked}"));
        assert_eq!(found.status, 303, "{asked}");
        let story = owner.get(found.header("location").expect("a story"));
        assert_eq!(story.status, 200);
        assert!(story.body.contains(expected), "{asked}: {}", text(&story.body));
    }
    let story = text(&owner.get(&format!("/admin/story?of={event_id}")).body);
    for part in [
        "accepted from the custom pixel",
        "Shopify told of",
        "TikTok accepted it (code 0)",
        "Order #450789469",
        "permission",
        "Receipt 1",
        "81.91 EUR",
        "70.10 EUR",
        "the values differ",
    ] {
        assert!(story.contains(part), "{part}: {story}");
    }
    let none = text(&owner.get("/admin/orders?find=1000").body);
    assert!(none.contains("Nothing is known of “1000”"), "{none}");
}

#[test]
fn what_is_put_in_says_nothing_but_itself() {
    let world = World::administered("");
    let server = world.serve();
    let mut owner = Browser::signed_in(&server);
    let hostile = "%3Cscript%3Ealert(1)%3C/script%3E%22%20onfocus=%22alert(1)";
    for path in [
        format!("/admin/orders?find={hostile}"),
        format!("/admin/orders?shop={hostile}"),
        format!("/admin/orders?before={hostile}"),
        format!("/admin/{hostile}"),
    ] {
        let page = owner.get(&path);
        assert!(
            !page.body.contains("<script>alert") && !page.body.contains("\" onfocus"),
            "{path}: {}",
            page.body
        );
        let mut stranger = Browser::new(&server);
        let form = stranger.get(&path).body;
        assert!(!form.contains("<script>alert") && !form.contains("\" onfocus"), "{path}: {form}");
    }
}

/// Three orders. One was reported; of one nobody consented to it; one was paid at a till. All three are
/// accounted for, and one is reported: never one number for both.
#[test]
fn accounted_for_and_reported_are_two_numbers() {
    let world = World::administered(WITH_ORDERS);
    let server = world.serve();
    server.post(&beacon(Some(&anchor("t1")), &[purchase("t1")]).to_string());
    told(&server, 450_789_469, "t1");
    told(&server, 450_789_470, "t2");
    let mut at_a_till = order(450_789_471, "t3");
    at_a_till["source_name"] = "pos".into();
    server.webhook("orders/create", "w-till", &at_a_till);
    world.end(&id("Purchase", &anchor("t1")));
    let mut owner = Browser::signed_in(&server);
    // A slow machine shows the count of before for a moment.
    let home = until("all three are counted", || {
        Some(text(&owner.get("/admin").body)).filter(|home| home.contains("3 of 3"))
    });
    for part in [
        "✓ It works.",
        "3 of 3 ✓ accounted for 1 reported",
        "0 ✓ lost by a fault 1 without consent on record: not sent, and rightly",
        "no customer's demand is open",
    ] {
        assert!(home.contains(part), "{part}: {home}");
    }
    let shops = text(&owner.get("/admin/shops").body);
    assert!(shops.contains("3 of 3 1 of 3"), "{shops}");
    // The table beside the bars: reported, recovered, waiting or test, not to be sent, lost, all.
    let (_, days) = home.split_once("Day (UTC)").expect("a table");
    assert!(days.contains(" 1 0 0 2 0 3 "), "{days}");
    assert_eq!(
        days.matches(" 0 0 0 0 0 0 ").count(),
        13,
        "a day without an order is a day: {days}"
    );
}

#[test]
fn before_anything_has_arrived_the_first_page_says_what_to_do() {
    let world = World::administered("");
    let server = world.serve();
    let mut owner = Browser::signed_in(&server);
    let home = text(&owner.get("/admin").body);
    for part in [
        "Orders of acme.myshopify.com are not heard",
        "Nothing has arrived in the last 7 days. Setup says",
    ] {
        assert!(home.contains(part), "{part}: {home}");
    }
    assert!(!home.contains("It works"), "{home}");
    let setup = text(&owner.get("/admin/setup").body);
    for part in [
        "not seen",
        "no secret is named",
        "https://events.example.com/v1/webhooks/shopify",
        "orders/create",
        "Permission: Not required",
    ] {
        assert!(setup.contains(part), "{part}: {setup}");
    }
    let consent = text(&owner.get("/admin/consent").body);
    for part in ["nobody's grant has arrived", "no consent rate", "nobody can know", "none is open"]
    {
        assert!(consent.contains(part), "{part}: {consent}");
    }
}

/// The shop's pixel runs with other settings than are printed now.
#[test]
fn a_stale_snippet_is_told_of() {
    let world = World::administered("");
    let server = world.serve();
    let mut old = beacon(None, &[add_to_cart("sh-1")]);
    old["client"]["settings"] = hash("settings of before").into();
    server.post(&old.to_string());
    let mut owner = Browser::signed_in(&server);
    let setup = text(&owner.get("/admin/setup").body);
    assert!(setup.contains("✗ an old one runs in the shop"), "{setup}");
}

/// The bytes of an answer that never ends, until they hold `what`.
fn stream_until(server: &Server, cookies: &[(String, String)], what: &str) -> String {
    let mut socket = TcpStream::connect(&server.address).expect("a connection");
    socket.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket");
    let (name, value) = &cookies[0];
    let head = format!(
        "GET /admin/live/stream HTTP/1.1\r\nHost: {}\r\nCookie: {name}={value}\r\n\r\n",
        server.address
    );
    socket.write_all(head.as_bytes()).expect("it is sent");
    let (mut all, mut piece) = (String::new(), [0; 4096]);
    while !all.contains(what) {
        let n = socket.read(&mut piece).unwrap_or_else(|error| panic!("{error}, after {all}"));
        assert!(n > 0, "it ended with {all}");
        all.push_str(&String::from_utf8_lossy(&piece[..n]));
    }
    all
}

#[test]
fn what_happens_is_sent_to_an_open_page_and_to_nobody_else() {
    let world = World::administered("");
    let server = world.serve();
    assert_eq!(server.get("/admin/live/stream").status, 401);
    let owner = Browser::signed_in(&server);
    server.post(&beacon(None, &[add_to_cart("sh-1")]).to_string());
    let key = format!("id=\"e{}\"", id("AddToCart", "sh-1"));
    let sent = stream_until(&server, &owner.cookies, &key);
    assert!(sent.contains("text/event-stream") && sent.contains("event: lines"), "{sent}");
    assert!(sent.to_lowercase().contains("cache-control: no-store"), "{sent}");
    // A server that stops does not wait for whoever looks on.
    assert_eq!(server.stop(), Some(0));
}

/// Contacts, addresses, click ids and tokens are in the store, and in no page.
#[test]
fn no_page_names_a_shopper_or_a_secret() {
    let world = World::administered(WITH_ORDERS);
    let server = world.serve();
    server.post(&beacon(Some(&anchor("t1")), &[purchase("t1")]).to_string());
    server.post(&beacon(None, &[add_to_cart("sh-1")]).to_string());
    told(&server, 450_789_469, "t1");
    told(&server, 450_789_470, "t2");
    // Waits: everything personal is still in its row.
    server.post(&beacon(Some(&anchor("t3")), &[purchase("t3")]).to_string());
    world.end(&id("Purchase", &anchor("t1")));
    let mut owner = Browser::signed_in(&server);
    let mut pages: Vec<String> = PAGES.map(str::to_owned).to_vec();
    for of in ["450789469", "450789470", &id("Purchase", &anchor("t3")), &id("AddToCart", "sh-1")] {
        pages.push(format!("/admin/story?of={of}"));
    }
    let (visitor, cookie) = (hash("visitor"), owner.cookies.clone());
    let secrets = [
        TOKEN,
        ADMIN_TOKEN,
        "shpss-5ecret",
        "jane",
        "Jane",
        "3734253",
        "E.C.P.",
        "Mozilla",
        "198.51.100.9",
        "94105",
        "San Francisco",
        &hash("jane@example.com"),
        &hash("+12133734253"),
        &visitor[..32],
        &anchor("t1")[..32],
        &anchor("t3")[..32],
        &cookie[0].1,
    ];
    for path in &pages {
        let page = owner.get(path);
        assert!([200, 404].contains(&page.status), "{path}: {}", page.status);
        for secret in secrets {
            assert!(!page.body.contains(secret), "{path} has {secret}: {}", text(&page.body));
        }
    }
}

#[test]
fn test_mode_stands_on_every_page() {
    let world = World::administered("test_event_code = \"TEST123\"");
    let server = world.serve_with(&["--test-events"]);
    let mut owner = Browser::signed_in(&server);
    for path in PAGES {
        let page = text(&owner.get(path).body);
        assert!(page.contains("Test mode.") && page.contains("never counts"), "{path}: {page}");
    }
}

#[test]
fn a_paused_shop_stands_on_every_page_with_why_how_many_wait_and_when_the_first_is_lost() {
    let world = World::administered("");
    let mut command = world.command(&["serve"]);
    command.env("ACME_TIKTOK_TOKEN", "revoked");
    let server = Server::start(command);
    for n in 0..3 {
        server.post(&beacon(None, &[add_to_cart(&format!("sh-{n}"))]).to_string());
    }
    until("the pause", || {
        world.report()["notes"]
            .as_array()?
            .iter()
            .find(|note| note["note"].as_str().is_some_and(|note| note.contains("paused")))
            .cloned()
    });
    let mut owner = Browser::signed_in(&server);
    until("the band", || {
        let page = text(&owner.get("/admin/orders").body);
        // 7 days: the browser fired no copy.
        (page.contains(&format!("{SHOP} is paused."))
            && page.contains("3 events wait; the first is lost in 6 days"))
        .then_some(())
    });
    let page = text(&owner.get("/admin/orders").body);
    assert!(page.contains("TikTok refused the shop's token or pixel (code 4010"), "{page}");
}
