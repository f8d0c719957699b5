//! What a hosted snippet loads: this endpoint's own module, and those that it has been before.

use assent_endpoint::module::{Module, ModuleHash};
use assent_endpoint::store::read::Reader;
use assent_endpoint::store::{Store, StoreError};
use assent_gate::hex::Digest;
use assent_gate::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::bench::{Bench, DAY, START};
use crate::pasting::hosted;
use crate::support::beacon::now;
use crate::support::http::{Answer, request};
use crate::support::server::{SHOP, Server, World};
use crate::support::until;

/// Months are 30.5 days.
const MONTHS_24: i64 = 732 * DAY;
const NAMES: [&str; 4] = ["Content-Type", "Access-Control-Allow-Origin", "Cache-Control", "Vary"];
const FOR_EVER: [Option<&str>; 4] = [
    Some("application/wasm"),
    Some("*"),
    Some("public, max-age=31536000, immutable"),
    Some("Accept-Encoding"),
];

fn headers<'a>(answer: &'a Answer, names: [&str; 4]) -> [Option<&'a str>; 4] {
    names.map(|name| answer.header(name))
}

fn length(answer: &Answer) -> Option<usize> {
    answer.header("Content-Length").and_then(|length| length.parse().ok())
}

fn ask(server: &Server, method: &str, path: &str, header: (&str, &str)) -> Answer {
    request(&server.address, method, path, &[header], b"").expect("an answer")
}

/// The path at which a hosted snippet looks for its module (js/src/hosting.js), and its integrity.
fn printed(world: &World) -> Option<(String, String)> {
    let (_, integrity, _) = hosted(world)?;
    Some((format!("/v1/module-{}.wasm", integrity.replace('/', "_")), integrity))
}

/// A module of an earlier or a later release, with its path.
fn another(bytes: &'static [u8]) -> (Module, String) {
    let path = format!("/v1/module-{}.wasm", Digest::of(bytes).as_str());
    (Module::new(bytes, Some(&b"compressed"[..])), path)
}

#[test]
fn the_module_is_served_under_the_hash_of_its_bytes_to_be_kept_for_ever() {
    let world = World::new();
    let server = world.serve();
    let Some((path, integrity)) = printed(&world) else {
        let answer = server.get(&another(b"of no release").1);
        assert_eq!((answer.status, answer.header("Cache-Control")), (503, Some("no-store")));
        assert!(answer.body.contains("npm run build"), "{}", answer.body);
        return;
    };
    let whole = server.get(&path);
    assert_eq!((whole.status, headers(&whole, NAMES)), (200, FOR_EVER));
    assert_eq!(whole.header("Content-Encoding"), None);
    // Earlier releases' snippets name the same bytes in hex.
    let in_hex = format!("/v1/module-{}.wasm", Digest::of(&whole.bytes).as_str());
    assert_eq!(server.get(&in_hex).bytes, whole.bytes);
    let hash = STANDARD.encode(Sha256::digest(&whole.bytes));
    assert_eq!(integrity, format!("sha256-{hash}"));
    // WebAssembly Core Specification, 5.5.16: magic and version 1.
    assert_eq!(whole.bytes[..8], [0, b'a', b's', b'm', 1, 0, 0, 0]);

    let with =
        |method: &str, accepted: &str| ask(&server, method, &path, ("Accept-Encoding", accepted));
    let head = with("HEAD", "identity");
    assert_eq!((head.status, headers(&head, NAMES)), (200, FOR_EVER));
    assert_eq!((length(&head), head.bytes.len()), (Some(whole.bytes.len()), 0));
    for accepted in ["gzip, deflate, br, zstd", "BR;q=0.5"] {
        let small = with("GET", accepted);
        assert_eq!((small.status, headers(&small, NAMES)), (200, FOR_EVER), "{accepted}");
        assert_eq!(small.header("Content-Encoding"), Some("br"), "{accepted}");
        assert!(length(&small) < length(&whole), "{accepted}");
    }
    for accepted in ["gzip", "br;q=0", "br; q=0.000, gzip", "brotli"] {
        assert_eq!(with("GET", accepted).header("Content-Encoding"), None, "{accepted}");
    }
    assert_eq!(with("POST", "identity").status, 405);

    let tag = whole.header("ETag").expect("a tag");
    let again = ask(&server, "GET", &path, ("If-None-Match", tag));
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    assert_eq!(again.header("Cache-Control"), FOR_EVER[2]);
    let other = ask(&server, "GET", &path, ("If-None-Match", "W/\"module-of-another-release\""));
    assert_eq!(other.status, 200);
}

