//! The page around the shop: one shell for every address, drawn by the scripts in web/.

use serde_json::json;

use super::{Cmp, PixelKind, Shop, pixels};

/// What WPM calls its version: page and sandbox must agree on it.
pub(super) const HASH: &str = "1ab0c0dew5b9b5e2ep7f3a9d2cm4e1c0f3a";
pub(super) const PIXEL_ID: &str = "135790001";
pub(super) const EXTENSION_ID: &str = "135790002";
pub(super) const SELFCHECK_ID: &str = "selfcheck";
const SELFCHECK_CONFIGURATION: &str = r#"{"lab":"as set"}"#;
/// Numeric, as it stands in order addresses.
pub(super) const SHOP_ID: u64 = 65_012_345_678;

/// In one function scope, like a bundle; the last file starts the page.
const SCRIPTS: [&str; 29] = [
    include_str!("../../web/rpc.js"),
    include_str!("../../web/page/context.js"),
    include_str!("../../web/page/bus.js"),
    include_str!("../../web/page/consent.js"),
    include_str!("../../web/page/api.js"),
    include_str!("../../web/page/sandboxes.js"),
    include_str!("../../web/page/wpm.js"),
    include_str!("../../web/shop/elements.js"),
    include_str!("../../web/shop/catalogue.js"),
    include_str!("../../web/shop/cart.js"),
    include_str!("../../web/shop/payloads.js"),
    include_str!("../../web/shop/pages.js"),
    include_str!("../../web/shop/checkout.js"),
    include_str!("../../web/cmp/tc-string.js"),
    include_str!("../../web/cmp/records.js"),
    include_str!("../../web/cmp/tool.js"),
    include_str!("../../web/shop/banner.js"),
    include_str!("../../web/panel/words.js"),
    include_str!("../../web/panel/decisions.js"),
    include_str!("../../web/panel/endpoint.js"),
    include_str!("../../web/panel/rows.js"),
    include_str!("../../web/panel/webhooks.js"),
    include_str!("../../web/panel/consent.js"),
    include_str!("../../web/panel/panel.js"),
    include_str!("../../web/panel/pilot.js"),
    include_str!("../../web/panel/guide.js"),
    include_str!("../../web/panel/furniture.js"),
    include_str!("../../web/selfcheck/page.js"),
    include_str!("../../web/shop/shop.js"),
];
/// What a theme developer pastes for a tool that cannot be read from the sandbox.
const BRIDGE: &str = include_str!("../../../../js/bridge/bridge.js");
const STYLES: [&str; 2] =
    [include_str!("../../web/shop/shop.css"), include_str!("../../web/panel/panel.css")];

pub(super) fn script() -> String {
    format!("(function () {{\n'use strict';\n{}\n}})();\n", SCRIPTS.join("\n"))
}

pub(super) fn style() -> String {
    STYLES.join("\n")
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Store,
    /// The theme, and what stands in its `<head>`, does not reach checkout and order pages.
    Checkout,
    /// Checks the replica instead of being a shop page.
    Selfcheck,
}

pub(super) fn html(shop: &Shop, gpc: bool, page: Page) -> Result<String, String> {
    let options = shop.options();
    let selfcheck = page == Page::Selfcheck;
    let panel = options.panel && !selfcheck;
    let configuration = match page {
        Page::Selfcheck => SELFCHECK_CONFIGURATION.to_owned(),
        Page::Store | Page::Checkout if shop.settings().pixels.contains(&PixelKind::App) => {
            pixels::configuration(shop)?
        }
        Page::Store | Page::Checkout => String::new(),
    };
    let lab = json!({
        "hash": HASH,
        "pixelId": if selfcheck { SELFCHECK_ID } else { PIXEL_ID },
        "extension": {
            "id": if selfcheck { SELFCHECK_ID } else { EXTENSION_ID },
            "configuration": configuration,
        },
        "shopId": SHOP_ID,
        "shopDomain": shop.domain(),
        "tiktokUrl": options.tiktok_url,
        "settings": *shop.settings(),
        "plain": options.plain,
        "debug": options.debug && !selfcheck,
        "panel": panel,
        "webhooks": options.webhooks.is_some(),
        "gpc": gpc,
        "selfcheck": selfcheck,
    });
    let (class, panel) = if panel {
        ("with-panel", r#"<aside id="panel" aria-label="What left this browser"></aside>"#)
    } else {
        ("", "")
    };
    let bridge = if page == Page::Store && shop.settings().cmp == Cmp::Bridge {
        format!("<script>{BRIDGE}</script>")
    } else {
        String::new()
    };
    Ok(format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kiln &amp; Kettle</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/lab/page.css">
<script>
window.lab = {lab};
if (lab.gpc) Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {{ configurable: true, get: function () {{ return true; }} }});
window.Shopify = {{ shop: lab.shopDomain, analytics: {{ replayQueue: [], publish: function () {{ this.replayQueue.push(arguments); return true; }} }} }};
</script>
{bridge}
</head>
<body>
<div class="{class}"><div class="shop-side"><div id="shop"></div><div id="banner"></div></div>{panel}</div>
<script id="web-pixels-manager-setup" src="/lab/page.js"></script>
</body>
</html>
"#,
        lab = inline(&lab),
    ))
}

/// JSON inside a script element: `<` could end it.
pub(super) fn inline(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c")
}
