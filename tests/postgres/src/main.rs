//! `assent-postgres`: a server as in production (everything a commit says is on the disk) for whoever is no Rust test
//! (tests/tools/endpoint/postgres.mjs). Says its port and the process that everything else of it is a child of, and
//! then does what lines of stdin say: `database`, which answers a fresh one's name, or `NAME SQL`. Each answer ends with
//! a line that is a dot. It goes with stdin.
//!
//! Arguments: settings of the server, `name=value`.

use std::error::Error;
use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;

use assent_postgres::{Cluster, Database, Durability, PASSWORD};

fn main() -> ExitCode {
    let settings: Vec<String> = std::env::args().skip(1).collect();
    match serve(&settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("assent-postgres: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(settings: &[String]) -> Result<(), Box<dyn Error>> {
    let cluster = Cluster::start_with(Durability::Synced, settings);
    let first = cluster.database();
    let pid = first.run("SELECT pg_read_file('postmaster.pid', 0, 32)");
    answer(
        &[&cluster.port().to_string(), pid.lines().next().unwrap_or_default(), PASSWORD].join("\n"),
    )?;
    let mut databases: Vec<Database<'_>> = Vec::new();
    for line in io::stdin().lock().lines() {
        let line = line?;
        match line.split_once(' ') {
            None => {
                let database = cluster.database();
                answer(database.name())?;
                databases.push(database);
            }
            Some((name, sql)) => {
                let of = databases.iter().chain([&first]).find(|database| database.name() == name);
                answer(&of.ok_or_else(|| io::Error::other("no such database"))?.run(sql))?;
            }
        }
    }
    Ok(())
}

fn answer(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}\n.")?;
    out.flush()
}
