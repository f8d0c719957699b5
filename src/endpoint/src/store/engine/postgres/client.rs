//! tokio's client, for a thread that does one thing after the other. What is sent turns only while somebody waits for
//! an answer, and nobody waits for ever: a database that says nothing in time is left. A runtime cannot run inside
//! another one: what somebody asks in there is done by a thread beside it, also the client's end.

use std::collections::HashMap;
use std::future::poll_fn;
use std::ops::{Deref, DerefMut};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use futures_util::future::{join, join_all};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::{Client, Config, Error, Statement};

use super::address::Address;
use super::asked::{Asked, Told};
use super::tls;
use crate::clock::dice;
use crate::store::engine::error::{EngineError, Result};

/// For a connection and the server's first words.
const HELLO: Duration = Duration::from_secs(6);
const FAREWELL: Duration = Duration::from_millis(500);
/// A setting of our own that nobody else has, by which a connection knows that its session is its own. A pooler in
/// between refuses it, or does not hand it on.
const MARK: &str = "assent.connection";
/// Statements that are known by a name, of one connection. The deeds' own are half as many.
const NAMES: usize = 300;

/// Its socket, until it ends.
type Line = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// The client's futures are asked in the sequence in which they are to be sent, as long as they are few.
pub(super) const AT_ONCE: usize = 24;

pub(super) struct Held(Option<Open>);

pub(super) struct Open {
    client: Client,
    /// `None`: it has ended.
    line: Option<Line>,
    runtime: Runtime,
    /// Statements that the database has parsed, and knows by a name. `None`: somebody stands between who may give
    /// another session for each transaction (PgBouncer), where a name means nothing or another's statement.
    names: Option<HashMap<Arc<str>, Statement>>,
}

/// Whether statements are to be known by names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Kept,
    None,
}

impl Held {
    pub(super) fn connect(address: &Address) -> Result<Self> {
        apart(|| {
            let runtime = Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(EngineError::Machine)?;
            let mark = format!("{:016x}", dice());
            let own = marked(address.config(), &mark);
            let (client, line) = match reached(&runtime, &own) {
                // A pooler refuses a parameter that it does not know; of several addresses another's refusal may be
                // what is told of it. A wrong password is none of these, and is not tried twice.
                Err(EngineError::Postgres(error)) if !is_of_login(&error) => {
                    reached(&runtime, address.config())?
                }
                reached => reached?,
            };
            let mut open = Open { client, line: Some(line), runtime, names: None };
            let sql = format!("SELECT coalesce(current_setting('{MARK}', true), '')");
            let told = open.ask(HELLO, Names::None, &[], &Asked::rows(&sql, &[]))?;
            let is_own = told.rows.first().is_some_and(|row| row.get::<_, String>(0) == mark);
            open.names = is_own.then(HashMap::new);
            Ok(Self(Some(open)))
        })
    }
}

impl Open {
    pub(super) fn is_closed(&self) -> bool {
        self.line.is_none() || self.client.is_closed()
    }

    /// Sends all of these at once, one after the other, and waits for what comes of the last of them. The error is the
    /// first one's that failed. No more than [`AT_ONCE`] of `before`.
    pub(super) fn ask(
        &mut self,
        within: Duration,
        names: Names,
        before: &[Asked<'_>],
        last: &Asked<'_>,
    ) -> Result<Told> {
        apart(|| {
            let names = (names == Names::Kept).then(|| self.names.take()).flatten();
            let keeps = names.is_some();
            let mut names = names.unwrap_or_default();
            let all = before.iter().chain([last]);
            let named = if keeps { self.name(within, &mut names, all) } else { Ok(()) };
            let told = named.and_then(|()| {
                let Self { client, line, runtime, .. } = self;
                let send = |asked| send(client, &names, asked);
                let all = async {
                    let (before, last) = join(join_all(before.iter().map(send)), send(last)).await;
                    let mut changed = 0;
                    for one in before {
                        changed += one?.changed;
                    }
                    Ok(Told { before: changed, ..last? })
                };
                waited(runtime, line, within, all)
            });
            if keeps {
                self.names = Some(names);
            }
            told
        })
    }

    /// All that have no name yet get one. Their values' kinds are those of the first time.
    fn name<'a>(
        &mut self,
        within: Duration,
        names: &mut HashMap<Arc<str>, Statement>,
        all: impl Iterator<Item = &'a Asked<'a>>,
    ) -> Result<()> {
        for asked in all {
            if !asked.has_name() || names.contains_key(asked.sql) || names.len() >= NAMES {
                continue;
            }
            let Self { client, line, runtime, .. } = self;
            let kinds = asked.kinds();
            let statement = waited(runtime, line, within, client.prepare_typed(asked.sql, &kinds))?;
            names.insert(asked.sql.into(), statement);
        }
        Ok(())
    }
}

/// Whether it is about who asks: the same whatever else is asked for.
fn is_of_login(error: &Error) -> bool {
    error.code().is_some_and(|code| code.code().starts_with("28"))
}

fn marked(config: &Config, mark: &str) -> Config {
    let mut own = config.clone();
    let given = config.get_options().unwrap_or_default();
    own.options(format!("{given} -c {MARK}={mark}"));
    own
}

fn reached(runtime: &Runtime, config: &Config) -> Result<(Client, Line)> {
    let tls = tls::connector().map_err(|error| EngineError::Tls(error.to_string()))?;
    // Where the address names several, for a failover, each is asked.
    let hosts = u32::try_from(config.get_hosts().len()).unwrap_or(1).max(1);
    let within = HELLO.saturating_mul(hosts);
    let reached = runtime.block_on(async { timeout(within, config.connect(tls)).await });
    let (client, line) = reached.map_err(|_| EngineError::Silent(within))??;
    Ok((client, Box::pin(line)))
}

async fn send(
    client: &Client,
    names: &HashMap<Arc<str>, Statement>,
    asked: &Asked<'_>,
) -> Result<Told, Error> {
    asked.send(client, names.get(asked.sql)).await
}

/// What comes of it, while the socket is looked after. Whoever is not answered in time has nobody at the other end.
fn waited<T>(
    runtime: &Runtime,
    line: &mut Option<Line>,
    within: Duration,
    ask: impl Future<Output = Result<T, Error>>,
) -> Result<T> {
    let mut ask = pin!(ask);
    let both = poll_fn(|turn| {
        let ended = line.as_mut().map(|line| line.as_mut().poll(turn));
        if let Some(Poll::Ready(ended)) = ended {
            *line = None;
            if let Err(why) = ended {
                return Poll::Ready(Err(why));
            }
        }
        ask.as_mut().poll(turn)
    });
    let Ok(told) = runtime.block_on(async { timeout(within, both).await }) else {
        *line = None;
        return Err(EngineError::Silent(within));
    };
    Ok(told?)
}

fn apart<T: Send>(ask: impl FnOnce() -> T + Send) -> T {
    if tokio::runtime::Handle::try_current().is_err() {
        return ask();
    }
    let done = thread::scope(|beside| beside.spawn(ask).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl Deref for Held {
    type Target = Open;

    fn deref(&self) -> &Open {
        self.0.as_ref().expect("it is there until it is dropped")
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Open {
        self.0.as_mut().expect("it is there until it is dropped")
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let open = self.0.take();
        apart(move || open.into_iter().for_each(Open::end));
    }
}

impl Open {
    /// Says so to the database, if that listens.
    fn end(self) {
        let Self { client, line, runtime, names } = self;
        drop((client, names));
        if let Some(line) = line {
            let _ = runtime.block_on(async { timeout(FAREWELL, line).await });
        }
    }
}