#[test]
fn what_this_endpoint_has_never_been_is_not_found_and_says_what_to_do() {
    let world = World::new();
    let server = world.serve();
    let has_module = printed(&world).is_some();
    let hash = "ab".repeat(32);
    for file in [
        format!("module-{hash}.wasm"),
        format!("module-{}.wasm", hash.to_uppercase()),
        format!("module-{hash}a.wasm"),
        format!("module-{}.wasm", &hash[1..]),
        format!("module-{hash}.js"),
        "module-0123456789abcdef.js".to_owned(),
        "module-.wasm".to_owned(),
        "module-..%2fassent.db".to_owned(),
    ] {
        let answer = server.get(&format!("/v1/{file}"));
        if !has_module && file.len() == "module-.wasm".len() + 64 && !file.contains('A') {
            assert_eq!(answer.status, 503, "{file}");
            continue;
        }
        let said = (answer.status, answer.header("Cache-Control"));
        assert_eq!(said, (404, Some("no-store")), "{file}");
        assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"), "{file}");
        assert!(answer.body.contains("assent snippet --hosted"), "{}", answer.body);
    }
    for path in ["/v1/", "/v1/nothing", "/v1/module", &format!("/v1/module-{hash}.wasm/x")] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

/// A release is a binary; the store is what they hand on to each other.
#[test]
fn modules_of_earlier_and_later_releases_are_served_on_over_restarts() {
    let world = World::new();
    let [(earlier, old), (later, new)] =
        [another(b"a module of last year"), another(b"one from before a downgrade")];
    note(&world, &earlier, now() - 300 * DAY);
    note(&world, &later, now() - DAY);
    for _ in 0..2 {
        let server = world.serve();
        for (path, bytes) in [(&old, earlier.bytes()), (&new, later.bytes())] {
            let whole = server.get(path);
            assert_eq!((whole.status, headers(&whole, NAMES)), (200, FOR_EVER));
            assert_eq!((&whole.bytes, whole.header("Content-Encoding")), (&bytes.to_vec(), None));
            let small = ask(&server, "GET", path, ("Accept-Encoding", "br"));
            assert_eq!((small.status, headers(&small, NAMES)), (200, FOR_EVER));
            assert_eq!(small.header("Content-Encoding"), Some("br"));
            assert_eq!(small.bytes, b"compressed");
            let head = ask(&server, "HEAD", path, ("Accept-Encoding", "identity"));
            assert_eq!((head.status, length(&head)), (200, Some(bytes.len())));
            let tag = whole.header("ETag").expect("a tag");
            assert_eq!(ask(&server, "GET", path, ("If-None-Match", tag)).status, 304);
        }
        assert_eq!(server.stop(), Some(0));
    }
}

/// What the next release will serve.
#[test]
fn the_module_that_is_served_is_in_the_store_from_the_start() {
    let world = World::new();
    let server = world.serve();
    let Some((path, _)) = printed(&world) else { return };
    let own = kept(&world, &path).expect("it is kept");
    assert_eq!(own.bytes().to_vec(), server.get(&path).bytes);
    let small = ask(&server, "GET", &path, ("Accept-Encoding", "br"));
    assert_eq!(own.brotli().map(|small| small.to_vec()), Some(small.bytes));
}

#[test]
fn a_server_forgets_what_has_not_been_its_own_for_24_months_and_nothing_newer() {
    let world = World::new();
    let [(gone, old), (stays, newer)] = [another(b"25 months ago"), another(b"23 months ago")];
    note(&world, &gone, now() - 763 * DAY);
    note(&world, &stays, now() - 702 * DAY);
    let server = world.serve();
    until("the oldest module is forgotten", || kept(&world, &old).is_none().then_some(()));
    assert_ne!(server.get(&old).status, 200);
    assert_eq!(server.get(&newer).status, 200);
}

#[test]
fn the_own_module_needs_no_store_and_another_says_that_it_cannot_be_read() {
    let world = World::new();
    let server = world.serve();
    let Some((path, _)) = printed(&world) else { return };
    world.hide();
    assert_eq!(server.get(&path).status, 200);
    let other = server.get(&another(b"a module of last year").1);
    assert_eq!((other.status, other.header("Cache-Control")), (503, Some("no-store")));
    assert!(other.body.contains("Try again"), "{}", other.body);
}

#[tokio::test]
async fn a_module_is_kept_for_24_months_after_it_was_last_served_as_the_own() {
    let bench = Bench::new("");
    let (module, _) = another(b"a module");
    let is_kept = || {
        let reader = Reader::open(bench.place()).expect("a store");
        reader.module(module.hash()).expect("it can be read").is_some()
    };
    assert!(!is_kept());
    // Noted all the time for a year: what counts is the last time, to the day.
    for day in 0..=365 {
        bench.store.note_module(&module, START.plus(day * DAY)).await.expect("it is noted");
    }
    let last = START.plus(365 * DAY);
    bench.store.note_module(&module, last.plus(DAY - 1)).await.expect("it is noted");
    bench.run_for_a_week(last.plus(MONTHS_24)).await;
    assert!(is_kept());
    bench.sweep(last.plus(MONTHS_24 + 1)).await;
    assert!(!is_kept());
    // Back again, after a downgrade.
    bench.store.note_module(&module, last.plus(MONTHS_24 + 1)).await.expect("it is noted");
    assert!(is_kept());
}

/// While no server runs: this was a release's own module then.
fn note(world: &World, module: &Module, at: i64) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let shop = SHOP.parse().expect("a shop");
    let at = Timestamp(at);
    // A server that another test is just starting holds a copy of the lock until it is on its feet.
    let place = world.store();
    let store = until("the lock is free", || match Store::open(&place, [&shop], at) {
        Err(StoreError::Locked { .. }) => None,
        opened => Some(opened.expect("a store")),
    });
    runtime.block_on(store.note_module(module, at)).expect("it is noted");
    store.close();
}

fn kept(world: &World, path: &str) -> Option<Module> {
    let hash = path.strip_prefix("/v1/").and_then(ModuleHash::of_file_name).expect("a hash");
    let reader = Reader::open(world.store()).expect("a store");
    reader.module(hash).expect("it can be read")
}
