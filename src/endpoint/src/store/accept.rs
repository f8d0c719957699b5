//! Receipt, context, event and debt, together or not at all. Only after this is committed may a 202 be said.

use std::sync::Arc;

use assent_gate::admission::still_granted;
use assent_gate::beacon::{WireEvent, WirePage};
use assent_gate::consent::Evidence;
use assent_gate::hex::{Anchor, Digest};
use assent_gate::tiktok::EventName;
use assent_gate::tiktok::User;
use assent_gate::time::Timestamp;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::entry::{Entered, Entry};
use super::index::{IndexKey, Who};
use super::pixel::Pixel;
use super::row;
use super::withdraw::withdrawn_at;
use super::{Store, StoreError};
use crate::config::Shop;
use crate::secret::ClientIp;

/// A beacon the gate admitted, with the events it accepted.
#[derive(Debug)]
pub struct Arrived {
    pub shop: Arc<Shop>,
    /// Which of the shop's pixels sent it, where it says so in a known word.
    pub pixel: Option<Pixel>,
    pub evidence: Evidence,
    pub checkout: Option<Anchor>,
    pub cart: Option<Anchor>,
    /// Every anchor and visitor the beacon names: a withdrawal of any of them refuses it.
    pub anchors: Vec<Anchor>,
    pub visitors: Vec<Digest>,
    pub events: Vec<WireEvent>,
    /// What a receipt alone carries in place of an event.
    pub user: Option<User>,
    pub page: Option<WirePage>,
    pub ip: Option<ClientIp>,
    pub received_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Stored {
        accepted: usize,
        duplicate: usize,
    },
    /// A withdrawal on record is not older than the evidence. Nothing was stored.
    Withdrawn,
}

/// What a receipt, a context or an event hangs on.
#[derive(PartialEq)]
pub(super) struct Links {
    pub(super) checkout: Option<Anchor>,
    pub(super) cart: Option<Anchor>,
    pub(super) visitor: Option<Who>,
}

/// What an order would need and only the browser knows.
#[derive(Serialize, Deserialize)]
pub(super) struct Context {
    pub(super) user: User,
    pub(super) page: Option<WirePage>,
    pub(super) ip: Option<ClientIp>,
}

impl Store {
    pub async fn accept(&self, arrived: Arrived) -> Result<Taken, StoreError> {
        let key = self.keys.get(&arrived.shop.settings.shop).ok_or(StoreError::Gone)?.clone();
        self.writer.try_write(move |tx| Accept { tx, key: &key, arrived: &arrived }.run()).await
    }
}

pub(super) struct Accept<'a> {
    pub(super) tx: &'a Connection,
    pub(super) key: &'a IndexKey,
    pub(super) arrived: &'a Arrived,
}

