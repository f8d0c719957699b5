//! What the endpoint's tests rely on: that the server is real, is theirs alone, dies as told, and
//! leaves nothing.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use assent_postgres::{Cluster, Durability, Stop};

#[test]
fn each_test_has_a_database_of_its_own() {
    let cluster = Cluster::shared();
    let (one, other) = (cluster.database(), cluster.database());
    one.run("CREATE TABLE a (n integer); INSERT INTO a VALUES (1), (2)");
    assert_eq!(one.run("SELECT n, n * 2 FROM a ORDER BY n"), "1|2\n2|4");
    assert_eq!(other.run("SELECT count(*) FROM pg_tables WHERE tablename = 'a'"), "0");
    one.run("CREATE SCHEMA b; CREATE TABLE b.c (n integer)");
    let name = one.name().to_owned();
    drop(one);
    let some: Vec<_> = std::iter::repeat_with(|| cluster.database()).take(20).collect();
    let again = some.iter().find(|next| next.name() == name).expect("it is used again");
    let left = "SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')";
    assert_eq!(again.run(left), "0");
    assert_eq!(other.run("SELECT current_schema()"), "public");
    assert_eq!(again.run("SELECT current_schema()"), "public");
}

#[test]
fn what_was_committed_outlives_an_immediate_stop() {
    let cluster = Cluster::start(Durability::Synced);
    let database = cluster.database();
    assert_eq!(database.run("SHOW fsync"), "on");
    database.run("CREATE TABLE a (n integer); INSERT INTO a SELECT generate_series(1, 1000)");
    for how in [Stop::Immediate, Stop::Fast, Stop::Immediate] {
        cluster.stop(how);
        cluster.begin();
        assert_eq!(database.run("SELECT count(*) FROM a"), "1000");
    }
    assert!(cluster.log().contains("automatic recovery in progress"), "{}", cluster.log());
}

/// Run by the next test in a process of its own.
#[test]
#[ignore = "it waits until it is killed"]
fn a_program_that_is_killed() {
    let cluster = Cluster::shared();
    let pid = cluster.database().run("SELECT pg_read_file('postmaster.pid', 0, 32)");
    println!("\nfolder={}", cluster.folder().display());
    println!("pid={}", pid.lines().next().expect("a line"));
    std::thread::sleep(Duration::from_secs(600));
}

#[test]
fn nothing_stays_of_a_program_that_was_killed() {
    let mut program = Command::new(std::env::current_exe().expect("this"));
    program.args(["--ignored", "--exact", "--nocapture", "a_program_that_is_killed"]);
    let mut program = program.stdout(Stdio::piped()).spawn().expect("it runs");
    let mut lines = BufReader::new(program.stdout.take().expect("piped")).lines();
    let mut told = |name: &str| {
        let found = lines.by_ref().map(|line| line.expect("text"));
        found
            .into_iter()
            .find_map(|line| line.strip_prefix(name).map(str::to_owned))
            .expect("it tells")
    };
    let (folder, pid) = (told("folder="), told("pid="));
    let process = Path::new("/proc").join(&pid);
    assert!(Path::new(&folder).exists());
    assert!(process.exists() || !cfg!(target_os = "linux"));
    program.kill().expect("SIGKILL");
    program.wait().expect("it ends");
    let patience = Instant::now() + Duration::from_secs(30);
    while Path::new(&folder).exists() || process.exists() {
        assert!(Instant::now() < patience, "{folder} or process {pid} is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}
