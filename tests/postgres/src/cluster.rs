//! One server with its folder.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::database::Database;
use crate::keeper::Keeper;
use crate::pooler::Pooler;
use crate::programs::Programs;
use crate::user::{User, command};

/// Of the superuser `postgres`, whose databases these are, over TCP.
pub const PASSWORD: &str = "pl4nt3d-password-of-the-store";
/// Below those that the system gives to connections: after a restart the port is still ours.
const PORTS: std::ops::Range<u16> = 15_000..30_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// What a commit waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing: quick, and enough where no power fails. What the server wrote outlives its own death.
    Fast,
    /// The disk, as in production.
    Synced,
}

/// How the server ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// In order, and at once for whoever is connected.
    Fast,
    /// As after a crash: nothing is written down, and the next start recovers from the log.
    Immediate,
}

/// A server, its keeper, and its superuser.
#[derive(Debug)]
pub struct Cluster {
    keeper: Mutex<Keeper>,
    folder: PathBuf,
    programs: Programs,
    port: u16,
    next: AtomicU32,
    /// Databases that are empty again: making one takes ten times as long as emptying it.
    empty: Mutex<Vec<String>>,
    pooler: OnceLock<Pooler>,
}

impl Cluster {
    /// The one of this test program, started when it is first asked for.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Durability::Fast))
    }

    /// One of one's own, which may be stopped without stopping others' tests.
    ///
    /// # Panics
    /// If there is no PostgreSQL (it says how to get it), or it does not start.
    pub fn start(durability: Durability) -> Self {
        Self::start_with(durability, &[])
    }

    /// The same with settings of the server's, each `name=value`.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub fn start_with(durability: Durability, settings: &[String]) -> Self {
        let (programs, user) = (Programs::find(), User::unprivileged());
        let folder = tempfile::Builder::new().prefix("assent-pg-").tempdir().expect("a folder");
        // The keeper takes it away, since it outlives us.
        let folder = folder.keep();
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&folder, open).expect("it is ours");
        for name in ["data", "socket"] {
            std::fs::create_dir(folder.join(name)).expect("a folder");
            if let Some(user) = user {
                user.owns(&folder.join(name));
            }
        }
        let port = free_port();
        let mut server = server(&programs, user, &folder, port, durability);
        for setting in settings {
            server.arg("-c").arg(setting);
        }
        let cluster = Self {
            keeper: Mutex::new(Keeper::of(&folder, &server)),
            folder,
            programs,
            port,
            next: AtomicU32::new(0),
            empty: Mutex::default(),
            pooler: OnceLock::new(),
        };
        cluster.initialise(user, durability);
        cluster.begin();
        cluster
    }

    /// An empty database, nobody else's until it is dropped. With `ASSENT_TEST_POOLER` in the environment a PgBouncer
    /// stands before it.
    pub fn database(&self) -> Database<'_> {
        let empty = self.empty.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let database = empty.map_or_else(
            || {
                let n = self.next.fetch_add(1, Ordering::Relaxed);
                Database::create(self, format!("test_{n}"))
            },
            |name| Database::again(self, name),
        );
        if std::env::var_os("ASSENT_TEST_POOLER").is_none() {
            return database;
        }
        database.behind(self.pooler.get_or_init(|| Pooler::before(self)))
    }

    /// It is empty, and whoever asks for one may have it.
    pub(crate) fn takes_back(&self, name: String) {
        self.empty.lock().unwrap_or_else(PoisonError::into_inner).push(name);
    }

    /// Returns when it accepts connections.
    ///
    /// # Panics
    /// If it does not.
    pub fn begin(&self) {
        self.tell("start");
        let patience = Instant::now() + PATIENCE;
        while !self
            .psql("postgres")
            .arg("-c")
            .arg("SELECT 1")
            .output()
            .is_ok_and(|o| o.status.success())
        {
            assert!(Instant::now() < patience, "PostgreSQL does not start:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Returns when it has ended.
    pub fn stop(&self, how: Stop) {
        self.tell(match how {
            Stop::Fast => "INT",
            Stop::Immediate => "QUIT",
        });
    }

    /// From now on all its processes stand still, until what is returned is dropped: it takes connections, and
    /// answers nothing.
    pub fn freeze(&self) -> Frozen {
        let first = std::fs::read_to_string(self.folder.join("data/postmaster.pid"));
        let first = first.expect("it runs").lines().next().and_then(|pid| pid.parse().ok());
        let first: i32 = first.expect("a process");
        let mut all = vec![first];
        // Before its children: it makes no more of them then.
        signal(first, rustix::process::Signal::STOP);
        let children = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children"));
        all.extend(
            children
                .expect("of Linux")
                .split_whitespace()
                .filter_map(|pid| pid.parse::<i32>().ok()),
        );
        all.iter().for_each(|pid| signal(*pid, rustix::process::Signal::STOP));
        Frozen(all)
    }

    /// On the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// As `SELECT version()` counts: 15.
    pub fn version(&self) -> u32 {
        self.programs.version
    }

    /// What the server said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Where it keeps everything: for a search for what must not be there.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of its socket, at which nobody is asked for a password.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// `psql` as the superuser, whose output is bare: columns parted by `|`, a row a line.
    pub fn psql(&self, database: &str) -> Command {
        let mut psql = command(None, &self.programs.path("psql"));
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "postgres",
            "-d",
            database,
        ]);
        psql.arg("-h").arg(self.socket()).args(["-p", &self.port.to_string()]);
        psql
    }

    fn tell(&self, word: &str) {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner).tell(word);
    }

    fn initialise(&self, user: Option<User>, durability: Durability) {
        let password = self.folder.join("password");
        std::fs::write(&password, PASSWORD).expect("a file");
        let mut initdb = command(user, &self.programs.path("initdb"));
        initdb.arg("-D").arg(self.folder.join("data")).args(["-U", "postgres", "--no-sync"]);
        initdb.args(["--auth-local=trust", "--encoding=UTF8"]);
        initdb.arg(match durability {
            // A connection's password costs its client 4,096 rounds of a hash otherwise, and a test has ten.
            Durability::Fast => "--auth-host=md5",
            Durability::Synced => "--auth-host=scram-sha-256",
        });
        initdb.arg("--pwfile").arg(&password).arg("--locale=C.UTF-8");
        if self.programs.version >= 15 {
            // As a dictionary sorts, which most servers do: who relies on the order of bytes fails here.
            initdb.args(["--locale-provider=icu", "--icu-locale=en-US"]);
        }
        let output = initdb.output().expect("initdb runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "initdb failed: {told}");
    }
}

