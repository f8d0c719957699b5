//! Shopify's compliance topics, carried out. A demand is on record in the store, and stays open
//! until the clerk has done it, whatever happens in between. docs/compliance.md says what each
//! topic does.

mod demand_error;
pub(crate) mod report;
pub(crate) mod report_file;

use std::sync::Arc;
use std::time::Duration;

use assent_gate::settings::ShopDomain;
use assent_gate::shopify::compliance::{self, Ask, ComplianceTopic, Demand};
use assent_gate::tiktok::person;
use assent_gate::time::Timestamp;
use tokio::sync::{Notify, watch};

use self::demand_error::DemandError;
use crate::clock::Clock;
use crate::lenient::Body;
use crate::store::{OpenDemand, ShopErasure, Store};
use crate::store_place::StorePlace;

/// When what failed is tried again.
const EVERY: Duration = Duration::from_secs(60);

/// The body of a compliance webhook, whose signature was checked. What cannot be read of it names
/// nobody. `None` where it is no JSON or breaks off: then nobody knows what is demanded.
pub fn read(topic: ComplianceTopic, body: &[u8]) -> Option<Demand> {
    let body = Body::read(body);
    let demand = compliance::demand(topic, &body.tree(), &person::native_fold);
    let (is_whole, lost) = (body.is_whole && body.value.is_object(), body.lost());
    if !lost.is_empty() {
        let (topic, fields) = (topic.name(), lost.to_string());
        tracing::error!(
            topic,
            fields,
            "a demand has fields that cannot be read: it is carried out for what could be. Look it \
             up in Shopify's admin, and erase the rest by `assent forget`"
        );
    }
    is_whole.then_some(demand)
}

/// Carries out demands: what is open at its start, whenever its bell rings, and every minute.
#[derive(Debug, Clone)]
pub struct Clerk {
    pub store: Store,
    /// Reports lie beside it.
    pub place: StorePlace,
    pub clock: Clock,
    pub bell: Arc<Notify>,
}

impl Clerk {
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            self.round().await;
            self.forget_of_others().await;
            tokio::select! {
                () = self.bell.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Carries out what is open. What fails stays open, and does not keep the rest from being done.
    pub async fn round(&self) {
        let open = match self.store.open_demands().await {
            Ok(open) => open,
            Err(error) => {
                tracing::error!(
                    %error,
                    "the open demands could not be read; again within a minute"
                );
                return;
            }
        };
        for demand in open {
            let (id, shop, topic) =
                (demand.id, demand.shop.as_str().to_owned(), demand.ask.topic().name());
            match self.carry_out(demand).await {
                Ok(outcome) => {
                    tracing::info!(demand = id, shop, topic, outcome, "a demand is done");
                }
                Err(error) => {
                    let again = "a demand could not be done; again within a minute";
                    tracing::error!(demand = id, shop, topic, %error, "{again}");
                }
            }
        }
    }

    async fn carry_out(&self, demand: OpenDemand) -> Result<String, DemandError> {
        match demand.ask {
            Ask::Report { .. } => self.report(demand).await,
            Ask::EraseCustomer => Ok(self.store.erase_demanded(demand, self.clock.now()).await?),
            Ask::EraseShop => self.erase_shop(demand).await,
        }
    }

    async fn report(&self, demand: OpenDemand) -> Result<String, DemandError> {
        let (id, store, now) = (demand.id, self.place.clone(), self.clock.now());
        let of = demand.clone();
        let file =
            tokio::task::spawn_blocking(move || report_file::write(&store, &of, now)).await??;
        // The one line that the merchant has to see: Shopify tells nobody else that an answer is
        // due.
        tracing::warn!(
            demand = id,
            file = %file.display(),
            "a customer's data was asked for: send this file to the shop's owner, who answers the \
             customer; then delete it"
        );
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let outcome = format!("report written: {name}");
        self.store.demand_done(&demand, outcome.clone(), self.clock.now()).await?;
        Ok(outcome)
    }

    async fn erase_shop(&self, demand: OpenDemand) -> Result<String, DemandError> {
        // The reports on its customers go first: once the demand is done, nothing would delete them
        // any more.
        self.forget_reports(demand.shop.clone(), Timestamp(i64::MAX)).await?;
        loop {
            if let ShopErasure::Done(outcome) =
                self.store.erase_shop(demand.clone(), self.clock.now()).await?
            {
                return Ok(outcome);
            }
        }
    }

    async fn forget_reports(&self, shop: ShopDomain, then: Timestamp) -> Result<(), DemandError> {
        let store = self.place.clone();
        tokio::task::spawn_blocking(move || report_file::forget(&store, &shop, then)).await?
    }

    /// Of endpoints that share a store one carries a shop's erasure out; reports that another has written lie on
    /// that one's own disk.
    pub async fn forget_of_others(&self) {
        if !self.store.is_shared() {
            return;
        }
        if let Err(error) = self.forgotten_by_others().await {
            let again = "reports of a shop whose data are erased could not be deleted here; again within a minute";
            tracing::error!(%error, "{again}");
        }
    }

    async fn forgotten_by_others(&self) -> Result<(), DemandError> {
        let place = self.place.clone();
        let shops = tokio::task::spawn_blocking(move || report_file::shops(&place)).await??;
        for shop in shops {
            if let Some(demanded_at) = self.store.erasure_demanded(&shop).await? {
                self.forget_reports(shop, demanded_at).await?;
            }
        }
        Ok(())
    }
}
