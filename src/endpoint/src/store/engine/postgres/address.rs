//! Where the database is, and who we are to it. The password is shown nowhere.

use std::fmt;
use std::time::Duration;

use tokio_postgres::Config;

use crate::store_place::{Database, fault_in};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long what was sent may stay unacknowledged before the connection is taken for dead.
const SILENCE: Duration = Duration::from_secs(20);
/// And where an answer is awaited: after so long it is asked every so often whether the machine is still there.
const ASKS: Duration = Duration::from_secs(5);
const ASKED: u32 = 2;

#[derive(Clone)]
pub(in crate::store) struct Address {
    config: Config,
    place: Database,
}

impl Address {
    /// The error says what is wrong with it, and never the address itself, in which somebody may have put a
    /// password.
    pub(in crate::store) fn of(place: &Database) -> Result<Self, String> {
        // The certificate is always checked, name and all.
        let url = place.url.replace("sslmode=verify-full", "sslmode=require");
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            let why =
                std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
            format!("no address of a PostgreSQL ({why}); write postgres://USER@HOST/DATABASE")
        })?;
        if let Some(password) = &place.password {
            config.password(password.expose());
        }
        config.connect_timeout(CONNECT).tcp_user_timeout(SILENCE).application_name("assent");
        config.keepalives_idle(ASKS).keepalives_interval(ASKS).keepalives_retries(ASKED);
        Ok(Self { config, place: place.clone() })
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

/// As the configuration has it: where a password in it is refused.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if fault_in(&self.place.url).is_none() { &self.place.url } else { "…" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str) -> Database {
        Database { url: url.to_owned(), password: None, variable: None, folder: "".into() }
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        for url in [
            "postgres://assent:s3cret@db.example/assent",
            "postgres://assent:s3c%40ret@db.example/assent?sslmode=require",
            "postgres://assent@db.example/assent?password=s3cret",
        ] {
            let address = Address::of(&place(url)).expect("an address");
            assert_eq!(format!("{address:?}"), "…");
        }
        let good = "postgres://assent@db.example/assent?sslmode=require";
        assert_eq!(format!("{:?}", Address::of(&place(good)).expect("an address")), good);
        let wrong = Address::of(&place("postgres://assent:s3cret@db.example:port/assent"));
        assert!(!wrong.expect_err("no port").contains("s3cret"));
    }
}
