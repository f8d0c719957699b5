//! The store in a PostgreSQL: its address, its tables, and who may work with them.

use super::engine::{Address, Connection, Found, Lent, Postgres, Table, Whose, tables};
use super::error::{Result, StoreError};
use super::{file, schema};
use crate::run_number::RunNumber;
use crate::store_place::Database;

/// For the endpoint of this run. The tables are made where there are none: by one endpoint, whoever else
/// starts at the same moment.
pub(super) fn open(place: &Database, run: RunNumber) -> Result<Connection> {
    let connection = connect(place, run)?;
    let postgres = connection.postgres().expect("it was made so");
    connection.begin(&[Whose::Nobodys])?;
    let done = match postgres.found()? {
        Found::Nothing => Ok(postgres.make_tables(&schema::TABLES, schema::NUMBER)?),
        found @ (Found::Tables(_) | Found::Foreign) => known(place, found),
    };
    match done {
        Ok(()) => connection.commit()?,
        Err(_) => connection.roll_back()?,
    }
    done.map(|()| connection)
}

/// One connection more, once the tables are there.
pub(super) fn connect(place: &Database, run: RunNumber) -> Result<Connection> {
    let unreached = |source: String| StoreError::Unreached {
        store: place.url.clone(),
        hint: hint(place),
        why: source,
    };
    let address = Address::of(place).map_err(unreached)?;
    let connected = Postgres::connect(address, run);
    Ok(connected.map_err(|error| unreached(error.to_string()))?.into())
}

/// To read from, beside endpoints that may be running.
pub(super) fn open_to_read(place: &Database) -> Result<Lent> {
    let unreached = |source: String| StoreError::Unreached {
        store: place.url.clone(),
        hint: hint(place),
        why: source,
    };
    let address = Address::of(place).map_err(unreached)?;
    let lent = Lent::of(address).map_err(|error| unreached(error.to_string()))?;
    let found = lent.postgres().expect("it was made so").found()?;
    known(place, found).map(|()| lent)
}

/// Everything of a store in a file, in one transaction: all of it, or nothing. How many rows there are.
pub(super) fn fill(place: &Database, file: &file::Opened, told: &dyn Fn(u64)) -> Result<u64> {
    let store = open(place, RunNumber::ALONE)?;
    let postgres = store.postgres().expect("it was made so");
    store.begin(&[Whose::Nobodys])?;
    let filled = filled(place, postgres, file, told);
    match filled {
        Ok(_) => store.commit()?,
        // What broke it may have been the connection.
        Err(_) => drop(store.roll_back()),
    }
    filled
}

fn filled(
    place: &Database,
    postgres: &Postgres,
    file: &file::Opened,
    told: &dyn Fn(u64),
) -> Result<u64> {
    postgres.without_time_limits()?;
    let tables = tables(file)?;
    let mut rows = 0;
    for table in &tables {
        if !postgres.is_empty(table)? {
            let not_empty = StoreError::NotEmpty { store: place.url.clone() };
            return copied(postgres, file, &tables)?.ok_or(not_empty);
        }
    }
    for table in &tables {
        let before = rows;
        let had = postgres.fill(table, file, &|more| told(before + more))?;
        if had != postgres.held(table)? {
            return Err(StoreError::CopyDiffers {
                store: place.url.clone(),
                table: table.name.clone(),
            });
        }
        rows += had.rows;
    }
    Ok(rows)
}

/// How many rows there are, if the database has what the file has, and nothing else: an earlier copy, whose end was
/// not heard.
fn copied(postgres: &Postgres, file: &file::Opened, tables: &[Table]) -> Result<Option<u64>> {
    let mut rows = 0;
    for table in tables {
        let had = table.held_by(file, &mut |_, _| Ok(()))?;
        if had != postgres.held(table)? {
            return Ok(None);
        }
        rows += had.rows;
    }
    Ok(Some(rows))
}

/// Whether this release knows these tables.
fn known(place: &Database, found: Found) -> Result<()> {
    let (store, known) = (place.url.clone(), schema::NUMBER);
    match found {
        Found::Nothing => Err(StoreError::NoTablesYet { store }),
        Found::Foreign => Err(StoreError::ForeignTables { store }),
        Found::Tables(found) if found > known => {
            Err(StoreError::LaterTables { store, found, known })
        }
        Found::Tables(found) if found < known => {
            Err(StoreError::UnreleasedTables { store, found, known })
        }
        Found::Tables(_) => Ok(()),
    }
}

fn hint(place: &Database) -> String {
    match (&place.variable, &place.password) {
        (Some(variable), None) => format!("; {variable}, which is to hold its password, is not set here"),
        (Some(variable), Some(_)) => format!("; is it running, and is its password in {variable}?"),
        (None, _) => "; is it running, and may this user enter without a password? Else name the variable that \
                      holds it in `store_password_env`"
            .to_owned(),
    }
}
