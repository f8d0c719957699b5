//! `assent tail`: what happens now, as a person at a terminal sees it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use assent_lab::tiktok::{Answer, Fault};
use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, now, purchase, withdrawal};
use crate::support::orders::order;
use crate::support::server::{SHOP, Server, TOKEN, World};
use crate::support::until;

fn world() -> World {
    World::with("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]")
}

fn post(server: &Server, event: &Value) -> String {
    let checkout = event["checkout"].as_str();
    assert_eq!(server.post(&beacon(checkout, std::slice::from_ref(event)).to_string()).status, 202);
    event["event_id"].as_str().expect("an id").to_owned()
}

/// A running `assent tail`, and what it has printed.
struct Tail {
    child: Child,
    printed: Arc<Mutex<String>>,
}

impl Tail {
    fn start(world: &World, arguments: &[&str]) -> Self {
        let mut command = world.command(&[&["tail"], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it runs");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let printed = Arc::new(Mutex::new(String::new()));
        let kept = printed.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut printed = kept.lock().expect("no panic holds it");
                printed.push_str(&line);
                printed.push('\n');
            }
        });
        Self { child, printed }
    }

    fn printed(&self) -> String {
        self.printed.lock().expect("no panic holds it").clone()
    }

    /// The line with all of these words, once it is there.
    fn line(&self, words: &[&str]) -> String {
        until(&format!("a line with {words:?} is printed"), || {
            let printed = self.printed();
            let has_all = |line: &&str| words.iter().all(|word| line.contains(word));
            printed.lines().find(has_all).map(str::to_owned)
        })
    }

    /// Ctrl-C; the exit code.
    fn interrupt(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
        until("it ends", || self.child.try_wait().expect("a child")).code()
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_happens_has_a_line_each_with_both_copies_and_nothing_of_a_person() {
    let world = world();
    let server = world.serve();
    let tail = Tail::start(&world, &[]);
    let mut fired = purchase("t1");
    fired["browser"] = json!("fired");
    let id = post(&server, &fired);
    let short = format!("{}…{}", &id[..4], &id[28..]);
    tail.line(&["Purchase", &short, "€81.91", "browser fired + server waits for its order"]);
    assert_eq!(server.webhook("orders/create", "w1", &order(1001, "t1")), "confirmed");
    let line = tail.line(&["Purchase", &short, "browser fired + server delivered"]);
    for word in ["€70.10", "#1001", "confirmed by its order", "ground: permission", "value differs"]
    {
        assert!(line.contains(word), "{word}: {line}");
    }
    // An order that was not reported, and why.
    server.webhook("orders/create", "w2", &order(1002, "t2"));
    let line = tail.line(&["order", "#1002", "€70.10"]);
    assert!(line.contains("not sent: no consent on record"), "{line}");
    // A consent that ended.
    let held = post(&server, &purchase("t3"));
    let no = withdrawal(now(), &[], Some(&hash("visitor")));
    assert_eq!(server.post(&no.to_string()).status, 202);
    let short = format!("{}…{}", &held[..4], &held[28..]);
    tail.line(&["Purchase", &short, "server not sent: consent ended"]);
    // What was refused.
    let mut foreign = add_to_cart("sh-1");
    foreign["event_id"] = json!("0".repeat(32));
    assert_eq!(server.post(&beacon(None, &[foreign]).to_string()).status, 422);
    tail.line(&["refused a beacon: id_mismatch", "another shop's snippet"]);
    // A shop whose token was revoked, and restored.
    world.tiktok.revoke(TOKEN);
    let mut later = add_to_cart("sh-2");
    later["user"]["external_id"] = json!(hash("another"));
    post(&server, &later);
    tail.line(&["shop", "the shop's sends are paused"]);

    let printed = tail.printed();
    for secret in ["203.0.113", "Mozilla", "jane", TOKEN, "E.C.P", &hash("visitor"), &anchor("t1")]
    {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
    let lines: std::collections::BTreeSet<&str> = printed.lines().collect();
    assert_eq!(lines.len(), printed.lines().count(), "no line comes twice:\n{printed}");
    assert_eq!(tail.interrupt(), Some(0));
}

#[test]
fn the_newest_come_first_and_filters_choose_among_them() {
    let world = world();
    let server = world.serve();
    world.tiktok.fault(Fault::Refuse { event_id: post_id("sh-3") });
    let ids: Vec<_> = (1..=5).map(|n| post(&server, &add_to_cart(&format!("sh-{n}")))).collect();
    server.webhook("orders/create", "w", &order(1002, "t2"));
    until("all have ended", || {
        ids.iter()
            .all(|id| {
                world.why(id).is_some_and(|story| {
                    !["due", "held"].contains(&story["state"].as_str().expect("a state"))
                })
            })
            .then_some(())
    });
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let arguments = [&["tail", "--no-follow", "--json"], arguments].concat();
        let text = world.text(&arguments);
        text.lines().map(|line| serde_json::from_str(line).expect("a document a line")).collect()
    };
    let all = lines(&["--last", "100"]);
    assert_eq!(all.len(), 6, "{all:#?}");
    assert!(all.windows(2).all(|pair| pair[0]["at"].as_i64() <= pair[1]["at"].as_i64()));
    assert_eq!(lines(&["--last", "2"]).len(), 2);
    assert_eq!(lines(&[]).len(), 6, "ten at most");
    assert_eq!(lines(&["--event", "AddToCart"]).len(), 5);
    assert_eq!(lines(&["--shop", SHOP]).len(), 6);
    let [refused] = lines(&["--state", "refused_by_tiktok"]).try_into().expect("one");
    assert_eq!(refused["event_id"], ids[2]);
    assert_eq!((&refused["fate"], &refused["about"]), (&json!("not_sent"), &json!("event")));
    let [unsent] = lines(&["--event", "Purchase"]).try_into().expect("the order");
    assert_eq!(
        (&unsent["about"], &unsent["order"], &unsent["state"]),
        (&json!("order"), &json!("#1002"), &json!("no_consent_on_record"))
    );
    for misuse in
        [&["--state", "gone"][..], &["--event", "Purchse"], &["--shop", "other.myshopify.com"]]
    {
        let output = world.run(&[&["tail"], misuse].concat());
        assert_eq!(output.status.code(), Some(2), "{misuse:?}");
    }
}

fn post_id(shopify_id: &str) -> String {
    add_to_cart(shopify_id)["event_id"].as_str().expect("an id").to_owned()
}

/// `assent tail | head -1`: it notices that nobody reads any more, also when nothing happens.
#[test]
fn it_ends_when_nobody_reads() {
    let world = world();
    let _server = world.serve();
    let mut command = world.command(&["tail"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    let ended = until("it ends", || child.try_wait().expect("a child"));
    assert_eq!(ended.code(), Some(0));
}

/// An attempt that fails is no news; its end is.
#[test]
fn an_event_that_was_under_way_for_long_is_told_when_it_ends() {
    let world = world();
    let server = world.serve();
    world.tiktok.fault(Fault::Answer(Answer::of(50000)).times(1));
    let id = post(&server, &add_to_cart("sh-1"));
    let tail = Tail::start(&world, &["--json"]);
    tail.line(&[&id, "\"fate\":\"waits\""]);
    tail.line(&[&id, "\"state\":\"delivered\""]);
    let printed = tail.printed();
    assert_eq!(printed.matches(&id).count(), 2, "{printed}");
}
