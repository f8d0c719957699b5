//! The binary under test, its configuration, its log, its store.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use assent_endpoint::store_place::StorePlace;
use assent_lab::tiktok::{Options, Standin};
use tempfile::TempDir;

use super::http::{Answer, request};
use super::place::Place;
use super::rows::Rows;
use super::until;

pub(crate) const SHOP: &str = "acme.myshopify.com";
pub(crate) const PIXEL: &str = "C4EXAMPLE0000000000";
pub(crate) const TOKEN: &str = "tok-5ecret-9f8e7d6c";
pub(crate) const ADMIN_TOKEN: &str = "admin-5ecret-1a2b3c4d-5e6f7a8b-9c0d";

/// A shop, a store and a stand-in for TikTok, in one temporary directory.
pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) place: Place,
    pub(crate) tiktok: Standin,
    listen: String,
    /// More lines of the file's top.
    top: String,
    settings: String,
}

pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    log: Arc<Mutex<String>>,
}

/// At none of the ports that systems give to outgoing connections (from 32768 on): one of those could
/// be taken by a connection between this look and the moment the server itself listens there.
pub(crate) fn free_address() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 20_000 + (std::process::id().wrapping_mul(97) + n) % 12_000;
        let address = format!("127.0.0.1:{port}");
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// `settings` are more lines of the one shop.
    pub(crate) fn with(settings: &str) -> Self {
        Self::on(Place::new(), settings)
    }

    /// As [`Self::with`], with its store there.
    pub(crate) fn on(place: Place, settings: &str) -> Self {
        let tiktok = Standin::start_blocking(&Options::one(PIXEL, TOKEN)).expect("a stand-in");
        let dir = TempDir::new().expect("a directory");
        let (listen, settings) = ("127.0.0.1:0".to_owned(), settings.to_owned());
        let world = Self { dir, place, tiktok, listen, top: String::new(), settings };
        world.configure(&world.tiktok.base_url());
        world
    }

    /// As [`Self::with`], with an admin API: at a port that another process can know.
    pub(crate) fn administered(settings: &str) -> Self {
        let mut world = Self::with(settings);
        world.listen = free_address();
        world.set_top("admin_token_env = \"ASSENT_ADMIN_TOKEN\"");
        world
    }

    /// At that address, on any port.
    pub(crate) fn listen_at(&mut self, address: &str) {
        address.clone_into(&mut self.listen);
        self.configure(&self.tiktok.base_url());
    }

    /// Sets more lines of the file's top; a running server does not notice.
    pub(crate) fn set_top(&mut self, top: &str) {
        top.clone_into(&mut self.top);
        self.configure(&self.tiktok.base_url());
    }

    /// Sets more lines of the one shop; a running server does not notice.
    pub(crate) fn set_settings(&mut self, settings: &str) {
        settings.clone_into(&mut self.settings);
        self.configure(&self.tiktok.base_url());
    }

    pub(crate) fn configure(&self, api_base: &str) {
        // Unless the test names a tool.
        let named = self.settings.contains("consent.cmp");
        let cmp = if named { "" } else { "consent.cmp = \"shopify\"" };
        let text = format!(
            r#"
listen = "{}"
public_url = "https://events.example.com"
{}{}
[tiktok]
api_base = "{api_base}"
[[shops]]
domain = "{SHOP}"
storefronts = ["shop.acme.example"]
pixel_code = "{PIXEL}"
access_token_env = "ACME_TIKTOK_TOKEN"
{cmp}
{}
"#,
            self.listen,
            self.place.settings(),
            self.top,
            self.settings
        );
        std::fs::write(self.config(), text).expect("a file");
    }

    pub(crate) fn store(&self) -> StorePlace {
        self.place.in_folder(self.dir.path())
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.dir.path().join("assent.toml")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
        command.args(arguments).arg("--config").arg(self.config());
        command.env("ACME_TIKTOK_TOKEN", TOKEN).env("ACME_SHOPIFY_SECRET", "shpss-5ecret");
        command.env("ASSENT_ADMIN_TOKEN", ADMIN_TOKEN);
        self.place.tell(&mut command);
        // Reports on customers lie there, where the store is no file.
        command.current_dir(self.dir.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }

    pub(crate) fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    pub(crate) fn serve_with(&self, arguments: &[&str]) -> Server {
        let mut command = self.command(&["serve"]);
        command.args(arguments).env("ASSENT_LOG", "debug");
        Server::start(command)
    }

    /// As [`Self::serve`], after a shell has run `first`.
    pub(crate) fn serve_after(&self, first: &str) -> Server {
        let plain = self.command(&["serve"]);
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{first} && exec \"$0\" \"$@\"")).arg(plain.get_program());
        command.args(plain.get_args()).env("ASSENT_LOG", "debug").current_dir(self.dir.path());
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Server::start(command)
    }

    /// `assent.toml` with other text in one place.
    pub(crate) fn rewrite(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.config()).expect("a file");
        assert!(text.contains(from), "{from} is not in {text}");
        std::fs::write(self.config(), text.replacen(from, to, 1)).expect("a file");
    }

    /// `assent why --json`; `None` where nothing is known.
    pub(crate) fn why(&self, id: &str) -> Option<serde_json::Value> {
        let output = self.run(&["why", id, "--json"]);
        output
            .status
            .success()
            .then(|| serde_json::from_slice(&output.stdout).expect("one JSON document"))
    }

    /// Waits for the event to come to its end, and returns its story.
    pub(crate) fn end(&self, id: &str) -> serde_json::Value {
        until(&format!("{id} has ended"), || {
            self.why(id).filter(|story| {
                !["held", "due"].contains(&story["state"].as_str().unwrap_or_default())
            })
        })
    }

    /// What a command prints.
    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    pub(crate) fn report(&self) -> serde_json::Value {
        serde_json::from_str(&self.text(&["report", "--format", "json"]))
            .expect("one JSON document")
    }

    /// Its store's rows, behind the store's back.
    pub(crate) fn look(&self) -> Rows {
        self.place.rows(self.dir.path())
    }

    /// Whoever looks finds no store any more, until it is [shown](Self::show) again.
    pub(crate) fn hide(&self) {
        self.rename(("shop", "away"), ("assent.db", "away"));
    }

    pub(crate) fn show(&self) {
        self.rename(("away", "shop"), ("away", "assent.db"));
    }

    /// Of a database a table that every look needs; else the file.
    fn rename(&self, table: (&str, &str), file: (&str, &str)) {
        if self.place.is_database() {
            return self.look().run(&format!("ALTER TABLE {} RENAME TO {}", table.0, table.1));
        }
        let at = |name: &str| self.dir.path().join(name);
        std::fs::rename(at(file.0), at(file.1)).expect("it is there");
    }

    /// A server that was killed is not heard of any more: in a database, as half a minute later.
    pub(crate) fn is_known_to_be_dead(&self) {
        if self.place.is_database() {
            self.look().run("UPDATE endpoint SET seen_at = 0");
        }
    }

    /// Behind the store's back.
    pub(crate) fn damage(&self, sql: &str) {
        self.look().run(sql);
    }

    /// Everything the store keeps, as bytes: of a file what it has on disk; of a database what is in its rows
    /// (docs/postgres.md#what-an-erasure-leaves says what its disk has).
    pub(crate) fn store_bytes(&self) -> Vec<u8> {
        if self.place.is_database() {
            return self.look().bytes();
        }
        let files = std::fs::read_dir(self.dir.path())
            .expect("a directory")
            .map(|file| file.expect("a file").path());
        let of_store = files.filter(|path| path.to_string_lossy().contains("assent.db"));
        of_store.flat_map(|path| std::fs::read(path).unwrap_or_default()).collect()
    }

    /// How many rows each table has that a beacon or a webhook could have written.
    pub(crate) fn rows(&self) -> i64 {
        let tables =
            ["receipt", "context", "event", "link", "withdrawal", "pixel", "order_fact", "webhook"];
        let counts = tables.map(|table| format!("(SELECT count(*) FROM {table})"));
        self.look().number(&format!("SELECT {}", counts.join(" + ")))
    }
}

