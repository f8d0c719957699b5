//! The page Consent.

use assent_gate::refusal::Refusal;
use assent_gate::settings::ShopDomain;
use assent_gate::time::{DAY, Timestamp};
use axum::extract::{Extension, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};

use super::asked::Asked;
use super::desk::{Desk, written};
use super::session::SignedIn;
use crate::calendar::{Day, Days};
use crate::dashboard::consent::{self, Consent, ShopConsent};
use crate::rules::refused::Refused;
use crate::store::read::{Reader, RefusalDay};
use crate::store::{Result as Read, StoreError};

pub(super) async fn page(
    State(desk): State<Desk>,
    session: Extension<SignedIn>,
    uri: Uri,
) -> Result<Response, Response> {
    let frame = desk.frame(&session, &Asked::of(&uri)).await;
    let shops: Vec<_> = desk.shops(&frame).map(|shop| shop.settings.shop.clone()).collect();
    let (now, receipts_months) = (frame.now, desk.app.config.receipts_months);
    let read = move |store: &Reader| of_shops(store, &shops, receipts_months, now);
    let consent = desk.read(&frame, read).await?;
    Ok(written(consent::page(&frame, &consent)).into_response())
}

fn of_shops(
    store: &Reader,
    shops: &[ShopDomain],
    receipts_months: u32,
    now: Timestamp,
) -> Read<Consent> {
    let week = now.plus(-7 * DAY);
    let refusals = store.refusals(Days::between(Day::of_number(week.0.div_euclid(DAY)), None))?;
    let of_shop = |shop: &ShopDomain| {
        Ok::<_, StoreError>(ShopConsent {
            shop: shop.as_str().to_owned(),
            grounds: store.at_work(shop, now)?.grounds,
            ended: store.ended_consents(shop.as_str(), week)?,
            gpc: refusals.iter().filter(|day| is_gpc_of(day, shop)).map(|day| day.n).sum(),
        })
    };
    let mut demands = store.demands()?;
    demands.retain(|demand| shops.iter().any(|shop| shop.as_str() == demand.shop));
    let shops = shops.iter().map(of_shop).collect::<Read<_>>()?;
    Ok(Consent { shops, demands, receipts_months })
}

fn is_gpc_of(day: &RefusalDay, shop: &ShopDomain) -> bool {
    day.shop == shop.as_str() && day.refused() == Some(Refused::Beacon(Refusal::GpcHeader))
}
