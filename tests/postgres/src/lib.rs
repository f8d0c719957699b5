//! A real PostgreSQL for tests, started by the tests themselves: as an unprivileged user, in a
//! temporary folder, on a free port of the loopback interface. Nothing of it stays, also when the
//! test program panics or is killed.
//!
//! ```no_run
//! let database = assent_postgres::Cluster::shared().database();
//! println!("{} {}", database.url(), assent_postgres::PASSWORD);
//! ```

mod cluster;
mod database;
mod keeper;
mod pooler;
mod programs;
mod user;

pub use cluster::{Cluster, Durability, Frozen, PASSWORD, Stop, given_to_server};
pub use database::Database;
pub use pooler::Pooler;
