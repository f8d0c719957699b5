//! Secrets are planted wherever the outside can put them (raw contacts, names, tokens of checkouts,
//! of TikTok, of Shopify, of the admin), and then looked for in all that the endpoint leaves: its
//! store with the log of its writes, its backup, its log at its loudest, its metrics, its answers,
//! its commands' output.

use serde_json::{Value, json};

use crate::figures;
use crate::fleet::{Fleet, add_to_cart, domain, order_of, purchase, secret};
use crate::support::until;

/// In each of them, in either case; the second as a telephone number is written.
const PLANTED: [&str; 3] = ["pl4nt3d", "2133734253", "373-4253"];
const SHOPS: usize = 3;

#[test]
fn nothing_planted_is_found_in_what_the_endpoint_leaves() {
    let fleet = Fleet::new(SHOPS);
    let server = fleet.serve();
    let mut answers = Vec::new();
    let mut planted = 0;
    for shop in 0..SHOPS {
        for n in 0..2 {
            answers.push(server.beacon(&purchase(shop, n)).body);
            answers.push(server.beacon(&add_to_cart(shop, n)).body);
            for topic in ["orders/create", "orders/paid"] {
                answers.push(server.webhook(shop, topic, &order_of(shop, n), &secret(shop)).body);
                planted += 6;
            }
        }
        // Signed, and nothing that can be read; and read, but not signed.
        answers.push(server.webhook(shop, "orders/create", &odd(), &secret(shop)).body);
        answers.push(server.webhook(shop, "orders/create", &order_of(shop, 3), "pl4nt3d").body);
        let demand = json!({
            "shop_domain": domain(shop), "orders_requested": [], "orders_to_redact": [],
            "customer": {"email": "pl4nt3d.0@nowhere.example", "phone": "+1 213-373-4253"},
        });
        for topic in ["customers/data_request", "customers/redact"] {
            answers.push(server.webhook(shop, topic, &demand, &secret(shop)).body);
        }
        for beacon in wrong(shop) {
            answers.push(server.beacon(&beacon).body);
            planted += 1;
        }
        planted += 6;
    }
    for path in
        ["/metrics", "/readyz", "/healthz", "/v1/pl4nt3d", "/admin/pl4nt3d", "/pl4nt3d?a=pl4nt3d"]
    {
        answers.push(server.get(path).body);
    }
    until("what is due is sent", || {
        (fleet.stories().iter().filter(|(_, _, state)| state == "delivered").count() >= SHOPS * 4)
            .then_some(())
    });
    let mut found = found_in(&fleet, "while it runs");
    // A backup, where this binary can make one.
    let backup =
        fleet.command(&["store", "backup", "backup.db"]).current_dir(fleet.dir.path()).output();
    let backup = backup.expect("the binary runs");
    let mut outputs = vec![("store backup".to_owned(), [backup.stdout, backup.stderr].concat())];
    outputs.push(("the log".to_owned(), server.stop().into_bytes()));
    for arguments in
        [&["report"][..], &["receipts", "export"], &["why", "7000000"], &["why", "#7000001"]]
    {
        let output = fleet.command(arguments).current_dir(fleet.dir.path()).output();
        let output = output.expect("the binary runs");
        outputs.push((arguments.join(" "), [output.stdout, output.stderr].concat()));
    }
    outputs.push(("the answers".to_owned(), answers.concat().into_bytes()));
    found.extend(found_in(&fleet, "after it has stopped"));
    found.extend(outputs.iter().flat_map(|(place, bytes)| search(place, bytes)));
    assert_eq!(found, [""; 0]);
    figures::print(&[("secrets planted at the binary", planted), ("secrets found", found.len())]);
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

fn found_in(fleet: &Fleet, when: &str) -> Vec<String> {
    let files = fleet.files();
    files.iter().flat_map(|(name, bytes)| search(&format!("{name} {when}"), bytes)).collect()
}

fn search(place: &str, bytes: &[u8]) -> Vec<String> {
    let lower = bytes.to_ascii_lowercase();
    let is_there =
        |secret: &&&str| lower.windows(secret.len()).any(|part| part == secret.as_bytes());
    PLANTED.iter().filter(is_there).map(|secret| format!("{secret} in {place}")).collect()
}
