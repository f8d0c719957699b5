//! This machine: the file, the secrets, the store, the clock, the server.

use std::path::Path;

use assent_gate::time::Timestamp;

use super::words::{size, span};
use crate::calendar::moment;
use crate::check::line::{Group, Line};

/// Free bytes below which it is time to make room: a day of 50 events a second is about 9 GB.
const LITTLE_ROOM: u64 = 1 << 30;
/// And below which there is none left in practice.
const NO_ROOM: u64 = 64 << 20;
/// Events more than this ahead are refused, here and there (docs/contract.md#closed-lists).
const CLOCK_SLACK: i64 = 60;
/// A clock that a time server keeps is not off by so much; TikTok's `Date` is to the second.
const CLOCK_IS_KEPT: i64 = 5;

const GROUP: Group = Group::Machine;

/// The store's file, or database, as it was found.
#[derive(Debug)]
pub(crate) struct StoreFile {
    /// Its file, or its address.
    pub(crate) place: String,
    pub(crate) bytes: u64,
    pub(crate) written: Option<Timestamp>,
    /// `None`: the disk could not be asked.
    pub(crate) free: Option<u64>,
    /// Settings of a database that break a promise, a sentence each.
    pub(crate) doubts: Vec<String>,
}

/// What answers at `listen`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Server {
    /// `listen` names port 0, so nobody knows where it is.
    AnyPort,
    Silent {
        address: String,
        why: String,
    },
    /// It has another store open, or is not Assent.
    Other {
        address: String,
    },
    /// It has this store open. What `/readyz` says: whether it can store, and a line for each thing that gets
    /// tight.
    Here {
        is_ready: bool,
        said: Vec<String>,
    },
}

pub(crate) fn configuration(file: &Path, shops: usize) -> Line {
    let many = if shops == 1 { "one shop".to_owned() } else { format!("{shops} shops") };
    Line::green(GROUP, "configuration", format!("{}: no faults, {many}", file.display()))
}

/// Nothing else can be looked at.
pub(crate) fn faults(file: &Path, faults: &[String]) -> Line {
    let words = format!("{}: {}", file.display(), faults.join("\n"));
    Line::red(GROUP, "configuration", words)
        .advice("mend the file; docs/contract.md#configuration has every key")
}

pub(crate) fn secrets() -> Line {
    Line::green(GROUP, "secrets", "every token and secret that the file names is set")
}

/// The file is sound; what it names is not there.
pub(crate) fn missing_secrets(faults: &[String]) -> Line {
    Line::red(GROUP, "secrets", faults.join("\n")).advice(
        "set them for this command too: run it with the environment that the server has (with systemd: \
         `set -a; . /etc/assent/assent.env; set +a` first)",
    )
}

pub(crate) fn store(found: &Result<StoreFile, String>, now: Timestamp) -> Line {
    let StoreFile { place, bytes, written, free, doubts } = match found {
        Ok(file) => file,
        Err(error) => {
            return Line::red(GROUP, "store", error.clone()).advice(
                "if no server has run yet, start one: it makes the store. Else `assent store check` says more",
            );
        }
    };
    let written = written.map(|at| format!(", written {} ago", span(now.since(at))));
    let room = free.map_or_else(String::new, |free| format!(", {} free", size(free)));
    let words = format!("{place} {}{}{room}", size(*bytes), written.unwrap_or_default());
    if !doubts.is_empty() {
        return Line::red(GROUP, "store", format!("{words}; {}", doubts.join("; ")))
            .advice("set the database right: docs/postgres.md#what-the-database-must-be");
    }
    let advice = "make room on its disk: with none left, no beacon and no order is accepted";
    match free {
        Some(free) if *free < NO_ROOM => Line::red(GROUP, "store", words).advice(advice),
        Some(free) if *free < LITTLE_ROOM => Line::amber(GROUP, "store", words).advice(advice),
        Some(_) | None => Line::green(GROUP, "store", words),
    }
}

/// How far this machine's clock is ahead of TikTok's (`None`: not asked, or it did not say), and which
/// time the store goes by if it does not believe it.
pub(crate) fn clock(ahead: Option<i64>, doubted: Option<Timestamp>) -> Line {
    const NAME: &str = "clock";
    let advice = "let a time server keep it (`timedatectl set-ntp true`): beacons are refused, and orders and \
                  their Purchases miss each other, by a clock that is wrong";
    if let Some(believed) = doubted {
        let words = format!(
            "it has jumped days ahead: the store still goes by {}, and ends nothing of what is kept for \
             years until the server has run for 7 days with the new time",
            moment(believed.0)
        );
        return Line::red(GROUP, NAME, words).advice(advice);
    }
    let Some(ahead) = ahead else {
        return Line::unknown(GROUP, NAME, "TikTok's answer, by which it is measured, is missing");
    };
    let off = ahead.abs();
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    if off > CLOCK_SLACK {
        Line::red(GROUP, NAME, format!("{} {side} TikTok's", span(off))).advice(advice)
    } else if off > CLOCK_IS_KEPT {
        Line::amber(GROUP, NAME, format!("{} {side} TikTok's", span(off))).advice(advice)
    } else {
        Line::green(GROUP, NAME, "TikTok's, to a few seconds")
    }
}

