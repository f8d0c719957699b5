//! What makes a state another one: all that the session, the device and the model's own memory can
//! act upon. The markers' dice and the clock go by what has happened and not by how many steps it
//! took, so that many ways lead to one state.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::shopper::{Page, Shopper};
use crate::time::Timestamp;

impl Shopper {
    pub(super) fn fingerprint(&self) -> u64 {
        // In full: a field that is added must be thought of here.
        let Self {
            shop: _,
            world,
            front,
            back,
            onetrust,
            kept,
            answer,
            yeses,
            endpoint,
            fired,
            viewed,
            owed,
            arrived,
            orphans,
            grants,
            trail: _,
        } = self;
        let mut hasher = DefaultHasher::new();
        (&world.device.cookies, &world.device.storage, world.now).hash(&mut hasher);
        for page in [front, back] {
            page.is_some().hash(&mut hasher);
            if let Some(page) = page {
                hash_page(page, world.now, &mut hasher);
            }
        }
        (onetrust, kept, endpoint, fired, viewed, owed, arrived).hash(&mut hasher);
        (answer, yeses, orphans, grants).hash(&mut hasher);
        hasher.finish()
    }
}

fn hash_page(page: &Page, now: Timestamp, hasher: &mut DefaultHasher) {
    let Page {
        tab,
        gpc,
        shopify,
        answered,
        published,
        marker,
        ended,
        outlived,
        revoked,
        said_yes,
        is_hidden,
        told_purchase,
        seen_no,
        unended,
        heard,
        past,
        held,
        told,
    } = page;
    (gpc, shopify, answered, published, marker, ended, outlived, revoked, held, told).hash(hasher);
    (is_hidden, said_yes, told_purchase, seen_no, unended, heard, past).hash(hasher);
    (tab.look, tab.heard).hash(hasher);
    for (key, body) in &tab.under_way {
        (key, body.to_string()).hash(hasher);
    }
    tab.session.consent.hash_at(now, hasher);
    tab.session.reporting.hash(hasher);
    tab.session.looks.hash(hasher);
}
