//! How the database is set: whether what was committed outlives a power cut and a failover, and whether somebody on
//! the way can read it.

use super::connection::Postgres;
use crate::store::engine::error::Result;

/// Each with what it means.
const LOSES_POWER: &str = "what was answered 202 may be gone after a power cut";

impl Postgres {
    /// How much it has on its server's disk.
    pub(in crate::store) fn bytes(&self) -> Result<i64> {
        let rows = self.query("SELECT pg_database_size(current_database())", &[])?;
        Ok(rows.first().map_or(0, |row| row.get(0)))
    }

    /// A sentence for each thing that breaks a promise of ours. None: all is well.
    pub(in crate::store) fn doubts(&self) -> Result<Vec<String>> {
        let asked = "SELECT current_setting('fsync'), current_setting('full_page_writes'),
                 current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
                 (SELECT count(*) FROM pg_stat_replication),
                 coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)
                     OR inet_server_addr() IS NOT DISTINCT FROM inet_client_addr()";
        let rows = self.query(asked, &[])?;
        let Some(row) = rows.first() else { return Ok(Vec::new()) };
        let text = |column: usize| row.get::<_, String>(column);
        let mut doubts = Vec::new();
        for (name, value) in [("fsync", text(0)), ("full_page_writes", text(1))] {
            if value != "on" {
                doubts.push(format!("{name} = {value}: {LOSES_POWER}"));
            }
        }
        let commit = text(2);
        if commit != "on" && commit != "remote_apply" {
            doubts.push(format!("synchronous_commit = {commit}: {LOSES_POWER}"));
        }
        if row.get::<_, i64>(4) > 0 && text(3).is_empty() {
            let what = "a standby follows, and no commit waits for it (synchronous_standby_names is empty): after a \
                        failover what was answered 202 may be gone, and a shopper's no forgotten";
            doubts.push(what.to_owned());
        }
        if !row.get::<_, bool>(5) {
            let what = "the connection is not encrypted, and the database is on another machine: add \
                        `?sslmode=require` to `store`";
            doubts.push(what.to_owned());
        }
        Ok(doubts)
    }
}
