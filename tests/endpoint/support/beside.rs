//! A test's own connection to its PostgreSQL.

use std::sync::{Mutex, PoisonError};
use std::thread;

use assent_postgres::Database;
use postgres::types::{FromSql, Type};
use postgres::{Client, Config, NoTls};

use super::rows::Field;

/// Made when it is first needed, and anew where the server has ended it.
pub(crate) struct Beside {
    config: Config,
    client: Mutex<Option<Client>>,
}

impl Beside {
    /// As the superuser, at the socket, where no password is asked for.
    pub(crate) fn of(database: &Database<'_>) -> Self {
        let (mut config, cluster) = (Config::new(), database.cluster());
        config.host_path(cluster.socket()).port(cluster.port());
        config.user("postgres").dbname(database.name()).application_name("a test");
        Self { config, client: Mutex::new(None) }
    }

    pub(crate) fn all(&self, sql: &str) -> Vec<Vec<Field>> {
        let rows = self.ask(sql, |client| client.query_typed(sql, &[]));
        let read = |row: &postgres::Row| {
            (0..row.len()).map(|n| row.get::<_, Cell>(n).0).collect::<Vec<_>>()
        };
        rows.iter().map(read).collect()
    }

    pub(crate) fn run(&self, sql: &str) {
        self.ask(sql, |client| client.batch_execute(sql));
    }

    fn ask<T: Send>(
        &self,
        sql: &str,
        ask: impl FnOnce(&mut Client) -> Result<T, postgres::Error> + Send,
    ) -> T {
        let client = &mut *self.client.lock().unwrap_or_else(PoisonError::into_inner);
        let done = apart(|| {
            if client.as_ref().is_none_or(Client::is_closed) {
                *client = Some(self.config.connect(NoTls)?);
            }
            ask(client.as_mut().expect("it was just made"))
        });
        done.unwrap_or_else(|error| {
            let why = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
            panic!("{sql}: {why}")
        })
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let client = self.client.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        apart(move || drop(client));
    }
}

/// The blocking client has a runtime of its own, which cannot run inside a test's.
fn apart<T: Send>(ask: impl FnOnce() -> T + Send) -> T {
    if tokio::runtime::Handle::try_current().is_err() {
        return ask();
    }
    let done = thread::scope(|beside| beside.spawn(ask).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

struct Cell(Field);

impl<'a> FromSql<'a> for Cell {
    fn from_sql(
        kind: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(match *kind {
            Type::INT8 => Field::Integer(i64::from_sql(kind, raw)?),
            Type::INT4 => Field::Integer(i32::from_sql(kind, raw)?.into()),
            Type::BOOL => Field::Integer(bool::from_sql(kind, raw)?.into()),
            Type::FLOAT8 => Field::Real(f64::from_sql(kind, raw)?),
            Type::BYTEA => Field::Bytes(raw.to_vec()),
            _ => Field::Text(String::from_utf8_lossy(raw).into_owned()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Field::Null))
    }

    fn accepts(kind: &Type) -> bool {
        let numbers = [Type::INT8, Type::INT4, Type::BOOL, Type::FLOAT8];
        let texts = [Type::BYTEA, Type::TEXT, Type::NAME, Type::VARCHAR];
        numbers.contains(kind) || texts.contains(kind)
    }
}
