//! A database of one test.

use crate::cluster::{Cluster, PASSWORD};
use crate::pooler::Pooler;

/// Dropped with everything in it, whoever is still connected.
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

impl Drop for Database<'_> {
    fn drop(&mut self) {
        // Where the server was stopped on purpose, its folder goes soon enough.
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = self.cluster.psql("postgres").arg("-c").arg(drop).output();
    }
}

fn run(cluster: &Cluster, database: &str, sql: &str) -> String {
    let output = cluster.psql(database).arg("-c").arg(sql).output().expect("psql runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{sql}\nfailed: {told}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
