//! What has to be true of a store after the power has gone.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::disk::{Disk, Image};
use crate::endpoint::{Endpoint, STORE};
use crate::workload::Promise;

/// Every complaint about what such a cut left; none where all is well.
pub(crate) fn complaints<'a>(
    image: &Image,
    promised: impl Iterator<Item = &'a Promise>,
) -> Vec<String> {
    let folder = TempDir::new().expect("a folder");
    for (name, bytes) in image {
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    fs::File::options().append(true).create(true).open(folder.path().join(STORE)).expect("a file");
    let disk = Disk::at(folder.path());
    let found = match Endpoint::start(disk.folder()) {
        Ok(endpoint) => looked_through(endpoint, promised),
        Err(error) => vec![format!("the store does not open: {error}")],
    };
    disk.unplug();
    found
}

fn looked_through<'a>(
    endpoint: Endpoint,
    promised: impl Iterator<Item = &'a Promise>,
) -> Vec<String> {
    let mut found = unsound(&endpoint.path());
    let promised: Vec<_> = promised.collect();
    found.extend(promised.iter().filter_map(|promise| broken(promise, &endpoint)));
    let path = endpoint.path();
    endpoint.stop();
    found.extend(promised.iter().filter_map(|promise| left_behind(promise, &path)));
    found
}

/// Pages that contradict each other, and rows of which a half is missing.
fn unsound(path: &Path) -> Vec<String> {
    let store = rusqlite::Connection::open(path).expect("a store");
    let integrity: String = store
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap_or_else(|error| error.to_string());
    let mut found: Vec<String> = (integrity != "ok").then_some(integrity).into_iter().collect();
    for (what, halves) in [
        (
            "an event without its receipt",
            "SELECT count(*) FROM event WHERE receipt <> 0 AND receipt NOT IN (SELECT id FROM receipt)",
        ),
        (
            "an event that waits without its personal part, or has ended with it",
            "SELECT count(*) FROM event WHERE (payload IS NULL) <> (ended = 1)",
        ),
        (
            "a link that leads nowhere",
            "SELECT count(*) FROM link WHERE NOT CASE kind
                 WHEN 1 THEN row IN (SELECT id FROM event)
                 WHEN 2 THEN row IN (SELECT id FROM receipt)
                 WHEN 3 THEN row IN (SELECT id FROM context)
                 WHEN 4 THEN row IN (SELECT id FROM order_fact) ELSE FALSE END",
        ),
        (
            "an event that its checkout does not lead to",
            "SELECT count(*) FROM event WHERE checkout IS NOT NULL AND NOT EXISTS
                 (SELECT 1 FROM link WHERE link.shop = event.shop AND name = event.checkout
                      AND kind = 1 AND row = event.id)",
        ),
        (
            "an order whose webhook is not known as done, or the other way round",
            "SELECT (SELECT count(*) FROM order_fact) <> (SELECT count(*) FROM webhook)",
        ),
    ] {
        match store.query_row(halves, [], |row| row.get::<_, i64>(0)) {
            Ok(0) => {}
            Ok(n) => found.push(format!("{what}: {n}")),
            Err(error) => found.push(format!("{what}: {error}")),
        }
    }
    found
}

fn state(endpoint: &Endpoint, id: &str) -> Option<String> {
    let stories = endpoint.reader().stories(id).expect("it can be read");
    stories.first().map(|story| story.state.to_string())
}

fn broken(promise: &Promise, endpoint: &Endpoint) -> Option<String> {
    match promise {
        Promise::Accepted { event_id } => state(endpoint, event_id)
            .is_none()
            .then(|| format!("accepted, and not there: {event_id}")),
        Promise::Ordered { order } => {
            state(endpoint, order).is_none().then(|| format!("an order is not there: {order}"))
        }
        Promise::Delivered { event_id } => (state(endpoint, event_id).as_deref()
            != Some("delivered"))
        .then(|| format!("delivered, and to be sent again: {event_id}")),
        Promise::Withdrawn { event_id, beacon } => {
            let state = state(endpoint, event_id);
            let again = endpoint.beacon(beacon);
            let holds = again.status == 403 && again.json()["reason"] == "withdrawn";
            (state.as_deref() != Some("withdrawn") || !holds)
                .then(|| format!("a no was lost: {event_id} is {state:?}, and then {again:?}"))
        }
        Promise::Erased { event_id, .. } => {
            let state = state(endpoint, event_id);
            (state.as_deref() != Some("erased"))
                .then(|| format!("erased, and now {state:?}: {event_id}"))
        }
    }
}

/// Looked for when the store is at rest again.
fn left_behind(promise: &Promise, path: &Path) -> Option<String> {
    let Promise::Erased { event_id, secret } = promise else { return None };
    let folder = path.parent().expect("it is in a folder");
    let files = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
    let has = |bytes: &[u8]| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
    let found = files.into_iter().find(|path| has(&fs::read(path).expect("a file")));
    found.map(|file| format!("{event_id} was erased, and is still in {}", file.display()))
}
