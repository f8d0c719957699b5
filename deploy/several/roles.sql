-- Who may do what in the database. Run once, by a superuser:
--   ASSENT_STORE_PASSWORD=… psql -X -v ON_ERROR_STOP=1 -f roles.sql postgres
\getenv password ASSENT_STORE_PASSWORD

-- The endpoints': the tables are its own, nothing else is.
CREATE ROLE assent LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 90;
-- Text is sorted and compared byte by byte, whatever the server's language is.
CREATE DATABASE assent OWNER assent ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
REVOKE ALL ON DATABASE assent FROM PUBLIC;

\connect assent
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO assent;
-- What is asked is short. What hangs longer holds others up, and what was answered 503 comes again.
ALTER ROLE assent IN DATABASE assent SET statement_timeout = '30s';
ALTER ROLE assent IN DATABASE assent SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE assent IN DATABASE assent SET synchronous_commit = 'on';
