//! Where the store is: a file of this machine's, or a PostgreSQL that several endpoints share.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::secret::Secret;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorePlace {
    /// SQLite's.
    File(PathBuf),
    Database(Database),
}

/// A PostgreSQL, and who we are to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Without a password.
    pub url: String,
    /// `None`: none is needed, or the variable is not set for this command.
    pub password: Option<Secret>,
    /// The environment variable that holds it.
    pub variable: Option<String>,
    /// What lies beside a store in a file lies here.
    pub folder: PathBuf,
}

impl StorePlace {
    /// `None`: it is no file.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Database(_) => None,
        }
    }

    /// Where a folder of this name lies beside the store.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        match self {
            Self::File(path) => path.with_file_name(name),
            Self::Database(database) => database.folder.join(name),
        }
    }
}

/// What is wrong with an address of PostgreSQL's, in words that do not repeat it: a password may stand in it.
pub(crate) fn fault_in(url: &str) -> Option<&'static str> {
    const FORM: &str = "`postgres://USER@HOST/DATABASE` is expected, such as `postgres://assent@db.example/assent`";
    const PASSWORD: &str = "no password belongs in this file: leave it out, and name the environment variable that \
                            holds it in `store_password_env`";
    let Some((_, rest)) = url.split_once("://") else { return Some(FORM) };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (user, host) = place.rsplit_once('@').unwrap_or(("", place));
    let names_password = |pair: &str| pair.split('=').next() == Some("password");
    if user.contains(':') || query.split('&').any(names_password) {
        return Some(PASSWORD);
    }
    let (host, database) = host.split_once('/').unwrap_or((host, ""));
    let is_whole = !user.is_empty() && !host.is_empty() && !database.is_empty();
    (!is_whole).then_some(FORM)
}

impl fmt::Display for StorePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Database(database) => f.write_str(&database.url),
        }
    }
}

impl From<PathBuf> for StorePlace {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&PathBuf> for StorePlace {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}

impl From<&Path> for StorePlace {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<&Self> for StorePlace {
    fn from(place: &Self) -> Self {
        place.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_user_host_and_database_and_no_password() {
        for good in [
            "postgres://assent@db.example/assent",
            "postgresql://assent@10.0.0.1:5433,10.0.0.2:5433/assent?sslmode=require&target_session_attrs=read-write",
        ] {
            assert_eq!(fault_in(good), None, "{good}");
        }
        for wrong in [
            "postgres://",
            "postgres://db.example/assent",
            "postgres://assent@db.example",
            "postgres:assent",
        ] {
            let fault = fault_in(wrong).expect("a fault");
            assert!(fault.contains("is expected"), "{wrong}: {fault}");
        }
        for leaky in [
            "postgres://assent:s3cret@db.example/assent",
            "postgres://assent@db.example/assent?sslmode=require&password=s3cret",
        ] {
            let fault = fault_in(leaky).expect("a fault");
            assert!(fault.contains("store_password_env") && !fault.contains("s3cret"), "{fault}");
        }
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        let place = StorePlace::Database(Database {
            url: "postgres://assent@db.example/assent".to_owned(),
            password: Secret::new("s3cret"),
            variable: Some("ASSENT_STORE_PASSWORD".to_owned()),
            folder: PathBuf::new(),
        });
        assert!(!format!("{place} {place:?}").contains("s3cret"));
    }
}
