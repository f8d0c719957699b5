//! Secrets are planted wherever the outside can put them (raw contacts, names, tokens of checkouts,
//! of TikTok, of Shopify, of the admin), and then looked for in all that the endpoint leaves: its
//! store with the log of its writes, its backup, its log at its loudest, its metrics, its answers,
//! its commands' output.

use serde_json::{Value, json};

use crate::figures;
use crate::fleet::{Fleet, Server, add_to_cart, domain, order_of, purchase, secret};
use crate::support::search::Search;
use crate::support::until;

/// In each of them, in either case; the second as a telephone number is written.
const PLANTED: [&str; 3] = ["pl4nt3d", "2133734253", "373-4253"];
const SHOPS: usize = 3;

/// What is posted and asked, with what is planted in it.
struct Outside<'a> {
    fleet: &'a Fleet,
    server: Server,
    answers: String,
    planted: usize,
}

impl Outside<'_> {
    fn beacon(&mut self, beacon: &Value) {
        self.plants(&beacon.to_string());
        self.answers += &self.server.beacon(beacon).body;
    }

    fn webhook(&mut self, shop: usize, topic: &str, body: &Value, secret: &str) {
        self.plants(&body.to_string());
        self.plants(secret);
        self.answers += &self.server.webhook(shop, topic, body, secret).body;
    }

    fn get(&mut self, path: &str) {
        self.plants(path);
        self.answers += &self.server.get(path).body;
    }

    fn plants(&mut self, text: &str) {
        let lower = text.to_ascii_lowercase();
        self.planted += PLANTED.iter().map(|word| lower.matches(word).count()).sum::<usize>();
    }

    fn run(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.fleet.command(arguments).current_dir(self.fleet.dir.path()).output();
        let output = output.expect("the binary runs");
        [output.stdout, output.stderr].concat()
    }
}

#[test]
fn nothing_planted_is_found_in_what_the_endpoint_leaves() {
    let fleet = Fleet::new(SHOPS);
    let server = fleet.serve();
    let mut outside = Outside { fleet: &fleet, server, answers: String::new(), planted: 0 };
    for shop in 0..SHOPS {
        visits(&mut outside, shop);
    }
    for path in
        ["/metrics", "/readyz", "/healthz", "/v1/pl4nt3d", "/admin/pl4nt3d", "/pl4nt3d?a=pl4nt3d"]
    {
        outside.get(path);
    }
    until("what is due is sent", || {
        (fleet.stories().iter().filter(|(_, _, state)| state == "delivered").count() >= SHOPS * 4)
            .then_some(())
    });
    let mut search = Search::of(&PLANTED);
    search.folder(fleet.dir.path());
    // The same search finds what is there: in the store, and in the folder of the demands' reports.
    until("each shop's report is there", || {
        let mut control = Search::of(&[".myshopify.com"]);
        control.folder(fleet.dir.path());
        let is_in = |place: &str| control.found.iter().any(|found| found.contains(place));
        (is_in("assent.db") && is_in("/data-requests/")).then_some(())
    });
    for arguments in [
        &["store", "backup", "backup.db"][..],
        &["report"],
        &["receipts", "export"],
        &["why", "7000000"],
        &["why", "#7000001"],
    ] {
        search.bytes(&arguments.join(" "), &outside.run(arguments));
    }
    assert!(fleet.dir.path().join("backup.db").exists());
    let Outside { server, answers, planted, .. } = outside;
    search.bytes("the log", server.stop().as_bytes());
    search.bytes("the answers", answers.as_bytes());
    search.folder(fleet.dir.path());
    let count = |n: u64| usize::try_from(n).expect("they were in memory");
    figures::print(&[
        ("secrets planted at the binary", planted),
        ("files searched at the binary", count(search.files)),
        ("bytes searched at the binary", count(search.bytes)),
        ("secrets found at the binary", search.found.len()),
    ]);
    assert_eq!(search.found, [""; 0]);
}

fn visits(outside: &mut Outside<'_>, shop: usize) {
    for n in 0..2 {
        outside.beacon(&purchase(shop, n));
        outside.beacon(&add_to_cart(shop, n));
        for topic in ["orders/create", "orders/paid"] {
            outside.webhook(shop, topic, &order_of(shop, n), &secret(shop));
        }
    }
    // Signed, and nothing that can be read; and read, but not signed.
    outside.webhook(shop, "orders/create", &odd(), &secret(shop));
    outside.webhook(shop, "orders/create", &order_of(shop, 3), "pl4nt3d");
    let demand = json!({
        "shop_domain": domain(shop), "orders_requested": [], "orders_to_redact": [],
        "customer": {"email": "pl4nt3d.0@nowhere.example", "phone": "+1 213-373-4253"},
    });
    for topic in ["customers/data_request", "customers/redact"] {
        outside.webhook(shop, topic, &demand, &secret(shop));
    }
    for beacon in wrong(shop) {
        outside.beacon(&beacon);
    }
}

/// Beacons in which a module that is not ours, or a stranger, puts what must not be there.
fn wrong(shop: usize) -> Vec<Value> {
    let mut all = Vec::new();
    for (place, value) in [
        ("/events/0/user/email", json!("pl4nt3d@raw.example")),
        ("/events/0/user/phone", json!("+1 213 373-4253")),
        ("/events/0/user/city", json!("Pl4nt3d Street 7")),
        ("/events/0/page/url", json!("https://shop.acme.example/?email=pl4nt3d%40raw.example")),
        (
            "/events/0/page/url",
            json!("https://shop.acme.example/checkouts/cn/pl4nt3dtoken/thank-you"),
        ),
        ("/events/0/page/url", json!("https://shop.acme.example/account/pl4nt3d?key=pl4nt3d")),
        ("/events/0/properties/description", json!("for pl4nt3d@raw.example")),
        ("/events/0/name", json!("pl4nt3d")),
        ("/shop", json!("pl4nt3d.myshopify.com")),
        ("/client/version", json!("pl4nt3d@raw.example")),
        ("/checkout", json!("pl4nt3dcheckout")),
        ("/v", json!("pl4nt3d")),
    ] {
        let mut beacon = add_to_cart(shop, 20 + all.len());
        let (parent, key) = place.rsplit_once('/').expect("a path");
        beacon.pointer_mut(parent).expect("it is there")[key] = value;
        all.push(beacon);
    }
    all
}

fn odd() -> Value {
    json!({"id": {"pl4nt3d": 1}, "email": ["pl4nt3d@raw.example"], "billing_address": "Pl4nt3d"})
}
