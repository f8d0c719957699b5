//! A database of one test.

use crate::cluster::{Cluster, PASSWORD};
use crate::pooler::Pooler;

/// Emptied when it is dropped, whoever is still connected.
#[derive(Debug)]
pub struct Database<'a> {
    cluster: &'a Cluster,
    name: String,
    /// Of whoever stands before the server.
    front: Option<u16>,
}

impl<'a> Database<'a> {
    pub(crate) fn create(cluster: &'a Cluster, name: String) -> Self {
        let database = Self { cluster, name, front: None };
        database.on_server(&format!("CREATE DATABASE {} TEMPLATE template0", database.name));
        database
    }

    pub(crate) fn again(cluster: &'a Cluster, name: String) -> Self {
        Self { cluster, name, front: None }
    }

    /// From now on its address is the pooler's; [`Database::run`] goes past it.
    #[must_use]
    pub fn behind(mut self, pooler: &Pooler) -> Self {
        self.front = Some(pooler.port());
        self
    }

    /// For `store = …`, without the password, which is [`PASSWORD`].
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The same, of another role (see [`Database::run`] to make one).
    pub fn url_of(&self, role: &str) -> String {
        let port = self.front.unwrap_or(self.cluster.port());
        format!("postgres://{role}@127.0.0.1:{port}/{}", self.name)
    }

    /// For a client that takes the password in it.
    pub fn url_with_password(&self) -> String {
        self.url().replace('@', &format!(":{PASSWORD}@"))
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn cluster(&self) -> &'a Cluster {
        self.cluster
    }

    /// What the superuser is told of these statements: columns parted by `|`, a row a line.
    ///
    /// # Panics
    /// With PostgreSQL's words, if one fails.
    pub fn run(&self, sql: &str) -> String {
        run(self.cluster, &self.name, sql)
    }

    fn on_server(&self, sql: &str) {
        run(self.cluster, "postgres", sql);
    }
}

/// Nobody is connected any more, and no schema is left but an empty `public`.
const EMPTY: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$' LOOP
            EXECUTE format('DROP SCHEMA %I CASCADE', name);
        END LOOP;
    END $$;
    CREATE SCHEMA public";

impl Drop for Database<'_> {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        let emptied = self.cluster.psql(&name).arg("-c").arg(EMPTY).output();
        // Where the server was stopped on purpose, its folder goes soon enough.
        if emptied.is_ok_and(|output| output.status.success()) {
            self.cluster.takes_back(name);
        }
    }
}

fn run(cluster: &Cluster, database: &str, sql: &str) -> String {
    let output = cluster.psql(database).arg("-c").arg(sql).output().expect("psql runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{sql}\nfailed: {told}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
