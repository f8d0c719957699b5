//! Notes of the report: what the shop should know beside its figures.

use std::sync::Arc;

use assent_gate::time::Timestamp;

use super::note::Note;
use crate::calendar::{Days, moment};
use crate::commands::failure::Failure;
use crate::config::{Config, Shop};
use crate::printed_settings::{Outdated, VERSION, outdated};
use crate::rules::debt::End;
use crate::rules::sentences;
use crate::store::read::{DemandOnRecord, OrderDay, Paused, PixelSeen, Reader, ShopQueue};
use crate::wrongs;

/// One for each shop that more than one pixel reported in that time, one for each whose custom pixel
/// is not the one that is printed now, one for each with orders without consent, one for each
/// demand that is open now, one for each shop that stands still or only tests.
pub(super) fn notes(
    config: &Config,
    store: &Reader,
    days: Days,
    orders: &[OrderDay],
) -> Result<Vec<Note>, Failure> {
    let seen = store.pixels(days)?;
    let pixels = seen.chunk_by(|one, next| one.shop == next.shop).filter(|pixels| pixels.len() > 1);
    let mut notes: Vec<_> = pixels.map(of_pixels).collect();
    notes.extend(seen.iter().filter_map(|pixel| of_outdated(config, pixel)));
    notes.extend(without_consent(orders));
    notes.extend(store.open_demands()?.into_iter().map(of_demand));
    let queues = store.queues()?;
    notes.extend(store.pauses()?.iter().map(|paused| of_pause(paused, queues.get(&paused.shop))));
    notes.extend(store.testing()?.iter().map(of_tests));
    Ok(notes)
}

/// Of the endpoint as a whole, and so of no shop.
pub(super) fn of_endpoint(
    config: &Config,
    store: &Reader,
    now: Timestamp,
) -> Result<Vec<Note>, Failure> {
    let server = wrongs::of_server(&config.store);
    let mut said: Vec<_> =
        server.map(|words| format!("The server: {words}.")).into_iter().collect();
    said.extend(wrongs::of_clock(store, now)?.map(|words| format!("The clock: {words}.")));
    Ok(said.into_iter().map(|note| Note::of("", note)).collect())
}

fn of_outdated(config: &Config, seen: &PixelSeen) -> Option<Note> {
    let is_of_shop = |shop: &&Arc<Shop>| shop.settings.shop.as_str() == seen.shop;
    let shop = config.shops.iter().find(is_of_shop)?;
    let Outdated { version, settings } = outdated(&shop.settings, seen);
    let mut unlike = Vec::new();
    if let Some(own) = seen.version.as_deref().filter(|_| version) {
        unlike.push(format!("it is version {own}, and this is {VERSION}"));
    }
    if settings {
        unlike.push("its settings are not those of assent.toml".to_owned());
    }
    if unlike.is_empty() {
        return None;
    }
    let domain = &seen.shop;
    let note = format!(
        "{domain}: {} (last seen {}) is not what is printed now: {}. Run `assent snippet --shop \
         {domain}` (with --hosted if that form is in the shop) and paste what it prints over the \
         old code.",
        seen.name(),
        moment(seen.last_seen),
        unlike.join("; ")
    );
    Some(Note { pixels: vec![seen.clone()], ..Note::of(domain, note) })
}

fn without_consent(orders: &[OrderDay]) -> Vec<Note> {
    let without = |day: &OrderDay| day.ended_as(End::NoConsentOnRecord);
    let with_some = orders.iter().filter(|day| without(day) > 0);
    let mut shops: Vec<_> = with_some.map(|day| &day.shop).collect();
    shops.sort();
    shops.dedup();
    let note = |shop: &String| {
        let days = || orders.iter().filter(|day| day.shop == *shop);
        let all: i64 = days().map(|day| day.orders).sum();
        let without: i64 = days().map(without).sum();
        let note = format!(
            "{shop}: of {all} orders {without} have no consent on record, and nothing of them was \
             sent. Their shoppers declined, never decided, had scripts blocked, or paid where no \
             pixel runs (draft and phone orders, some wallets). Without consent nothing leaves the \
             browser, not even a count, so nobody can know which it was."
        );
        Note::of(shop, note)
    };
    shops.into_iter().map(note).collect()
}

fn of_demand(demand: DemandOnRecord) -> Note {
    let DemandOnRecord { shop, topic, request, received_at, due_at, .. } = &demand;
    let request = request.as_ref().map(|request| format!(" (request {request})"));
    let note = format!(
        "{shop}: Shopify's {topic}{} of {} is not done yet; it is due by {}. The server carries it \
         out; if it does not, its log says why.",
        request.unwrap_or_default(),
        moment(*received_at),
        moment(*due_at)
    );
    let note = Note::of(shop, note);
    Note { demand: Some(demand), ..note }
}

fn of_pause(Paused { shop, why }: &Paused, queue: Option<&ShopQueue>) -> Note {
    let queue = queue.copied().unwrap_or_default();
    let lost = queue.first_lost.map(|at| format!(", and the first is lost at {}", moment(at.0)));
    let repair = if why == sentences::STOPPED_BY_DEMAND {
        ""
    } else {
        " Repair the token, the pixel or api_base; what waits is tried again by itself."
    };
    let note = format!(
        "{shop}: {why}. {} events wait{}; until then everything is kept.{repair}",
        queue.due,
        lost.unwrap_or_default()
    );
    Note::of(shop, note)
}

fn of_tests(shop: &String) -> Note {
    let note = format!(
        "{shop}: TEST MODE. What is accepted now is shown under Test events in Events Manager and never \
         counted. To go live, start `assent serve` without --test-events."
    );
    Note::of(shop, note)
}

fn of_pixels(pixels: &[PixelSeen]) -> Note {
    let shop = pixels.first().map(|seen| seen.shop.clone()).unwrap_or_default();
    let name = |seen: &PixelSeen| format!("{} (last seen {})", seen.name(), moment(seen.last_seen));
    let names: Vec<_> = pixels.iter().map(name).collect();
    let note = format!(
        "{shop} has more than one pixel of ours: {}. They report the same events under the same \
         ids, so TikTok counts each once. But each shopper's browser does the work twice, the \
         settings of one can contradict the other's, and a withdrawal is sent twice. Switch one \
         off: extension/README.md says which.",
        names.join(", ")
    );
    Note { pixels: pixels.to_vec(), ..Note::of(&shop, note) }
}
