//! A PgBouncer before a cluster, in transaction mode, with fewer connections to the server than clients have: whoever
//! relies on having a session of its own fails here.

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cluster::{Cluster, PASSWORD, free_port};
use crate::user::{User, command};

/// To the server, of each database.
const SESSIONS: u32 = 4;
const PATIENCE: Duration = Duration::from_secs(20);
/// It ends with whoever was to tell it to.
const KEEPER: &str =
    "\"$@\" </dev/null >/dev/null 2>&1 & pid=$!; read -r word; kill -s KILL $pid; wait $pid";

#[derive(Debug)]
pub struct Pooler {
    shell: Child,
    told: Option<ChildStdin>,
    port: u16,
    log: PathBuf,
}

impl Pooler {
    /// # Panics
    /// If there is no PgBouncer (it says how to get it), or it does not start.
    pub fn before(cluster: &Cluster) -> Self {
        let user = User::unprivileged();
        let port = free_port();
        let folder = cluster.folder().join(format!("pooler-{port}"));
        std::fs::create_dir(&folder).expect("a folder");
        let (users, log) = (folder.join("users"), folder.join("log"));
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {}\nlogfile = {}\npool_mode = transaction\n\
             default_pool_size = {SESSIONS}\nmax_client_conn = 200\n",
            cluster.port(),
            users.display(),
            log.display(),
        );
        std::fs::write(&users, format!("\"postgres\" \"{PASSWORD}\"\n")).expect("a file");
        std::fs::write(folder.join("ini"), settings).expect("a file");
        if let Some(user) = user {
            user.owns(&folder);
        }
        let pooler = command(user, &program());
        let mut shell = Command::new("sh");
        shell.args(["-c", KEEPER, "pooler"]).arg(pooler.get_program()).args(pooler.get_args());
        shell.arg(folder.join("ini")).current_dir("/").stdin(Stdio::piped());
        let mut shell = shell.spawn().expect("there is a shell");
        let told = shell.stdin.take();
        let pooler = Self { shell, told, port, log };
        let patience = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < patience, "PgBouncer does not start:\n{}", pooler.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        pooler
    }

    /// On the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.told.take());
        let _ = self.shell.wait();
    }
}

/// Debian keeps it among the system's programs.
fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = std::iter::once(PathBuf::from("/usr/sbin"));
    let all = std::env::split_paths(&path).chain(system);
    let mut found = all.map(|folder| folder.join("pgbouncer")).filter(|program| program.is_file());
    found.next().expect(
        "These tests need PgBouncer. On Debian: apt-get install -y --no-install-recommends pgbouncer",
    )
}
