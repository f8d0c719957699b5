//! More doors of [`Store`], of no event: what the operator is told later, and how the server runs.

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use futures_util::future::join_all;

use super::Store;
use super::engine::Whose;
use super::error::Result;
use super::rows;
use super::rows::tx::Tx;
use crate::module::Module;
use crate::rules::mode::Mode;
use crate::rules::refused::Refused;

/// What the doors refused.
impl Store {
    /// Counts it, for `assent report` and `assent why`.
    pub async fn note_refusals(
        &self,
        refusals: Vec<(ShopDomain, Refused, u32)>,
        now: Timestamp,
    ) -> Result<()> {
        // One shop's failure is no other's.
        let mut done = Ok(());
        for (shop, refused, n) in refusals {
            let whose = Whose::from(&shop);
            let deed = move |tx: Tx<'_>| rows::refusal::add(tx, &shop, refused, n, now);
            done = done.and(self.writer.write(whose, deed).await);
        }
        done
    }
}

/// What hosted snippets load.
impl Store {
    /// This is the endpoint's own module now: it is kept from here on, and for 24 months after the
    /// last such note.
    pub async fn note_module(&self, module: &Module, now: Timestamp) -> Result<()> {
        let module = module.clone();
        let note = move |tx: Tx<'_>| rows::module::note(tx, &module, now);
        self.writer.write(Whose::Nobodys, note).await
    }
}

/// How the shops run.
impl Store {
    /// From now on what these accept counts, or is a test: for whoever asks the store beside the
    /// server.
    pub async fn note_modes(&self, modes: Vec<(ShopDomain, Mode)>) -> Result<()> {
        let note = |(shop, mode): (ShopDomain, Mode)| {
            let whose = Whose::from(&shop);
            self.writer.write(whose, move |tx| rows::shop::set_mode(tx, &shop, mode))
        };
        join_all(modes.into_iter().map(note)).await.into_iter().collect()
    }
}
