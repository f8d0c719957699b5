//! Every limit on the length of a text or of a list, in one place.
//!
//! What is longer than a real one can be is left out whole in the browser, never cut, and refused
//! by the endpoint. So a number here is far above what its source gives, and a stranger's text or
//! list costs a bounded time and room.

use crate::text::Text;

/// The text, if it is within the limit.
#[inline(never)]
pub fn kept(text: Option<Text>, most: usize) -> Option<Text> {
    text.filter(|text| text.len() <= most)
}

// Texts of a beacon, in bytes.

/// A click id exceeds 256 characters, 2 KB is kept (docs/facts/tiktok.md#cookies-and-click-id).
pub const CLICK_ID: usize = 2048;
/// TikTok's cookie `_ttp`: some 30 characters.
pub const TTP: usize = 256;
/// A BCP 47 tag: the longest in use have about 12 characters, RFC 5646 asks for room for 35.
pub const LOCALE: usize = 64;
/// Browsers' user agents have 100 to 300 characters, those of apps around them somewhat more.
pub const USER_AGENT: usize = 1024;
/// Shopify's `event.id` looks like `sh-` and a UUID: 39 characters.
pub const SHOPIFY_ID: usize = 128;
/// A page's address, cleaned, with a click id of [`CLICK_ID`] in it.
pub const URL: usize = 4096;
/// What a shopper typed into the search, or a product's title (Shopify's have at most 255
/// characters).
pub const WORDS: usize = 512;
/// Shopify's order ids have about 13 digits.
pub const ORDER_ID: usize = 64;

// Evidence of consent, which becomes a receipt and stays for years.

/// Records in one beacon: of each kind one that can be read and one that cannot, and there are some
/// sixty kinds.
pub const RECORDS: usize = 192;
/// The name of a cookie or of a key of localStorage: tools' own are far shorter.
pub const RECORD_KEY: usize = 128;
/// The version of a record's text, such as a date or the number of a vendor list.
pub const RECORD_VERSION: usize = 64;

// Records on a device.

/// Bytes of one record. Browsers keep about 4 KB in a cookie; localStorage holds more.
pub const RECORD_TEXT: usize = 16 * 1024;
/// A browser keeps a cookie's name once for each path and domain. More copies than this are not
/// looked into: many readers search the whole cookie string for what stands beside each.
pub const RECORD_COPIES: u32 = 16;
/// The bridge's word for its tool, and the consent's id: longer than any tool's.
pub const BRIDGE_WORD: usize = 100;

// What Shopify tells.

/// Lines of a cart or an order: more than any cart holds.
pub const ORDER_LINES: usize = 500;
/// Orders of one compliance demand that are kept, the newest: more than any customer has.
pub const DEMANDED_ORDERS: usize = 1000;
/// Orders of one compliance demand that are looked at at all.
pub const DEMANDED_ORDERS_READ: usize = 20_000;

// Settings.

/// Entries of one list in the settings: more than any shop has.
pub const SETTINGS_LIST: usize = 100;

// What a page keeps and sends.

/// Events kept while nobody has decided. The oldest make room.
pub const HELD_EVENTS: usize = 100;
/// Looks of a page by itself, after 1, 2, 4, … seconds, at most a minute apart: nine minutes, and
/// another would come after more than ten.
pub const LOOKS: u32 = 14;
/// Bytes that the browser puts into one beacon; the endpoint takes twice as many.
pub const BEACON: usize = 32 * 1024;
/// Bytes of all requests under way: the Fetch standard lets a browser refuse keepalive beyond 64
/// KiB.
pub const IN_FLIGHT: usize = 60_000;
/// Ids of events that the device remembers as fired.
pub const FIRED_IDS: usize = 200;
/// Messages that wait on the device, and their bytes together: a browser gives a site about 5 MB of
/// localStorage.
pub const OUTBOX: usize = 20;
pub const OUTBOX_BYTES: usize = 256 * 1024;
/// Withdrawals that wait on the device, some 200 bytes each. None makes room for another: where so
/// many wait, no new grant is acted upon, whose end could not be kept.
pub const WITHDRAWALS: usize = 100;
/// The value of the click id's cookie: base64url of a click id somewhat below [`CLICK_ID`], and
/// well below the 4 KB that browsers keep.
pub const CLICK_COOKIE: usize = 2500;