pub(crate) fn server(found: &Server) -> Line {
    const NAME: &str = "server";
    match found {
        Server::AnyPort => {
            Line::unknown(GROUP, NAME, "`listen` names port 0, which is any, so it cannot be found")
                .advice("name a port in `listen`")
        }
        Server::Silent { address, why } => {
            Line::red(GROUP, NAME, format!("nobody answers at {address}: {why}")).advice(
                "start it: `assent serve`. In a container, run this command inside it",
            )
        }
        Server::Other { address } => Line::red(
            GROUP,
            NAME,
            format!("what answers at {address} is not a server with this store open"),
        )
        .advice("is another program there, or a server that was started with another file? Start the right one"),
        Server::Here { is_ready: false, said } => Line::red(GROUP, NAME, said.join("; "))
            .advice("nothing is acknowledged that is not stored. Make room, or mend the disk; docs/operating.md#readyz has each line"),
        Server::Here { is_ready: true, said } => {
            let tight: Vec<_> = said.iter().filter(|line| is_of_the_machine(line)).cloned().collect();
            if tight.is_empty() {
                Line::green(GROUP, NAME, "one runs, with this store, and can write")
            } else {
                Line::amber(GROUP, NAME, tight.join("; "))
                    .advice("docs/operating.md#readyz has each line")
            }
        }
    }
}

/// What has no line of its own below.
fn is_of_the_machine(line: &str) -> bool {
    !["paused:", "demand:", "test:"].iter().any(|of_shops| line.starts_with(of_shops))
}

/// `test: 1 of 2 shops …`: how many of the running server's shops test, and how many it has.
pub(crate) fn tests(server: &Server) -> Option<(usize, usize)> {
    let Server::Here { said, .. } = server else { return None };
    let line = said.iter().find_map(|line| line.strip_prefix("test: "))?;
    let mut words = line.split(' ');
    let (tests, _of, all) = (words.next()?, words.next()?, words.next()?);
    Some((tests.parse().ok()?, all.parse().ok()?))
}

#[cfg(test)]
mod its_tests {
    use super::*;
    use crate::check::line::Light;

    #[test]
    fn a_clock_is_red_where_events_would_be_refused() {
        let light = |ahead| clock(ahead, None).light;
        for (ahead, expected) in [
            (Some(0), Light::Green),
            (Some(-5), Light::Green),
            (Some(6), Light::Amber),
            (Some(-60), Light::Amber),
            (Some(61), Light::Red),
            (Some(-3600), Light::Red),
            (None, Light::Unknown),
        ] {
            assert_eq!(light(ahead), expected, "{ahead:?}");
        }
        assert_eq!(clock(Some(0), Some(Timestamp(0))).light, Light::Red);
    }

    #[test]
    fn a_disk_is_looked_at_before_it_is_full() {
        let light = |free| {
            let file = StoreFile {
                place: "assent.db".into(),
                bytes: 1,
                written: None,
                free,
                doubts: Vec::new(),
            };
            store(&Ok(file), Timestamp(0)).light
        };
        for (free, expected) in [
            (None, Light::Green),
            (Some(1 << 30), Light::Green),
            (Some((1 << 30) - 1), Light::Amber),
            (Some(64 << 20), Light::Amber),
            (Some(0), Light::Red),
        ] {
            assert_eq!(light(free), expected, "{free:?}");
        }
        assert_eq!(store(&Err("gone".to_owned()), Timestamp(0)).light, Light::Red);
    }

    #[test]
    fn a_database_that_forgets_is_red() {
        let doubts = vec!["fsync = off: it forgets".to_owned()];
        let place = "postgres://assent@db.example/assent".to_owned();
        let found = StoreFile { place, bytes: 1, written: None, free: None, doubts };
        let line = store(&Ok(found), Timestamp(0));
        assert_eq!(line.light, Light::Red);
        assert!(line.words.contains("fsync = off"), "{}", line.words);
    }

    #[test]
    fn what_readyz_says_of_shops_has_lines_of_its_own() {
        let here = |said: &[&str]| Server::Here {
            is_ready: true,
            said: said.iter().map(|line| (*line).to_owned()).collect(),
        };
        let of_shops =
            here(&["paused: the queues of 1 of 2 shops stand still", "test: 1 of 2 shops send"]);
        assert_eq!(server(&of_shops).light, Light::Green);
        assert_eq!(tests(&of_shops), Some((1, 2)));
        let tight = server(&here(&["queue: 200 deeds wait", "test: 1 of 2 shops send"]));
        assert_eq!((tight.light, tight.words.as_str()), (Light::Amber, "queue: 200 deeds wait"));
        assert_eq!(tests(&here(&[])), None);
    }
}
