//! What stands between an endpoint and its PostgreSQL, and what may happen there: PgBouncer, TLS, a server that is there
//! and answers nothing.

use std::time::{Duration, Instant};

use assent_lab::certificate;
use assent_postgres::{Cluster, Durability, Pooler, given_to_server};
use tempfile::TempDir;

use crate::support::beacon::{add_to_cart, beacon, hash, now, purchase, withdrawal};
use crate::support::orders::order;
use crate::support::place::Place;
use crate::support::server::{Server, World};
use crate::support::until;

fn told(server: &Server, event: &serde_json::Value) -> u16 {
    server.post(&beacon(event["checkout"].as_str(), std::slice::from_ref(event)).to_string()).status
}

/// In transaction mode, with fewer sessions than two endpoints have connections. Debian's 1.18 knows no statements with
/// names: whoever kept some would run another's here, or none.
#[test]
fn two_endpoints_work_through_pgbouncer_in_transaction_mode() {
    let pooler = Pooler::before(Cluster::shared());
    let place = Place::of(Cluster::shared().database().behind(&pooler));
    let world = World::on(place, "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    let servers = [world.serve(), world.serve()];
    let events: Vec<_> = (0..40).map(|n| add_to_cart(&format!("id{n}"))).collect();
    std::thread::scope(|all| {
        for (n, event) in events.iter().enumerate() {
            let server = &servers[n % 2];
            all.spawn(move || assert_eq!(told(server, event), 202));
        }
    });
    let held = purchase("held");
    assert_eq!(told(&servers[0], &held), 202);
    assert_eq!(servers[1].webhook("orders/create", "w1", &order(7, "held")), "confirmed");
    for event in events.iter().chain([&held]) {
        assert_eq!(world.end(event["event_id"].as_str().expect("an id"))["state"], "delivered");
    }
    let bodies: String = world.tiktok.received().iter().map(|one| one.body.as_str()).collect();
    for event in &events {
        let id = event["event_id"].as_str().expect("an id");
        assert_eq!(bodies.matches(id).count(), 1, "{id} went once");
    }
    let no = withdrawal(now(), &[], Some(&hash("visitor")));
    assert_eq!(servers[0].post(&no.to_string()).status, 202);
    assert_eq!(world.run(&["status"]).status.code(), Some(0));
    for server in servers {
        let log = server.log();
        assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
        assert_eq!(server.stop(), Some(0));
    }
    assert!(pooler.log().contains("unsupported startup parameter"), "{}", pooler.log());
}

/// Nobody waits for it for ever, and what it has not committed is not told to be stored.
#[test]
fn a_database_that_answers_nothing_costs_a_503_and_no_event() {
    let cluster: &Cluster = Box::leak(Box::new(Cluster::start(Durability::Fast)));
    let world = World::on(Place::of(cluster.database()), "");
    let server = world.serve();
    let (before, during) = (add_to_cart("before"), add_to_cart("during"));
    assert_eq!(told(&server, &before), 202);
    let frozen = cluster.freeze();
    for _ in 0..2 {
        let asked = Instant::now();
        let answer = server.post(&beacon(None, std::slice::from_ref(&during)).to_string());
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
        assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
    }
    assert_eq!(server.get("/readyz").status, 503);
    assert_eq!(server.get("/healthz").status, 200);
    drop(frozen);
    until("it is stored again", || (told(&server, &during) == 202).then_some(()));
    for event in [before, during] {
        assert_eq!(world.end(event["event_id"].as_str().expect("an id"))["state"], "delivered");
    }
    until("it is ready again", || (server.get("/readyz").status == 200).then_some(()));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn with_sslmode_require_all_is_encrypted_and_the_certificate_is_checked() {
    let folder = TempDir::new().expect("a folder");
    let made = certificate::make(folder.path()).expect("a certificate");
    given_to_server(folder.path());
    given_to_server(&made.key_file);
    let settings = [
        "ssl=on".to_owned(),
        format!("ssl_cert_file={}", made.cert_file.display()),
        format!("ssl_key_file={}", made.key_file.display()),
    ];
    let cluster: &Cluster = Box::leak(Box::new(Cluster::start_with(Durability::Fast, &settings)));
    let place = Place::of(cluster.database());
    let Place::Database(database, _) = &place else { panic!("it is") };
    let url = database.url();
    let world = World::on(place, "");
    world.rewrite(&url, &format!("{url}?sslmode=require"));
    let refused =
        Server::try_start(world.command(&["serve"])).err().expect("nobody vouches for it");
    assert!(refused.contains("certificate"), "{refused}");
    let mut trusting = world.command(&["serve"]);
    trusting.env("SSL_CERT_FILE", &made.cert_file);
    let server = Server::start(trusting);
    assert_eq!(told(&server, &add_to_cart("a")), 202);
    until("it is delivered", || (world.tiktok.received().len() == 1).then_some(()));
    let Place::Database(database, _) = &world.place else { panic!("it is") };
    let sessions = "SELECT bool_and(ssl), count(*) > 8 FROM pg_stat_ssl
        JOIN pg_stat_activity USING (pid) WHERE application_name = 'assent'";
    assert_eq!(database.run(sessions), "t|t");
    assert_eq!(server.stop(), Some(0));
}
