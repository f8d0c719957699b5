//! The strict sandbox: the worker's own script, and the pixel's file that it loads
//! (docs/facts/shopify.md#the-worker).

use serde_json::json;

use super::page::{HASH, SELFCHECK_ID, inline};
use super::{Shop, pixels};

const ENVIRONMENT: [&str; 5] = [
    include_str!("../../web/rpc.js"),
    include_str!("../../web/sandbox/guard.js"),
    include_str!("../../web/sandbox/pixel.js"),
    include_str!("../../web/worker/removed.js"),
    include_str!("../../web/worker/sandbox.js"),
];
/// What the check needs to know beside its own lines.
const SELFCHECK: [&str; 4] = [
    include_str!("../../web/worker/removed.js"),
    include_str!("../../web/selfcheck/tools.js"),
    include_str!("../../web/selfcheck/both.js"),
    include_str!("../../web/selfcheck/strict.js"),
];

/// Where the worker's script ends in this, `importScripts` of the pixel follows.
pub(super) const PIXEL_PATH: &str = "/web-pixels/strict/app/web-pixel-";
const WORKER_PATH: &str = "/sandbox/worker.modern.js";

/// The pixel's id and version, `ID@VERSION`, if `path` (all that follows `/web-pixels@`) is that of
/// a worker's script.
pub(super) fn pixel_in(path: &str) -> Option<&str> {
    path.split_once("/app/web-pixel-")?.1.strip_suffix(WORKER_PATH)
}

pub(super) fn environment(shop: &Shop, pixel: &str) -> String {
    let options = shop.options();
    let debug = options.debug && !is_selfcheck(pixel);
    let lab = json!({ "hash": HASH, "plain": options.plain, "debug": debug, "pixel": format!("{PIXEL_PATH}{pixel}.js") });
    format!(
        "(function () {{\n'use strict';\nvar lab = {};\n{}\n}})();\n",
        inline(&lab),
        ENVIRONMENT.join("\n")
    )
}

/// `pixel`: `ID@VERSION`.
pub(super) fn pixel(shop: &Shop, pixel: &str) -> Result<String, String> {
    if is_selfcheck(pixel) {
        let checks = pixels::fill(&SELFCHECK.join("\n"), shop.options());
        return Ok(format!(
            "shopify.extend('WebPixel::Render', function (api) {{\n\
            var analytics = api.analytics, browser = api.browser, init = api.init;\n{checks}\n}});\n"
        ));
    }
    pixels::extension(shop)
}

fn is_selfcheck(pixel: &str) -> bool {
    pixel.split('@').next() == Some(SELFCHECK_ID)
}