impl Accept<'_> {
    pub(super) fn run(&self) -> rusqlite::Result<Taken> {
        let Arrived { shop, pixel, evidence, anchors, visitors, events, received_at, .. } = self.arrived;
        let whos =
            anchors.iter().map(|a| a.as_str().as_bytes().to_vec()).chain(visitors.iter().map(|v| self.key.who(v)));
        let withdrawn = withdrawn_at(self.tx, self.shop(), whos)?;
        if still_granted(evidence, &shop.settings, withdrawn).is_none() {
            return Ok(Taken::Withdrawn);
        }
        if let Some(pixel) = pixel {
            pixel.seen(self.tx, self.shop(), *received_at)?;
        }
        let mut accepted = 0;
        let mut receipt = None;
        for event in events {
            if self.was_erased(event)? {
                continue;
            }
            let links = self.links(event.checkout.as_ref(), Some(&event.user));
            let id = match receipt.take() {
                Some((id, known)) if known == links => id,
                _ => self.receipt(&links)?,
            };
            let entered = Entry { accept: self, event, links: &links, receipt: id }.enter()?;
            accepted += usize::from(entered != Entered::Duplicate);
            // A Purchase that has ended needs no order, and what it had was forgotten as it ended.
            if entered != Entered::Ended || event.name != EventName::Purchase {
                self.context(&links, &event.user, Some(&event.page))?;
            }
            receipt = Some((id, links));
        }
        if events.is_empty() {
            let nobody = User::default();
            let user = self.arrived.user.as_ref().unwrap_or(&nobody);
            let links = self.links(None, Some(user));
            self.receipt(&links)?;
            self.context(&links, user, self.arrived.page.as_ref())?;
        }
        Ok(Taken::Stored { accepted, duplicate: events.len() - accepted })
    }

    pub(super) fn shop(&self) -> &str {
        self.arrived.shop.settings.shop.as_str()
    }

    /// An event whose customer was erased stays known, so that it is not sent after all; and a browser that posts it again
    /// brings neither its links nor its context back.
    fn was_erased(&self, event: &WireEvent) -> rusqlite::Result<bool> {
        self.tx
            .prepare_cached("SELECT 1 FROM event WHERE shop = ?1 AND event_id = ?2 AND receipt = ?3")?
            .exists(params![self.shop(), event.event_id.as_str(), row::ERASED])
    }

    fn links(&self, checkout: Option<&Anchor>, user: Option<&User>) -> Links {
        let visitor = user.and_then(|user| user.external_id.as_ref());
        Links {
            checkout: checkout.or(self.arrived.checkout.as_ref()).cloned(),
            cart: self.arrived.cart.clone(),
            visitor: visitor.map(|visitor| self.key.who(visitor)),
        }
    }

    /// The receipt's id. The same evidence under the same links is the same receipt, read again.
    fn receipt(&self, links: &Links) -> rusqlite::Result<i64> {
        let Arrived { evidence, received_at, .. } = self.arrived;
        let timeless = Evidence { evaluated_at: Timestamp(0), ..evidence.clone() };
        let json = to_json(&timeless)?;
        let text = |anchor: &Option<Anchor>| anchor.as_ref().map(|a| a.as_str().to_owned()).unwrap_or_default();
        let mut whole = format!("{}\0{}\0{json}\0", text(&links.checkout), text(&links.cart)).into_bytes();
        whole.extend_from_slice(links.visitor.as_deref().unwrap_or_default());
        self.tx
            .prepare_cached(
                "INSERT INTO receipt (shop, digest, checkout, cart, visitor, first_at, last_at, evaluated_at, evidence)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8)
                 ON CONFLICT (shop, digest) DO UPDATE SET last_at = max(last_at, excluded.last_at),
                     evaluated_at = max(evaluated_at, excluded.evaluated_at)
                 RETURNING id",
            )?
            .query_row(
                params![
                    self.shop(),
                    self.key.of(&whole),
                    links.checkout.as_ref().map(Anchor::as_str),
                    links.cart.as_ref().map(Anchor::as_str),
                    links.visitor,
                    received_at.0,
                    evidence.evaluated_at.0,
                    json
                ],
                |row| row.get(0),
            )
    }

    /// Only where an order may follow: the shop's orders reach us, there is an anchor to find it by, and its Purchase
    /// has not been settled yet.
    fn context(&self, links: &Links, user: &User, page: Option<&WirePage>) -> rusqlite::Result<()> {
        let Arrived { shop, evidence, ip, received_at, .. } = self.arrived;
        let Some(anchor) = links.checkout.as_ref().or(links.cart.as_ref()) else { return Ok(()) };
        if shop.webhook_secrets.is_empty() {
            return Ok(());
        }
        let kept = User {
            ttclid: user.ttclid.clone(),
            ttp: user.ttp.clone(),
            external_id: user.external_id.clone(),
            locale: user.locale.clone(),
            user_agent: user.user_agent.clone(),
            ..User::default()
        };
        let payload = to_json(&Context { user: kept, page: page.cloned(), ip: ip.clone() })?;
        self.tx
            .prepare_cached(
                "INSERT INTO context (shop, anchor, cart, visitor, evaluated_at, last_at, payload)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS
                     (SELECT 1 FROM event WHERE shop = ?1 AND checkout = ?2 AND name = 'Purchase' AND ended = 1)
                 ON CONFLICT (shop, anchor) DO UPDATE SET cart = coalesce(excluded.cart, cart),
                     visitor = excluded.visitor, last_at = excluded.last_at,
                     evaluated_at = max(evaluated_at, excluded.evaluated_at), payload = excluded.payload",
            )?
            .execute(params![
                self.shop(),
                anchor.as_str(),
                links.cart.as_ref().map(Anchor::as_str),
                links.visitor,
                evidence.evaluated_at.0,
                received_at.0,
                payload
            ])?;
        Ok(())
    }
}

pub(super) fn to_json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}