/// A server that stands still.
#[derive(Debug)]
pub struct Frozen(Vec<i32>);

impl Drop for Frozen {
    fn drop(&mut self) {
        self.0.iter().rev().for_each(|pid| signal(*pid, rustix::process::Signal::CONT));
    }
}

fn signal(pid: i32, what: rustix::process::Signal) {
    // One that has just ended hears nothing.
    let pid = rustix::process::Pid::from_raw(pid).expect("a process");
    let _ = rustix::process::kill_process(pid, what);
}

/// A file or folder that the server is to read as its own, such as a key.
///
/// # Panics
/// If it is not ours to give.
pub fn given_to_server(path: &Path) {
    if let Some(user) = User::unprivileged() {
        user.owns(path);
    }
    let mode = if path.is_dir() { 0o755 } else { 0o600 };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
}

fn server(
    programs: &Programs,
    user: Option<User>,
    folder: &Path,
    port: u16,
    durability: Durability,
) -> Command {
    let mut server = command(user, &programs.path("postgres"));
    server.arg("-D").arg(folder.join("data"));
    let mut set = |name: &str, value: &str| {
        server.arg("-c").arg(format!("{name}={value}"));
    };
    set("port", &port.to_string());
    set("listen_addresses", "127.0.0.1");
    set("unix_socket_directories", &folder.join("socket").display().to_string());
    set("max_connections", "200");
    set("shared_buffers", "64MB");
    set("timezone", "Asia/Kathmandu");
    if durability == Durability::Fast {
        set("fsync", "off");
        set("full_page_writes", "off");
    }
    server
}

pub(crate) fn free_port() -> u16 {
    let size = u32::from(PORTS.end - PORTS.start);
    loop {
        let dice = getrandom::u32().expect("dice") % size;
        let port = PORTS.start + u16::try_from(dice).expect("a port");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