impl Server {
    /// A command that ends in `assent serve`, with its log on the piped stderr.
    pub(crate) fn start(command: Command) -> Self {
        Self::try_start(command).unwrap_or_else(|log| panic!("the server ended at start:\n{log}"))
    }

    /// `Err`: it ended at its start; what it said.
    pub(crate) fn try_start(mut command: Command) -> Result<Self, String> {
        command.stderr(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().expect("the binary runs");
        let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let kept = log.clone();
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut log = kept.lock().expect("no panic holds it");
                log.push_str(&line);
                log.push('\n');
            }
        });
        let address = until("the server listens", || {
            if child.try_wait().expect("a child").is_some() {
                return Some(None);
            }
            let log = log.lock().expect("no panic holds it");
            // As text, or in JSON.
            let (_, rest) = log
                .split_once("listening address=")
                .or_else(|| log.split_once("\"address\":\""))?;
            Some(Some(rest.split([' ', '\n', '"']).next()?.to_owned()))
        });
        let Some(address) = address else {
            reader.join().expect("it reads to the end");
            return Err(log.lock().expect("no panic holds it").clone());
        };
        Ok(Self { child, address, log })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn post(&self, body: &str) -> Answer {
        self.post_with(&[("Content-Type", "text/plain")], body.as_bytes())
    }

    pub(crate) fn post_with(&self, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        request(&self.address, "POST", "/v1/events", headers, body).expect("an answer")
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        request(&self.address, "GET", path, &[], b"").expect("an answer")
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no panic holds it").clone()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) -> String {
        self.child.kill().expect("it was running");
        self.child.wait().expect("a child");
        self.log()
    }

    /// SIGTERM, and the exit code.
    pub(crate) fn stop(self) -> Option<i32> {
        self.tell_to_stop();
        self.ended()
    }

    pub(crate) fn tell_to_stop(&self) {
        let pid = self.pid().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there");
        assert!(told.success());
    }

    pub(crate) fn ended(mut self) -> Option<i32> {
        let code = until("the server stops", || self.child.try_wait().expect("a child"));
        code.code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
