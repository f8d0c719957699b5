//! More doors of [`Store`], of no event: what the operator is told later, and how the server runs.

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::Store;
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
        let deed = move |tx: Tx<'_>| {
            refusals
                .iter()
                .try_for_each(|(shop, refused, n)| rows::refusal::add(tx, shop, *refused, *n, now))
        };
        self.writer.write(deed).await
    }
}

/// What hosted snippets load.
impl Store {
    /// This is the endpoint's own module now: it is kept from here on, and for 24 months after the
    /// last such note.
    pub async fn note_module(&self, module: &Module, now: Timestamp) -> Result<()> {
        let module = module.clone();
        self.writer.write(move |tx| rows::module::note(tx, &module, now)).await
    }
}

/// How the shops run.
impl Store {
    /// From now on what these accept counts, or is a test: for whoever asks the store beside the
    /// server.
    pub async fn note_modes(&self, modes: Vec<(ShopDomain, Mode)>) -> Result<()> {
        let deed = move |tx: Tx<'_>| {
            modes.iter().try_for_each(|(shop, mode)| rows::shop::set_mode(tx, shop, *mode))
        };
        self.writer.write(deed).await
    }
}
