//! The sandbox frame's document: the wrapper with the pasted code, then the environment
//! (docs/facts/shopify.md#the-wrapper).

use serde_json::json;

use super::page::{HASH, SELFCHECK_ID, inline};
use super::{Shop, pixels};

const ENVIRONMENT: [&str; 5] = [
    include_str!("../../web/rpc.js"),
    include_str!("../../web/sandbox/guard.js"),
    include_str!("../../web/sandbox/pixel.js"),
    include_str!("../../web/frame/shims.js"),
    include_str!("../../web/frame/sandbox.js"),
];
const SELFCHECK: [&str; 3] = [
    include_str!("../../web/selfcheck/tools.js"),
    include_str!("../../web/selfcheck/both.js"),
    include_str!("../../web/selfcheck/lax.js"),
];
/// Runs before the environment: what the bare frame is like.
const SELFCHECK_BEFORE: &str = include_str!("../../web/selfcheck/before.js");

/// `path` is all that follows `/web-pixels@`.
pub(super) fn html(shop: &Shop, path: &str, gpc: bool) -> Result<String, String> {
    let id = path
        .split_once("/custom/web-pixel-")
        .and_then(|(_, rest)| rest.split_once('@'))
        .map(|(id, _)| id)
        .ok_or("no pixel id in the frame's address")?;
    let options = shop.options();
    let selfcheck = id == SELFCHECK_ID;
    let code = if selfcheck {
        pixels::fill(&SELFCHECK.join("\n"), options)
    } else {
        pixels::snippet(shop)?
    };
    let before =
        if selfcheck { format!("<script>{SELFCHECK_BEFORE}</script>") } else { String::new() };
    let lab = json!({ "hash": HASH, "plain": options.plain, "debug": options.debug && !selfcheck, "gpc": gpc });
    let environment = ENVIRONMENT.join("\n");
    let lab = inline(&lab);
    Ok(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Web Pixel Sandbox</title>{before}\
<script>function initWebPixel(){{(function(shopify){{shopify.extend('WebPixel::Render',function(api){{\
var analytics=api.analytics,browser=api.browser,init=api.init;\n{code}\n}});}})\
(self.webPixelsManager.createShopifyExtend('{id}','custom'))}}</script>\
<script>(function(){{'use strict';var lab={lab};\n{environment}\n}})();</script></head><body></body></html>"
    ))
}
