//! The blocking client. It has a runtime of its own, which cannot run inside another one: what somebody asks
//! in there is done by a thread beside it, also its end.

use std::ops::{Deref, DerefMut};
use std::thread;

use postgres::Client;

use super::address::Address;
use super::tls;
use crate::store::engine::error::{EngineError, Result};

pub(super) struct Held(Option<Client>);

impl Held {
    pub(super) fn connect(address: &Address) -> Result<Self> {
        let tls = tls::connector().map_err(|error| EngineError::Tls(error.to_string()))?;
        Ok(Self(Some(apart(|| address.config().connect(tls))?)))
    }
}

pub(super) fn apart<T: Send>(ask: impl FnOnce() -> T + Send) -> T {
    if tokio::runtime::Handle::try_current().is_err() {
        return ask();
    }
    let done = thread::scope(|beside| beside.spawn(ask).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl Deref for Held {
    type Target = Client;

    fn deref(&self) -> &Client {
        self.0.as_ref().expect("it is there until it is dropped")
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Client {
        self.0.as_mut().expect("it is there until it is dropped")
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let client = self.0.take();
        apart(move || drop(client));
    }
}
