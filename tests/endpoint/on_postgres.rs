//! The binary beside a PostgreSQL: it serves, its commands work there or say what to do, and what cannot go well is
//! refused in a sentence.

use assent_postgres::{Cluster, Durability, PASSWORD, Stop};

use crate::support::beacon::{add_to_cart, beacon, purchase};
use crate::support::orders::order;
use crate::support::place::{Place, VARIABLE};
use crate::support::server::{SHOP, Server, World, free_address};
use crate::support::until;

fn world() -> World {
    World::on(Place::postgres(), "")
}

fn administered() -> World {
    let mut world = world();
    world.set_top("admin_token_env = \"ASSENT_ADMIN_TOKEN\"");
    world.listen_at(&free_address());
    world
}

/// Accepts an AddToCart; its id.
fn told(server: &Server, name: &str) -> String {
    let event = add_to_cart(name);
    let answer = server.post(&beacon(None, std::slice::from_ref(&event)).to_string());
    assert_eq!(answer.status, 202, "{answer:?}");
    event["event_id"].as_str().expect("an id").to_owned()
}

fn refused(world: &World, arguments: &[&str]) -> String {
    let output = world.run(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    said
}

#[test]
fn an_endpoint_serves_from_a_postgresql_and_shows_its_password_nowhere() {
    let world = world();
    let server = world.serve();
    let id = told(&server, "a");
    assert_eq!(world.end(&id)["state"], "delivered");
    for command in [
        &["status"][..],
        &["report"],
        &["tail", "--no-follow"],
        &["why", &id],
        &["store", "check"],
        &["store", "migrate"],
        &["receipts", "export"],
        &["check"],
    ] {
        let output = world.run(command);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(!said.contains(PASSWORD), "{command:?}: {said}");
        assert!(!said.contains("database cannot be used"), "{command:?}: {said}");
    }
    assert!(world.text(&["store", "check"]).contains("all"));
    let log = server.log();
    assert!(!log.contains(PASSWORD), "{log}");
    assert_eq!(server.stop(), Some(0));
}

/// An endpoint that was refused noted it, and has ended; two others started meanwhile, and their token is good.
#[test]
fn a_note_of_an_endpoint_that_has_gone_goes_with_the_first_event_that_tiktok_takes() {
    let world = world();
    let servers = [world.serve(), world.serve()];
    world.look().run("UPDATE shop SET paused = 'the token is refused', waits = 'a moment'");
    let id = told(&servers[1], "a");
    assert_eq!(world.end(&id)["state"], "delivered");
    let noted = "SELECT count(*) FROM shop WHERE paused IS NOT NULL OR waits IS NOT NULL";
    until("nothing is noted any more", || (world.look().number(noted) == 0).then_some(()));
    for server in servers {
        assert_eq!(server.stop(), Some(0));
    }
}

#[test]
fn two_endpoints_deliver_each_event_once() {
    let world = world();
    let servers = [world.serve(), world.serve()];
    let ids: Vec<_> = (0..20).map(|n| told(&servers[n % 2], &format!("id{n}"))).collect();
    for id in &ids {
        assert_eq!(world.end(id)["state"], "delivered");
    }
    assert_eq!(world.tiktok.received().len(), ids.len());
    for server in servers {
        assert_eq!(server.stop(), Some(0));
    }
}

#[test]
fn what_a_killed_endpoint_left_another_sends() {
    let world = world();
    let (killed, other) = (world.serve(), world.serve());
    let ids: Vec<_> = (0..5).map(|n| told(&killed, &format!("id{n}"))).collect();
    killed.kill();
    for id in &ids {
        assert_eq!(world.end(id)["state"], "delivered");
    }
    assert_eq!(other.stop(), Some(0));
}

#[test]
fn what_is_for_files_only_says_what_to_do_with_a_database() {
    let world = world();
    for command in [&["store", "backup", "copy.db"][..], &["store", "restore", "copy.db"]] {
        let said = refused(&world, command);
        assert!(said.contains("docs/postgres.md#backup"), "{said}");
    }
    let said = refused(&world, &["report"]);
    assert!(said.contains("no store in this database yet"), "{said}");
}

#[test]
fn a_database_of_another_schema_or_program_is_refused() {
    let world = world();
    world.serve().stop();
    let Place::Database(database, _) = &world.place else { panic!("it is on PostgreSQL") };
    for (sql, words) in [
        ("COMMENT ON TABLE shop IS 'Assent, schema 999'", "by a later release (schema 999"),
        ("COMMENT ON TABLE shop IS 'Assent, schema 7'", "an earlier development build"),
        ("COMMENT ON TABLE shop IS NULL", "tables of another program"),
    ] {
        database.run(sql);
        for said in
            [Server::try_start(world.command(&["serve"])).err(), Some(refused(&world, &["report"]))]
        {
            let said = said.expect("it does not start");
            assert!(said.contains(words) && said.contains(&database.url()), "{said}");
        }
    }
}

#[test]
fn a_password_that_is_wrong_or_missing_is_said_and_never_shown() {
    let world = world();
    let said = |password: Option<&str>| {
        let mut command = world.command(&["report"]);
        match password {
            Some(password) => command.env(VARIABLE, password),
            None => command.env_remove(VARIABLE),
        };
        let output = command.output().expect("it runs");
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let wrong = said(Some("wr0ng-pl4nted"));
    assert!(wrong.contains(&format!("is its password in {VARIABLE}?")), "{wrong}");
    assert!(!wrong.contains("wr0ng-pl4nted"), "{wrong}");
    assert!(said(None).contains(&format!("{VARIABLE}, which is to hold its password, is not set")));
}

#[test]
fn a_store_in_a_file_goes_on_in_a_postgresql() {
    let mut world = World::on(Place::File, "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    let server = world.serve();
    let delivered = told(&server, "delivered");
    world.end(&delivered);
    let held = purchase("held");
    let answer =
        server.post(&beacon(held["checkout"].as_str(), std::slice::from_ref(&held)).to_string());
    assert_eq!(answer.status, 202, "{answer:?}");
    let file = world.dir.path().join("assent.db").display().to_string();
    let from = ["store", "copy", "--from", &file];
    assert!(refused(&world, &from).contains("name its address in `store`"));
    let in_file = std::mem::replace(&mut world.place, Place::postgres());
    world.configure(&world.tiktok.base_url());
    assert!(refused(&world, &from).contains("another server has this store open"));
    assert_eq!(server.stop(), Some(0));
    let database = std::mem::replace(&mut world.place, in_file);
    let before = world.rows();
    world.place = database;
    assert!(world.text(&from).contains("counted and compared"));
    assert_eq!(world.rows(), before);
    assert!(refused(&world, &from).contains("this is a backup"));
    let server = world.serve();
    let id = held["event_id"].as_str().expect("an id");
    assert_eq!(world.why(id).expect("it is known")["state"], "held");
    assert_eq!(server.webhook("orders/create", "w1", &order(7, "held")), "confirmed");
    for id in [id, &delivered, &told(&server, "new")] {
        assert_eq!(world.end(id)["state"], "delivered");
    }
    assert_eq!(server.stop(), Some(0));
}

/// The tests' own server is quick and forgets; one that keeps what it commits is green.
#[test]
fn check_says_whether_the_database_keeps_what_it_commits() {
    let of_store = |world: &World| {
        let output = world.run(&["check", "--json"]);
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let lines = said["lines"].as_array().expect("lines").clone();
        lines.into_iter().find(|line| line["name"] == "store").expect("a line")
    };
    let forgets = world();
    forgets.serve().stop();
    let line = of_store(&forgets);
    assert_eq!(line["light"], "red", "{line}");
    assert!(line["words"].as_str().expect("words").contains("fsync = off"), "{line}");
    let cluster: &Cluster = Box::leak(Box::new(Cluster::start(Durability::Synced)));
    let keeps = World::on(Place::of(cluster.database()), "");
    keeps.serve().stop();
    assert_eq!(of_store(&keeps)["light"], "green");
}

/// Nothing is answered 202 that is not stored; and what was stored stays, and is sent.
#[test]
fn a_database_that_restarts_costs_a_503_and_no_event() {
    let cluster: &Cluster = Box::leak(Box::new(Cluster::start(Durability::Synced)));
    let world = World::on(Place::of(cluster.database()), "");
    let server = world.serve();
    let before = told(&server, "before");
    cluster.stop(Stop::Immediate);
    let answer = server.post(&beacon(None, &[add_to_cart("lost")]).to_string());
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
    assert_eq!(server.get("/readyz").status, 503);
    assert_eq!(server.get("/healthz").status, 200);
    cluster.begin();
    let after = until("it is stored again", || {
        let event = add_to_cart("after");
        let answer = server.post(&beacon(None, std::slice::from_ref(&event)).to_string());
        (answer.status == 202).then(|| event["event_id"].as_str().expect("an id").to_owned())
    });
    for id in [before, after] {
        assert_eq!(world.end(&id)["state"], "delivered");
    }
    until("it is ready again", || (server.get("/readyz").status == 200).then_some(()));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_customer_is_forgotten_through_the_server_or_without_one() {
    let world = administered();
    let server = world.serve();
    for name in ["through a server", "without one"] {
        let event = purchase(name);
        let answer = server
            .post(&beacon(event["checkout"].as_str(), std::slice::from_ref(&event)).to_string());
        assert_eq!(answer.status, 202, "{answer:?}");
        world.end(event["event_id"].as_str().expect("an id"));
    }
    let forget = ["forget", "--shop", SHOP, "--email", "jane@example.com"];
    let said = world.text(&forget);
    assert!(said.contains("2 ended events: links cut"), "{said}");
    assert!(said.contains("docs/postgres.md#what-an-erasure-leaves"), "{said}");
    assert!(refused(&world, &forget).contains("nothing is stored under that"));
    assert_eq!(server.stop(), Some(0));
    assert!(refused(&world, &forget).contains("nothing is stored under that"));
}
