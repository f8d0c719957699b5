//! What `init` must know: as it is given, with holes, and complete.

use std::path::PathBuf;

use super::after::After;
use super::proxy::Proxy;
use crate::secret::Secret;

/// What has been answered so far. A value that stands here has not been checked yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub(super) shop: Option<String>,
    pub(super) storefronts: Option<Vec<String>>,
    pub(super) pixel_code: Option<String>,
    pub(super) cmp: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) test_event_code: Option<String>,
    pub(super) token: Option<Secret>,
    pub(super) webhook_secret: Option<Secret>,
    pub(super) proxy: Option<Proxy>,
    pub(super) dir: Option<PathBuf>,
    pub(super) listen: Option<String>,
    pub(super) also: Option<String>,
    pub(super) after: After,
}

/// Everything, and every value one that the configuration takes.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) shop: String,
    pub(super) storefronts: Vec<String>,
    pub(super) pixel_code: String,
    pub(super) cmp: String,
    pub(super) public_url: String,
    pub(super) test_event_code: Option<String>,
    pub(super) token: Secret,
    pub(super) webhook_secret: Option<Secret>,
    pub(super) proxy: Proxy,
    pub(super) dir: PathBuf,
    pub(super) listen: String,
    /// TOML of the caller's own, such as `[alerts]`.
    pub(super) also: Option<String>,
}
