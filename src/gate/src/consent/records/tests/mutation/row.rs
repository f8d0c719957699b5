//! The records that are altered: one of each format, and what it says as it stands.

use serde_json::Value;

use super::*;

/// A row of the vectors, or one more where they have none for a tool that can say yes.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) source: String,
    pub(super) key: String,
    pub(super) value: String,
    /// What is in it once it is decoded, and how it was coded.
    pub(super) inner: String,
    pub(super) wrap: Wrap,
    pub(super) beside: Vec<(String, String)>,
    pub(super) in_cookies: bool,
    pub(super) says_yes: bool,
}

impl Row {
    pub(super) fn new(
        source: &str,
        key: &str,
        value: &str,
        beside: &[(&str, &str)],
        says_yes: bool,
    ) -> Self {
        let beside =
            beside.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let (wrap, inner) = Wrap::of(value);
        let [source, key, value] = [source, key, value].map(str::to_owned);
        Self { source, key, value, inner, wrap, beside, in_cookies: true, says_yes }
    }

    pub(super) fn of(row: &Value) -> Self {
        let beside = row["companion"].as_object().into_iter().flatten();
        let beside: Vec<(&str, &str)> =
            beside.map(|(key, value)| (key.as_str(), value.as_str().unwrap())).collect();
        let value = row["value_gen"]
            .as_str()
            .map_or_else(|| row["value"].as_str().unwrap().to_owned(), generated);
        let [source, key] = [&row["cmp"], &row["key"]].map(|name| name.as_str().unwrap());
        Self {
            in_cookies: row["store"] == "cookie",
            ..Self::new(source, key, &value, &beside, row["marketing"] == true)
        }
    }

    pub(super) fn all() -> Vec<Self> {
        let mut all: Vec<Self> = rows(RECORDS).iter().map(Self::of).collect();
        for row in rows(TCF) {
            let yes = vectors::ground(&row["decoded"]).0 == Verdict::Granted
                && row["decoded"]["version"] != 1;
            all.push(Self::new("tcf", "euconsent-v2", row["string"].as_str().unwrap(), &[], yes));
        }
        for row in rows(GPP) {
            all.push(Self::new(
                "gpp",
                "IABGPP_HDR_GppString",
                row["string"].as_str().unwrap(),
                &[],
                false,
            ));
        }
        let seen = [("notice_preferences", "2:")];
        all.extend([
            Self::new("trustarc", "notice_gdpr_prefs", "0,1,2:", &seen, true),
            Self::new("trustarc", "notice_gdpr_prefs", "0,1,2::implied,us", &seen, false),
            Self::new("trustarc", "cmapi_cookie_privacy", "permit 1,2 required", &seen, false),
            Self::new("complianz", "cmplz_marketing", "allow", &[("cmplz_banner-status", "show")], false),
            Self::new(
                "consentmo",
                "cookieconsent_preferences_disabled",
                "analytics,marketing",
                &[("cookieconsent_status", "accept_selected")],
                false,
            ),
            Self::new(
                "c15t",
                "c15t",
                "{\"consents\":{\"necessary\":true,\"marketing\":true},\"consentInfo\":{\"time\":1772442000000}}",
                &[],
                true,
            ),
            Self::new(
                "c15t",
                "c15t",
                "{\"consents\":{\"necessary\":true,\"marketing\":true},\"consentInfo\":null}",
                &[],
                false,
            ),
            Self::new(
                "c15t",
                "c15t",
                "{\"consents\":{\"necessary\":true,\"marketing\":false},\"consentInfo\":{\"time\":1772442000000}}",
                &[],
                false,
            ),
            // {"answered":true,"allAllowed":false,"allowSale":true,"categories":["necessary"]}, and
            // all allowed.
            Self::new(
                "cookiehub",
                "cookiehub",
                &base64("{\"answered\":true,\"allAllowed\":false,\"allowSale\":true,\"categories\":[\"necessary\"]}"),
                &[],
                false,
            ),
            Self::new(
                "cookiehub",
                "cookiehub",
                &base64("{\"answered\":true,\"allAllowed\":true,\"allowSale\":true,\"categories\":[\"marketing\"]}"),
                &[],
                true,
            ),
            Self::new(
                "cookiehub",
                "cookiehub",
                &base64("{\"answered\":false,\"allAllowed\":true,\"allowSale\":true}"),
                &[],
                false,
            ),
        ]);
        all
    }

    pub(super) fn jar(&self, value: &str) -> Jar {
        let mut pairs = vec![(self.key.clone(), value.to_owned())];
        pairs.extend(self.beside.iter().cloned());
        if self.in_cookies {
            let cookie = pairs
                .iter()
                .map(|(key, value)| [key, "=", value].concat())
                .collect::<Vec<_>>()
                .join("; ");
            return Jar { cookie: Some(cookie.into()), ..Jar::default() };
        }
        Jar {
            storage: pairs
                .into_iter()
                .map(|(key, value)| (key.into(), Stored::Text(value.into())))
                .collect(),
            ..Jar::default()
        }
    }
}

/// Standard base64, by hand: the gate's own is under test.
pub(super) fn base64(text: &str) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let group = chunk
            .iter()
            .enumerate()
            .fold(0_usize, |group, (at, byte)| group | usize::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            out.push(if at <= chunk.len() {
                char::from(SIGNS[group >> (18 - 6 * at) & 63])
            } else {
                '='
            });
        }
    }
    out
}

pub(super) fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
