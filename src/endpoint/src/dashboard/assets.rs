//! What the pages load, embedded: one stylesheet and small modules, no font and nothing of a third party.
//! Their addresses name their content, so a browser may keep them and still sees a new release at once.

use std::sync::LazyLock;

use assent_gate::hex::Digest;

#[derive(Debug)]
pub(crate) struct Asset {
    pub(crate) name: &'static str,
    pub(crate) media: &'static str,
    pub(crate) text: &'static str,
}

const ALL: [Asset; 4] = [
    Asset {
        name: "dashboard.css",
        media: "text/css; charset=utf-8",
        text: include_str!("assets/dashboard.css"),
    },
    Asset { name: "icon.svg", media: "image/svg+xml", text: include_str!("assets/icon.svg") },
    Asset {
        name: "live.js",
        media: "text/javascript; charset=utf-8",
        text: include_str!("assets/live.js"),
    },
    Asset {
        name: "copy.js",
        media: "text/javascript; charset=utf-8",
        text: include_str!("assets/copy.js"),
    },
];

/// Of all of them together: a release changes all addresses or none.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let texts = ALL.map(|asset| asset.text).concat();
    Digest::of(texts.as_bytes()).as_str()[..16].to_owned()
});

/// Where a page finds it.
pub(super) fn address(name: &str) -> String {
    format!("/admin/assets/{}/{name}", &*VERSION)
}

/// `None`: no such file, or one of another release.
pub(crate) fn find(version: &str, name: &str) -> Option<&'static Asset> {
    static KEPT: [Asset; 4] = ALL;
    KEPT.iter().find(|asset| asset.name == name && version == *VERSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_third_party_is_loaded() {
        for Asset { name, text, .. } in ALL {
            // The name of SVG's vocabulary is fetched by nobody.
            let text = text.replace("http://www.w3.org/2000/svg", "");
            for foreign in ["http://", "https://", "//cdn", "@import", "eval(", "document.cookie"] {
                assert!(!text.contains(foreign), "{name} has {foreign}");
            }
        }
    }

    #[test]
    fn an_asset_is_found_at_the_address_that_pages_name() {
        let address = address("live.js");
        let mut parts = address.trim_start_matches("/admin/assets/").split('/');
        let (version, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        assert_eq!(find(version, name).map(|asset| asset.name), Some("live.js"));
        assert!(find("0", name).is_none() && find(version, "secret.js").is_none());
    }
}
