//! A `[[shops]]` of `assent.toml` as it is written.

use std::collections::BTreeMap;

use assent_gate::consent::{Meanwhile, Source};
use assent_gate::order::Money;
use assent_gate::settings::{CheckoutValue, ContentId, Held, SecretPaths};
use assent_gate::text::Text;
use assent_gate::tiktok::EventName;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::rules::hold::{LONGEST_HOLD, USUAL_HOLD};
use crate::rules::policy::{Confirm, ConfirmOn, Unconfirmed};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields, extend("required" = ["domain", "pixel_code", "consent"]))]
pub(super) struct ShopTable {
    /// The shop's permanent name at Shopify.
    #[schemars(extend("examples" = ["acme.myshopify.com"]))]
    pub(super) domain: Option<String>,
    /// The shop's public hosts. Only there can a record of consent be expected.
    #[schemars(extend("default" = [], "examples" = [["shop.acme.example"]]))]
    pub(super) storefronts: Vec<String>,
    /// TikTok's pixel code, about 20 letters and digits: Events Manager, beside the pixel's name.
    #[schemars(extend("examples" = ["C4EXAMPLE0000000000"]))]
    pub(super) pixel_code: Option<String>,
    /// The name of the environment variable that holds TikTok's access token. This or `access_token_file` is required.
    #[schemars(extend("examples" = ["ACME_TIKTOK_TOKEN"]))]
    pub(super) access_token_env: Option<String>,
    /// A file that holds the token instead. It is read again for each send, so a new token needs no restart.
    #[schemars(extend("examples" = ["/run/secrets/acme-tiktok"]))]
    pub(super) access_token_file: Option<String>,
    /// The names of the environment variables that hold what Shopify signs webhooks with; several while it changes. They turn on order webhooks.
    #[schemars(extend("default" = [], "examples" = [["ACME_SHOPIFY_SECRET"]]))]
    pub(super) webhook_secret_envs: Vec<String>,
    /// Events Manager, Test events. `serve --test-events` and `check` use it, and nothing else does.
    #[schemars(extend("examples" = ["TEST12345"]))]
    pub(super) test_event_code: Option<String>,
    /// Which of Shopify's ids your TikTok catalogue uses.
    #[schemars(extend("default" = "variant", "enum" = words(&ContentId::WORDS), "examples" = ["sku"]))]
    pub(super) content_id: Option<String>,
    /// Parameters of an address that are told, besides `ttclid` and the six `utm_` names.
    #[schemars(with = "Vec<String>", extend("default" = [], "examples" = [["gclid"]]))]
    pub(super) url_parameters: Vec<Text>,
    /// Public paths of the shop's own: told with all that is below them.
    #[schemars(with = "Vec<String>", extend("default" = [], "examples" = [["/apps/quiz"]]))]
    pub(super) url_paths: Vec<Text>,
    /// Allows `?assent_debug=1` in the shop: the browser's console then says what was decided, and why. The
    /// endpoint's answer names the field of an event that it could not read.
    #[schemars(extend("default" = false, "examples" = [true]))]
    pub(super) debug: bool,
    /// In which the days of `assent report` begin: a name of the IANA time zone database.
    #[schemars(extend("default" = "UTC", "examples" = ["Europe/Berlin"]))]
    pub(super) time_zone: Option<String>,
    /// Where consent comes from.
    pub(super) consent: ConsentTable,
    /// When a purchase is sent, and what it is worth.
    pub(super) purchase: PurchaseTable,
    /// The browser's copy.
    pub(super) browser: BrowserTable,
    /// TikTok's events and the copies each has; an empty list switches one off. What is not named here keeps its own.
    #[schemars(schema_with = "routes")]
    pub(super) events: BTreeMap<String, Vec<String>>,
    /// Custom events of your theme, by the name they are published under; never a Purchase.
    #[schemars(extend("examples" = [{"newsletter_joined": {"event": "Subscribe", "to": ["browser", "server"]}}]))]
    pub(super) custom_events: BTreeMap<String, CustomEventTable>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields, extend("required" = ["cmp"]))]
