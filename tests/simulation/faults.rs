//! A store that fails in the middle of a deed: every table can be made to refuse what is written to it, as a
//! statement that fails, or as the whole transaction ends: SQLite's when the disk is full, PostgreSQL's when the
//! connection is gone.

use crate::dice::Dice;
use crate::support::rows::Rows;

const WAYS: [&str; 3] = ["INSERT", "UPDATE", "DELETE"];

pub(crate) fn prepare(rows: &Rows) {
    rows.run(&match rows {
        Rows::Sqlite(_) => of_sqlite(&tables(rows)),
        Rows::Postgres(_) => of_postgres(&tables(rows)),
    });
}

fn of_sqlite(tables: &[String]) -> String {
    let mut sql = String::from(
        "BEGIN;
         CREATE TABLE simulated_fault (place TEXT PRIMARY KEY, how INTEGER NOT NULL);",
    );
    for table in tables {
        for way in WAYS {
            let place = format!("{way} {table}");
            for (how, raise) in [(1, "ABORT"), (2, "ROLLBACK")] {
                sql += &format!(
                    "CREATE TRIGGER \"{raise} {place}\" BEFORE {way} ON \"{table}\"
                     WHEN EXISTS (SELECT 1 FROM simulated_fault WHERE place = '{place}' AND how = {how})
                     BEGIN SELECT RAISE({raise}, 'a simulated fault'); END;"
                );
            }
        }
    }
    sql + "COMMIT;"
}

fn of_postgres(tables: &[String]) -> String {
    let mut sql = String::from(
        "CREATE TABLE simulated_fault (place text PRIMARY KEY, how bigint NOT NULL);
         CREATE FUNCTION simulated_fault() RETURNS trigger LANGUAGE plpgsql AS $$
         DECLARE armed bigint;
         BEGIN
             SELECT how INTO armed FROM simulated_fault WHERE place = TG_OP || ' ' || TG_TABLE_NAME;
             IF armed = 1 THEN
                 RAISE EXCEPTION 'a simulated fault';
             ELSIF armed = 2 THEN
                 PERFORM pg_terminate_backend(pg_backend_pid());
             END IF;
             IF TG_OP = 'DELETE' THEN
                 RETURN OLD;
             END IF;
             RETURN NEW;
         END $$;",
    );
    for table in tables {
        sql += &format!(
            "CREATE TRIGGER simulated_fault BEFORE INSERT OR UPDATE OR DELETE ON \"{table}\"
                 FOR EACH ROW EXECUTE FUNCTION simulated_fault();"
        );
    }
    sql
}

/// Of a database without the endpoints' signs of life, which come when they like.
fn tables(rows: &Rows) -> Vec<String> {
    let is_alive = |table: &String| table == "endpoint" && matches!(rows, Rows::Postgres(_));
    rows.tables().into_iter().filter(|table| !is_alive(table)).collect()
}

pub(crate) fn arm(rows: &Rows, dice: &mut Dice) {
    let tables = tables(rows);
    let table = dice.one_of(&tables).expect("there are tables");
    let place = format!("{} {table}", WAYS[dice.below(WAYS.len())]);
    let how = dice.between(1, 2);
    rows.run(&format!(
        "DELETE FROM simulated_fault WHERE place = '{place}';
         INSERT INTO simulated_fault (place, how) VALUES ('{place}', {how})"
    ));
}

pub(crate) fn disarm(rows: &Rows) {
    rows.run("DELETE FROM simulated_fault");
}
