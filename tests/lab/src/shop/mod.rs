//! A replica of Shopify's storefront, checkout and lax custom-pixel sandbox, made from reference/shopify-sandbox.md, section 9.
//! The pages draw themselves (web/shop); this side serves them, the frame with the pasted code, and the lab's switches.

mod control;
mod frame;
mod http;
mod page;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tiktok::Tiktok;

pub use control::router as control_router;
pub use http::router;

/// What stays while the lab runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// The pasted code, read again at each page view; `None`: the lab's sample pixel.
    pub snippet: Option<PathBuf>,
    pub shop_domain: String,
    pub pixel_code: String,
    /// Where the browser reaches the stand-in, for example `http://tiktok.localhost:8080`.
    pub tiktok_url: String,
    /// http on *.localhost, and the guard admits it there.
    pub plain: bool,
    /// `?assent_debug=1` on the frame, and its debug lines shown on the page.
    pub debug: bool,
    /// "What left this browser" beside the shop.
    pub panel: bool,
}

/// What a merchant or a test changes while it runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub region: Region,
    pub permission: Permission,
    /// `init.data.customer`: an object, or null for a guest.
    pub customer: Value,
}

/// Where the shopper is, as far as Shopify's consent defaults go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// A banner must ask: undecided is all false.
    Eu,
    /// Undecided is all true.
    Open,
}

/// The custom pixel's Permission setting in the admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    NotRequired,
    Required,
}

impl Default for Settings {
    fn default() -> Self {
        Self { region: Region::Eu, permission: Permission::NotRequired, customer: Value::Null }
    }
}

/// A handle on the shop; clones share it.
#[derive(Clone, Debug)]
pub struct Shop(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: Options,
    tiktok: Tiktok,
    settings: Mutex<Settings>,
}

impl Shop {
    pub fn new(options: Options, tiktok: &Tiktok) -> Self {
        Self(Arc::new(Shared { options, tiktok: tiktok.clone(), settings: Mutex::default() }))
    }

    fn options(&self) -> &Options {
        &self.0.options
    }

    fn tiktok(&self) -> &Tiktok {
        &self.0.tiktok
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.0.settings.lock().expect("no holder of this lock panics")
    }
}
