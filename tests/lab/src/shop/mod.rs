//! A replica of Shopify's storefront, checkout and both pixel sandboxes, made from
//! docs/facts/shopify.md#how-the-replica-is-made. The pages draw themselves (web/shop); this side
//! serves them, the sandboxes with the pixels' code, and the lab's switches.

mod cmp;
mod control;
mod frame;
mod http;
mod messages;
mod orders;
mod page;
mod pixels;
mod till;
mod time;
pub mod webhooks;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tiktok::Tiktok;
use orders::Order;

pub use cmp::Cmp;
pub use control::router as control_router;
pub use http::router;
pub use messages::Topic;

/// What stays while the lab runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// The pasted code, read again at each page view; `None`: the lab's sample pixel. Each consent
    /// tool has a shop of its own, since the module's setting must name it: see
    /// [`Settings::variant`].
    pub snippet: Option<PathBuf>,
    /// The app extension's script, read again at each page view; `None`: the lab's sample.
    pub extension: Option<PathBuf>,
    /// A flat JSON object of texts: the settings as the app set them; `None`: none. Each consent
    /// tool has its own, as above.
    pub extension_settings: Option<PathBuf>,
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
    /// Where the app hears of orders; `None`: nothing is sent.
    pub webhooks: Option<webhooks::Sender>,
}

/// What a merchant or a test changes while it runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Which of the two kinds of pixel the shop has.
    pub pixels: Vec<PixelKind>,
    /// The protected customer data the app may see; fields of the others are null for it.
    pub scopes: Vec<Scope>,
    pub region: Region,
    pub permission: Permission,
    /// `init.data.customer`: an object, or null for a guest.
    pub customer: Value,
    /// The consent tool on the page.
    pub cmp: Cmp,
    /// Whether that tool hands the answer on to Shopify's Customer Privacy API.
    pub tells_shopify: bool,
    /// The module is set to `cmp = "auto"`, not to the tool's name.
    pub auto: bool,
    /// What the shop tells the app of an order by itself.
    pub webhooks: Webhooks,
}

/// Also where none is sent by itself, one can be sent by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Webhooks {
    /// As soon as the payment is made, whether or not the thank-you page will be seen.
    AtOnce,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PixelKind {
    /// The pasted code, in the lax frame.
    Custom,
    /// The app extension, in the strict worker.
    App,
}

/// Shopify's `read_customer_name` and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Name,
    Email,
    Phone,
    Address,
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
        Self {
            pixels: vec![PixelKind::Custom],
            scopes: vec![Scope::Name, Scope::Email, Scope::Phone, Scope::Address],
            region: Region::Eu,
            permission: Permission::NotRequired,
            customer: Value::Null,
            cmp: Cmp::Shopify,
            tells_shopify: true,
            auto: false,
            webhooks: Webhooks::AtOnce,
        }
    }
}

impl Settings {
    /// What tells the shop with another `cmp` setting apart: `onetrust` for
    /// `assent-lab-onetrust.myshopify.com`, whose code is in `snippet-onetrust.js`. `None`: the
    /// shop of `Options`.
    fn variant(&self) -> Option<&'static str> {
        if self.auto {
            return Some("auto");
        }
        (self.cmp != Cmp::Shopify).then(|| self.cmp.slug())
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
    orders: Mutex<Vec<Order>>,
    log: webhooks::Log,
}

impl Shop {
    pub fn new(options: Options, tiktok: &Tiktok) -> Self {
        Self(Arc::new(Shared {
            options,
            tiktok: tiktok.clone(),
            settings: Mutex::default(),
            orders: Mutex::default(),
            log: webhooks::Log::default(),
        }))
    }

    fn domain(&self) -> String {
        let base = &self.options().shop_domain;
        match self.settings().variant() {
            None => base.clone(),
            Some(variant) => base.replacen('.', &format!("-{variant}."), 1),
        }
    }

    /// `file` of the shop that the settings choose.
    fn of_variant(&self, file: &Path) -> PathBuf {
        match (self.settings().variant(), file.file_stem(), file.extension()) {
            (Some(variant), Some(stem), Some(extension)) => {
                file.with_file_name(format!("{}-{variant}.{}", stem.display(), extension.display()))
            }
            _ => file.to_owned(),
        }
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

    fn orders(&self) -> MutexGuard<'_, Vec<Order>> {
        self.0.orders.lock().expect("no holder of this lock panics")
    }

    fn log(&self) -> &webhooks::Log {
        &self.0.log
    }

    /// Orders and deliveries; the settings stay.
    fn forget(&self) {
        self.orders().clear();
        self.log().clear();
    }
}
