//! The tables, and by which schema they were made: its number stands in the comment of table `shop`, so that
//! it is in every dump, and in no table of its own.

use super::connection::Postgres;
use crate::store::engine::dialect;
use crate::store::engine::error::Result;

/// How each table is kept tidy. An event is written three times in its life and then deleted, and all of its changes
/// touch an index: what dies of them is to make room before a fifth of a week's events is dead, which is PostgreSQL's
/// own measure. Counters change in place as long as their page has room, and room is left for it.
const UPKEEP: &str =
    "ALTER TABLE event SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
         autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_limit = 2000,
         toast.autovacuum_vacuum_scale_factor = 0.02);
     ALTER TABLE link SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
         autovacuum_vacuum_cost_limit = 2000);
     ALTER TABLE context SET (autovacuum_vacuum_scale_factor = 0.05);
     ALTER TABLE webhook SET (autovacuum_vacuum_scale_factor = 0.05);
     ALTER TABLE order_fact SET (autovacuum_vacuum_scale_factor = 0.05);
     ALTER TABLE address_share SET (fillfactor = 50);
     ALTER TABLE payload_count SET (fillfactor = 50);
     ALTER TABLE endpoint SET (fillfactor = 50)";

/// What the comment says before the number.
const WORDS: &str = "Assent, schema ";

/// What stands in the schema of the database where our tables belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Found {
    Nothing,
    /// The tables of this schema.
    Tables(i64),
    /// Another program's.
    Foreign,
}

impl Postgres {
    pub(in crate::store) fn found(&self) -> Result<Found> {
        let comment = "SELECT obj_description(to_regclass('shop'), 'pg_class'),
             CAST((SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p')
                 AND relnamespace = to_regnamespace(current_schema())) AS BIGINT)";
        let rows = self.query(comment, &[])?;
        let (comment, tables) = match rows.first() {
            Some(row) => (row.get::<_, Option<String>>(0), row.get::<_, i64>(1)),
            None => (None, 0),
        };
        let number = comment.as_deref().and_then(|comment| comment.strip_prefix(WORDS));
        Ok(match number.and_then(|number| number.parse().ok()) {
            Some(number) => Found::Tables(number),
            None if tables == 0 => Found::Nothing,
            None => Found::Foreign,
        })
    }

    /// Inside a transaction: all of them or none.
    pub(in crate::store) fn make_tables(&self, tables: &[&str], number: i64) -> Result<()> {
        tables.iter().try_for_each(|tables| self.batch(&dialect::schema_for_postgres(tables)))?;
        self.batch(UPKEEP)?;
        self.batch(&format!("COMMENT ON TABLE shop IS '{WORDS}{number}'"))
    }
}
