//! The ways, and what must be said of each. Expected is what a merchant has to read to know why the order is
//! not at TikTok and whether there is something to do.

use assent_lab::tiktok::{Answer, Fault};
use serde_json::{Value, json};

use crate::support::beacon::{anchor, beacon, hash, now, purchase, withdrawal};
use crate::support::orders::{order, rfc3339, signature};
use crate::support::server::{PIXEL, SHOP, Server, TOKEN, World};
use crate::support::until;

pub(super) struct Missing {
    pub(super) name: &'static str,
    /// More lines of the shop.
    pub(super) settings: &'static str,
    pub(super) serve: &'static [&'static str],
    /// Makes it so; what to ask for.
    pub(super) happen: fn(&mut World, Server) -> (String, Option<Server>),
    pub(super) said: Said,
}

pub(super) struct Said {
    pub(super) why: &'static str,
    /// The line, its light, its words.
    pub(super) check: (&'static str, &'static str, &'static str),
    pub(super) report: &'static str,
    /// `None`: there is no page.
    pub(super) home: Option<&'static str>,
    /// `None`: nothing is wrong, the order rightly was not sent.
    pub(super) status: Option<&'static str>,
    /// `None`: it is no matter of whether the endpoint can take what comes.
    pub(super) readyz: Option<&'static str>,
}

const ORDERS: &str = "orders of 7 days";
const EXPIRED: &str = "1 of 1 accounted for; 0 reported: 1 lost (1 expired)";
const LOST_AT_HOME: &str =
    "✗ 1 order of the last 7 days should have been reported and could not be";
const LOST_IN_STATUS: &str =
    "1 of 1 orders of the last 7 days should have been reported and could not be (1 expired)";

pub(super) fn ways() -> Vec<Missing> {
    let lawful = lawful();
    let mut ways = Vec::from(lawful);
    ways.extend(too_late());
    ways.extend(at_tiktok());
    ways.extend(at_the_doors());
    ways
}

/// Nothing is wrong, and yet no one may say that the order was reported.
fn lawful() -> [Missing; 3] {
    [
        Missing {
            name: "no consent on record",
            settings: "",
            serve: &[],
            happen: |_, server| {
                told(&server, &order(7, "t1"));
                (ORDER.into(), Some(server))
            },
            said: Said {
                why: "no consent is on record for its checkout or cart",
                check: (ORDERS, "amber", "0 reported: 1 without consent on record"),
                report: "not reported 1 without consent on record",
                home: Some(
                    "Not one of 1 order of the last 7 days was reported: 1 without consent on record.",
                ),
                status: None,
                readyz: None,
            },
        },
        Missing {
            name: "withdrawn",
            settings: "",
            serve: &[],
            happen: |_, server| {
                leave(&server);
                let no = withdrawal(now(), &[&anchor("t1")], Some(&hash("visitor")));
                assert_eq!(server.post(&no.to_string()).status, 202);
                told(&server, &order(7, "t1"));
                (ORDER.into(), Some(server))
            },
            said: Said {
                why: "Ground consent ended",
                check: (ORDERS, "amber", "0 reported: 1 whose consent ended"),
                report: "not reported 1 whose consent ended",
                home: Some(
                    "Not one of 1 order of the last 7 days was reported: 1 whose consent ended.",
                ),
                status: None,
                readyz: None,
            },
        },
        Missing {
            name: "cancelled",
            settings: "",
            serve: &[],
            happen: |_, server| {
                buy(&server);
                server.webhook("orders/cancelled", "w", &order(7, "t1"));
                (ORDER.into(), Some(server))
            },
            said: Said {
                why: "its order was cancelled before the Purchase went out",
                check: (ORDERS, "amber", "0 reported: 1 not for report (1 cancelled)"),
                report: "not reported 1 not for report (1 cancelled)",
                home: Some(
                    "Not one of 1 order of the last 7 days was reported: 1 not for report (1 cancelled).",
                ),
                status: None,
                readyz: None,
            },
        },
    ]
}

fn too_late() -> [Missing; 4] {
    [
        Missing {
            name: "unconfirmed",
            settings: "purchase.hold_seconds = 1\npurchase.unconfirmed = \"drop\"",
            serve: &[],
            happen: |world, server| {
                let parked = buy(&server);
                until("it is parked", || {
                    world.why(&parked).filter(|story| story["reason"] == "unconfirmed")
                });
                assert_eq!(server.stop(), Some(0));
                // As two hours do in which no order is told of.
                world.damage(
                    "UPDATE event SET received_at = received_at - 7200;
                     UPDATE payload_count SET last_at = last_at - 7200",
                );
                (parked, Some(world.serve()))
            },
            said: Said {
                why: "its order did not come within hold_seconds",
                check: (
                    "order webhooks",
                    "red",
                    "a Purchase came 2 h ago, and Shopify never told of an order",
                ),
                report: "RED: Purchases came since",
                home: Some("arrive, but Shopify has told of no order since"),
                status: Some("Purchases come and no orders"),
                readyz: None,
            },
        },
        Missing {
            name: "too old",
            settings: "",
            serve: &[],
            happen: |_, server| {
                leave(&server);
                told(&server, &made_at(now() - 47 * 3600 - 60));
                (ORDER.into(), Some(server))
            },
            said: Said {
                why: "a copy sent now could be counted twice, or no longer be counted; it was not sent",
                check: (ORDERS, "amber", EXPIRED),
                report: "not reported 1 lost (1 expired)",
                home: Some(LOST_AT_HOME),
                status: Some(LOST_IN_STATUS),
                readyz: None,
            },
        },
        Missing {
            name: "the endpoint was down",
            settings: "",
            serve: &[],
            happen: |world, server| {
                world.tiktok.fault(Fault::Hang.forever());
                buy(&server);
                told(&server, &order(7, "t1"));
                server.kill();
                world.tiktok.clear_faults();
                // As eight days do.
                world.damage("UPDATE event SET event_time = event_time - 691200, horizon = 1");
                (ORDER.into(), Some(world.serve()))
            },
            said: Said {
                why: "this endpoint was down",
                check: (ORDERS, "amber", EXPIRED),
                report: "not reported 1 lost (1 expired)",
                home: Some(LOST_AT_HOME),
                status: Some(LOST_IN_STATUS),
                readyz: None,
            },
        },
        Missing {
            name: "the clock is wrong",
            settings: "",
            serve: &[],
            happen: |world, server| {
                leave(&server);
                assert_eq!(server.stop(), Some(0));
                // This machine is a month ahead of what the store has seen, and of Shopify.
                world.damage(
                    "UPDATE clock SET believed = believed - 2592000, seen = seen - 2592000",
                );
                let server = world.serve();
                told(&server, &made_at(now() - 2_592_000));
                (ORDER.into(), Some(server))
            },
            said: Said {
                why: "this machine's clock says",
                check: ("clock", "red", "the store still goes by"),
                report: "The clock: this machine's clock says",
                home: Some("The clock: this machine's clock says"),
                status: Some("this machine's clock says"),
                readyz: Some("clock: this machine's clock says"),
            },
        },
    ]
}

fn at_tiktok() -> [Missing; 3] {
    [
        Missing {
            name: "TikTok refused it",
            settings: "",
            serve: &[],
            happen: |world, server| {
                world.tiktok.fault(Fault::Answer(Answer::of(40002)).forever());
                buy(&server);
                told(&server, &order(7, "t1"));
                (ORDER.into(), Some(server))
            },
            said: Said {
                why: "TikTok refused it (code 40002: a parameter has a wrong value or type)",
                check: (ORDERS, "amber", "0 reported: 1 lost (1 refused by tiktok)"),
                report: "not reported 1 lost (1 refused by tiktok)",
                home: Some(LOST_AT_HOME),
                status: Some("should have been reported and could not be (1 refused_by_tiktok)"),
                readyz: None,
            },
        },
        Missing {
            name: "token revoked",
            settings: "",
            serve: &[],
            happen: |world, server| {
                world.tiktok.revoke(TOKEN);
                buy(&server);
                told(&server, &order(7, "t1"));
                (ORDER.into(), Some(server))
            },
            said: Said {
                why: "code 40105: the token is wrong or has been revoked",
                check: ("what waits", "red", "the shop's sends are paused"),
                report: "acme.myshopify.com: the shop's sends are paused: TikTok refused the shop's token or pixel (code 40105",
                home: Some("✗ Nothing of acme.myshopify.com is sent: 1 event waits."),
                status: Some("acme.myshopify.com: the shop's sends are paused"),
                readyz: Some("paused: the queues of 1 of 1 shops stand still; 1 events wait"),
            },
        },
        Missing {
            name: "wrong pixel",
            settings: "",
            serve: &[],
            happen: |world, server| {
                assert_eq!(server.stop(), Some(0));
                world.rewrite(PIXEL, "C4ANOTHER00000000000");
                let server = world.serve();
                buy(&server);
                told(&server, &order(7, "t1"));
                (ORDER.into(), Some(server))
            },
            said: Said {
                why: "code 40001: the token may not operate this pixel",
                check: ("token and pixel", "red", "do not belong together"),
                report: "acme.myshopify.com: the shop's sends are paused: TikTok refused the shop's token or pixel (code 40001",
                home: Some("✗ Nothing of acme.myshopify.com is sent: 1 event waits."),
                status: Some("acme.myshopify.com: the shop's sends are paused"),
                readyz: Some("paused: the queues of 1 of 1 shops stand still; 1 events wait"),
            },
        },
    ]
}

fn at_the_doors() -> [Missing; 3] {
    [
        Missing {
            name: "wrong webhook secret",
            settings: "",
            serve: &[],
            happen: |_, server| {
                let waits = buy(&server);
                let body = order(7, "t1").to_string();
                let signed = signature("another secret", body.as_bytes());
                let headers = [
                    ("X-Shopify-Topic", "orders/create"),
                    ("X-Shopify-Shop-Domain", SHOP),
                    ("X-Shopify-Hmac-Sha256", signed.as_str()),
                ];
                assert_eq!(server.webhook_with(&headers, body.as_bytes()).status, 401);
                (waits, Some(server))
            },
            said: Said {
                why: "webhooks of this shop are refused",
                check: ("order webhooks", "red", "webhooks of this shop are refused"),
                report: "acme.myshopify.com: webhooks of this shop are refused",
                home: Some("✗ acme.myshopify.com: webhooks of this shop are refused"),
                status: Some("acme.myshopify.com: webhooks of this shop are refused"),
                readyz: Some("webhooks: those of 1 of 1 shops are refused"),
            },
        },
        Missing {
            name: "the endpoint is down",
            settings: "",
            serve: &[],
            happen: |_, server| {
                let waits = buy(&server);
                assert_eq!(server.stop(), Some(0));
                (waits, None)
            },
            said: Said {
                why: "no server runs on this store",
                check: ("server", "red", "nobody answers at"),
                report: "The server: no server runs on this store",
                home: None,
                status: Some("no server runs on this store: start `assent serve`"),
                readyz: None,
            },
        },
        Missing {
            name: "test mode",
            settings: "test_event_code = \"TEST123\"",
            serve: &["--test-events"],
            happen: |_, server| {
                buy(&server);
                told(&server, &order(7, "t1"));
                (ORDER.into(), Some(server))
            },
            said: Said {
                why: "a test event: TikTok shows it and does not count it",
                check: ("mode", "amber", "TEST MODE"),
                report: "TEST MODE. What is accepted now is shown under Test events",
                home: Some("Test mode: what arrives now never counts."),
                status: Some("TEST MODE: nothing counts"),
                readyz: Some("test: 1 of 1 shops send test events, which never count"),
            },
        },
    ]
}

const ORDER: &str = "#7";

/// The shopper's Purchase; its id.
fn buy(server: &Server) -> String {
    let bought = purchase("t1");
    let body = beacon(bought["checkout"].as_str(), std::slice::from_ref(&bought));
    assert_eq!(server.post(&body.to_string()).status, 202);
    bought["event_id"].as_str().expect("an id").to_owned()
}

/// Consent, and what only the browser knows, of this checkout.
fn leave(server: &Server) {
    let mut alone = beacon(Some(&anchor("t1")), &[]);
    alone["user"] = json!({"external_id": hash("visitor"), "user_agent": "Mozilla/5.0 (test)"});
    alone["page"] = json!({"url": "https://shop.acme.example/checkouts/cn/payment"});
    assert_eq!(server.post(&alone.to_string()).status, 202);
}

fn told(server: &Server, order: &Value) {
    server.webhook("orders/create", "w", order);
}

fn made_at(at: i64) -> Value {
    let mut order = order(7, "t1");
    order["created_at"] = json!(rfc3339(at));
    order
}
