//! The page Setup: what is printed for each shop, against what runs there.

use assent_gate::time::DAY;
use axum::extract::{Extension, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};

use super::asked::Asked;
use super::desk::{Desk, written};
use super::session::SignedIn;
use crate::calendar::{Day, Days};
use crate::check::{Check, Tiktok};
use crate::config::Shop;
use crate::dashboard::setup::{self, Pasted, ShopSetup};
use crate::pasteable;
use crate::pixel::PixelKind;
use crate::printed_settings::{Outdated, outdated};
use crate::registrations::Registrations;
use crate::store::read::PixelSeen;

pub(super) async fn page(
    State(desk): State<Desk>,
    session: Extension<SignedIn>,
    uri: Uri,
) -> Result<Response, Response> {
    let frame = desk.frame(&session, &Asked::of(&uri)).await;
    let week = Day::of_number((frame.now.0 - 7 * DAY).div_euclid(DAY));
    let pixels = desk.read(&frame, move |store| store.pixels(Days::between(week, None))).await?;
    let shops: Vec<_> = desk.shops(&frame).map(|shop| of_shop(shop, &pixels)).collect();
    let check = Check {
        config: desk.app.config.clone(),
        shops: desk.shops(&frame).cloned().collect(),
        clock: desk.app.clock.clone(),
        tiktok: Tiktok::LeftAlone,
    };
    let lines = check.of_store().await;
    Ok(written(setup::page(&frame, &lines, &shops)).into_response())
}

fn of_shop(shop: &Shop, pixels: &[PixelSeen]) -> ShopSetup {
    let settings = &shop.settings;
    let is_custom = |seen: &&PixelSeen| {
        seen.shop == settings.shop.as_str()
            && PixelKind::of_word(&seen.kind) == Some(PixelKind::Custom)
    };
    let seen = pixels.iter().find(is_custom);
    ShopSetup {
        shop: settings.shop.as_str().to_owned(),
        snippet: pasteable::complete(settings).map_err(|error| error.to_string()),
        webhooks: Registrations::of(settings),
        has_secret: !shop.webhook_secrets.is_empty(),
        pixel: seen.map_or(Pasted::NotSeen, |seen| pasted(shop, seen)),
    }
}

fn pasted(shop: &Shop, seen: &PixelSeen) -> Pasted {
    let Outdated { version, settings } = outdated(&shop.settings, seen);
    let last_seen = seen.last_seen;
    if version || settings { Pasted::Stale { last_seen } } else { Pasted::AsPrinted { last_seen } }
}
