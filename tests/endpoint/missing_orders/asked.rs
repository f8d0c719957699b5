//! The places where a person may look, asked for real.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::ways::Missing;
use crate::dashboard::{Browser, text};
use crate::support::server::{Server, World};

const WEBHOOKS: &str = "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]\n";

/// A shop whose endpoint answers at its own `public_url`, so that no other fault stands beside the one.
pub(super) fn world_of(settings: &str) -> World {
    let world = World::administered(&format!("{WEBHOOKS}{settings}"));
    let file = std::fs::read_to_string(world.config()).expect("a file");
    let (_, rest) = file.split_once("listen = \"").expect("an address");
    let own = format!("http://{}", rest.split('"').next().expect("an address"));
    world.rewrite("https://events.example.com", &own);
    world
}

pub(super) struct Asked<'a> {
    pub(super) world: &'a World,
    /// `None`: none runs.
    pub(super) server: Option<&'a Server>,
    pub(super) order: &'a str,
}

impl Asked<'_> {
    /// What is not said where it must be. A courier needs a moment, and Home looks every five seconds.
    pub(super) fn missing(&self, way: &Missing) -> Vec<String> {
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            let wrong = self.look(way);
            if wrong.is_empty() || Instant::now() > patience {
                return wrong;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn look(&self, way: &Missing) -> Vec<String> {
        let said = &way.said;
        let mut wrong = Vec::new();
        let mut must = |place: &str, expected: &str, told: &str| {
            let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
            if !flat.contains(expected) {
                wrong.push(format!("{}: {place} must say: {expected}\nit says: {flat}", way.name));
            }
        };
        must("why", said.why, &self.command(&["why", self.order]));
        must("report", said.report, &self.command(&["report"]));
        let status = self.command(&["status"]);
        must("status", said.status.unwrap_or(NOTHING_WRONG), &status);
        let (name, light, words) = said.check;
        let line = self.line(name);
        must("check", words, &line);
        must("check", light, line.split(':').next().unwrap_or_default());
        if let Some(home) = said.home {
            let page = self.home();
            must("Home", home, &page);
            if page.contains("It works.") {
                must("Home", "anything but: It works", &page);
            }
        }
        if let (Some(readyz), Some(server)) = (said.readyz, self.server) {
            must("/readyz", readyz, &server.get("/readyz").body);
        }
        wrong
    }

    /// Both streams: what is unknown is said on the second.
    fn command(&self, arguments: &[&str]) -> String {
        let output = self.world.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        text(&output.stdout) + &text(&output.stderr)
    }

    /// As `red: its words → what to do`.
    fn line(&self, name: &str) -> String {
        let output = self.world.run(&["check", "--json"]);
        let document: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        let lines = document["lines"].as_array().expect("a list");
        let line = lines.iter().find(|line| line["name"] == name);
        let line = line.unwrap_or_else(|| panic!("no line {name}: {document:#}"));
        let of = |key: &str| line[key].as_str().unwrap_or_default();
        format!("{}: {} → {}", of("light"), of("words"), of("advice"))
    }

    fn home(&self) -> String {
        let server = self.server.expect("it runs, or there is no page");
        text(&Browser::signed_in(server).get("/admin").body)
    }
}

/// Of an order that rightly was not sent: it is no fault of the endpoint.
const NOTHING_WRONG: &str = "wrong nothing that this store knows of";