pub(super) struct ConsentTable {
    /// Where the shop collects consent: `shopify` (its own banner), `auto` (any tool that is found), `bridge`, or the name of one tool.
    #[schemars(extend("enum" = cmps(), "examples" = ["onetrust"]))]
    pub(super) cmp: Option<String>,
    /// What counts while the tool's record holds no decision: wait, or let Shopify's signal decide.
    #[schemars(extend("default" = "hold", "enum" = words(&Meanwhile::WORDS), "examples" = ["shopify"]))]
    pub(super) undecided: Option<String>,
    /// What counts where there is no record although the page could read one. `shopify` needs a named tool and `undecided = "shopify"`.
    #[schemars(extend("default" = "hold", "enum" = words(&Meanwhile::WORDS), "examples" = ["shopify"]))]
    pub(super) missing: Option<String>,
    /// What becomes of events of before the yes: reported with it, or never.
    #[schemars(extend("default" = "release", "enum" = words(&Held::WORDS), "examples" = ["forget"]))]
    pub(super) held: Option<String>,
    /// The tool's own ids for marketing, where they are not the usual ones.
    #[schemars(with = "Vec<String>", extend("default" = [], "examples" = [["C0004"]]))]
    pub(super) categories: Vec<Text>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub(super) struct PurchaseTable {
    /// Whether a Purchase waits for Shopify's order webhook. The default is `webhook` where `webhook_secret_envs` has one, else `beacon`.
    #[schemars(extend("enum" = words(&Confirm::WORDS), "examples" = ["webhook"]))]
    pub(super) confirm: Option<String>,
    /// Which of the order's webhooks confirms it.
    #[schemars(extend("default" = "created", "enum" = words(&ConfirmOn::WORDS), "examples" = ["paid"]))]
    pub(super) confirm_on: Option<String>,
    /// How many seconds it waits, 0 to 270: TikTok merges the two copies within 5 minutes.
    #[schemars(range(min = 0, max = LONGEST_HOLD), extend("default" = USUAL_HOLD, "examples" = [120]))]
    pub(super) hold_seconds: Option<i64>,
    /// What happens to one whose order never came.
    #[schemars(extend("default" = "send", "enum" = words(&Unconfirmed::WORDS), "examples" = ["drop"]))]
    pub(super) unconfirmed: Option<String>,
    /// The currency of an order's figures: the shopper's or the shop's. The other one where TikTok does not take it.
    #[schemars(extend("default" = "presentment", "enum" = words(&MONEY), "examples" = ["shop"]))]
    pub(super) money: Option<String>,
    /// Which of Shopify's sums it is worth, in both copies.
    #[schemars(extend("default" = "total", "enum" = words(&CheckoutValue::WORDS), "examples" = ["subtotal"]))]
    pub(super) value: Option<String>,
    /// Kinds of orders that are reported although no shopper paid in the shop.
    pub(super) report: ReportTable,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub(super) struct ReportTable {
    /// Shopify's test orders.
    #[schemars(extend("default" = false, "examples" = [true]))]
    pub(super) test: bool,
    /// Sales at a till (point of sale).
    #[schemars(extend("default" = false, "examples" = [true]))]
    pub(super) pos: bool,
    /// Orders that staff wrote (draft orders).
    #[schemars(extend("default" = false, "examples" = [true]))]
    pub(super) draft: bool,
    /// Renewals of subscriptions.
    #[schemars(extend("default" = false, "examples" = [true]))]
    pub(super) renewals: bool,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub(super) struct BrowserTable {
    /// Where the path of the page cannot be cleaned (Safari, on checkout, order and account pages): `server` leaves the browser's copy out, `fire` accepts that TikTok's script sees the path.
    #[schemars(extend("default" = "server", "enum" = words(&SecretPaths::WORDS), "examples" = ["fire"]))]
    pub(super) secret_paths: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields, extend("required" = ["event", "to"]))]
pub(super) struct CustomEventTable {
    /// The event of TikTok's that it becomes.
    #[schemars(extend("enum" = events(), "examples" = ["Subscribe"]))]
    pub(super) event: Option<String>,
    /// The copies it has.
    #[schemars(schema_with = "legs", extend("examples" = [["browser", "server"]]))]
    pub(super) to: Option<Vec<String>>,
}

/// The words of `purchase.money`; the first is the default.
pub(super) const MONEY: [(&str, Money); 2] =
    [("presentment", Money::Presentment), ("shop", Money::Shop)];

/// The words of a closed list.
pub(super) fn words<T>(list: &[(&'static str, T)]) -> Vec<&'static str> {
    list.iter().map(|(word, _)| *word).collect()
}

/// What `consent.cmp` takes.
pub(super) fn cmps() -> Vec<&'static str> {
    ["shopify", "auto"].into_iter().chain(Source::CMPS).collect()
}

/// TikTok's events.
pub(super) fn events() -> Vec<&'static str> {
    EventName::ALL.iter().map(|name| name.as_str()).collect()
}

/// The copies an event may have.
pub(super) const LEGS: [&str; 2] = ["browser", "server"];

fn legs(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string", "enum": LEGS } })
}

fn routes(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": { "enum": events() },
        "additionalProperties": legs(generator),
        "examples": [{ "AddToCart": ["browser", "server"] }],
    })
}
