//! deploy/several says of our settings, ports and addresses what is true, and its roles can be made.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use assent_endpoint::config::{Config, Secrets};
use assent_endpoint::store_place::StorePlace;
use assent_postgres::{Cluster, Durability};

use crate::support::server::World;

fn place(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(file)
}

fn text(file: &str) -> String {
    let path = place(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between `before` and `after`, wherever it does.
fn between<'a>(text: &'a str, before: &str, after: char) -> BTreeSet<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

#[test]
fn the_settings_for_several_endpoints_have_no_fault() {
    let settings = text("several/assent.toml");
    let set = |name: &str| Some(format!("value of {name}, long enough for a token"));
    let config = Config::parse(&settings, Path::new("/etc/assent"), Secrets::Needed, &set)
        .unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(config.listen.to_string(), "0.0.0.0:8787");
    let StorePlace::Database(database) = &config.store else { panic!("{:?}", config.store) };
    assert_eq!(database.url, "postgres://assent@postgres/assent");
}

#[test]
fn every_secret_that_the_settings_name_is_in_the_environment_and_no_other() {
    let settings = text("several/assent.toml");
    let named: BTreeSet<_> = settings
        .lines()
        .filter_map(|line| line.split('#').next()?.split_once(" = "))
        .filter(|(key, _)| key.ends_with("_env") || key.ends_with("_envs"))
        .flat_map(|(_, value)| value.split('"').skip(1).step_by(2))
        .collect();
    let environment = text("several/assent.env.example");
    let there: BTreeSet<_> =
        environment.lines().filter_map(|line| line.strip_suffix('=')).collect();
    assert_eq!(named, there);
    // That of the role is told to the server too, which makes it.
    let servers = text("several/postgres.env.example");
    assert!(servers.lines().any(|line| line == "ASSENT_STORE_PASSWORD="));
    assert!(text("several/roles.sql").contains("\\getenv password ASSENT_STORE_PASSWORD"));
}

#[test]
fn ports_services_and_addresses_are_those_that_answer() {
    let compose = text("several/compose.yaml");
    let caddy = text("several/Caddyfile");
    for upstream in ["assent-1", "assent-2"] {
        assert!(compose.contains(&format!("\n  {upstream}:\n")), "{upstream}");
        assert!(caddy.contains(&format!("{upstream}:8787")), "{upstream}");
    }
    let kubernetes = text("several/kubernetes.yaml");
    assert_eq!(between(&kubernetes, "containerPort: ", '}'), ["8787"].into());
    assert_eq!(
        between(&kubernetes, "protocol: TCP, port: ", '}'),
        ["443", "53", "5432", "8787"].into()
    );
    // As the image has it: its user, and the one folder that it may write.
    let image = text("Dockerfile");
    assert_eq!(between(&image, "--uid ", ' '), between(&kubernetes, "runAsUser: ", '\n'));
    assert!(image.contains("WORKDIR /var/lib/assent\n"));
    assert!(
        kubernetes.contains("mountPath: /var/lib/assent}") && compose.contains("/var/lib/assent]")
    );
    let world = World::new();
    let server = world.serve();
    let asked = between(&kubernetes, "httpGet: {path: ", ',');
    assert_eq!(asked, ["/healthz", "/readyz"].into());
    for path in asked.union(&between(&caddy, "health_uri ", '\n')) {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    let help = world.text(&["serve", "--help"]);
    let command = r#"["serve", "--config", "/etc/assent/assent.toml"]"#;
    for (file, text) in [("compose.yaml", &compose), ("kubernetes.yaml", &kubernetes)] {
        assert!(text.contains(command) && help.contains("--config"), "{file}");
    }
}

#[test]
fn the_roles_can_be_made_and_may_do_no_more_than_they_need() {
    let cluster = Cluster::start(Durability::Fast);
    if cluster.version() < 15 {
        eprintln!("psql {} has no \\getenv: the roles are made by hand there", cluster.version());
        return;
    }
    let mut make = cluster.psql("postgres");
    let made = make.env("ASSENT_STORE_PASSWORD", "it's").arg("-f").arg(place("several/roles.sql"));
    let made = made.output().expect("psql runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let may = |database: &str, sql: &str| {
        let mut psql = cluster.psql(database);
        // The last of two users is the one that counts.
        psql.args(["-h", "127.0.0.1", "-U", "assent", "-c", sql]).env("PGPASSWORD", "it's");
        psql.output().expect("psql runs").status.success()
    };
    assert!(may("assent", "CREATE TABLE a (n bigint PRIMARY KEY)"));
    assert!(may("assent", "INSERT INTO a VALUES (1)"));
    for forbidden in [
        "CREATE DATABASE other",
        "CREATE ROLE other",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY a TO PROGRAM 'cat'",
        "SELECT rolpassword FROM pg_authid",
    ] {
        assert!(!may("assent", forbidden), "{forbidden}");
    }
    let shows = |name: &str| {
        let mut psql = cluster.psql("assent");
        psql.args(["-h", "127.0.0.1", "-U", "assent", "-c", &format!("SHOW {name}")]);
        let told = psql.env("PGPASSWORD", "it's").output().expect("psql runs").stdout;
        String::from_utf8_lossy(&told).trim().to_owned()
    };
    assert_eq!(shows("synchronous_commit"), "on");
    assert_eq!(shows("statement_timeout"), "30s");
    assert_eq!(shows("lc_collate"), "C");
}
