//! Shopify's own cookies of before its Customer Privacy API. None is set since 2026; one that is
//! still there can deny.

use super::format::{Coding, Condition, Identifier, Key, Meaning, RecordFormat, Value};

/// `con.CMP.m` for marketing and `.s` for the sale of data, or (version 2.0) one `con.GDPR`.
pub(super) const TRACKING_CONSENT: RecordFormat = RecordFormat::new(
    "shopify",
    &[Key::Cookie("_tracking_consent")],
    Coding::Json,
    &Meaning {
        opt_out: &[Condition::Is("con.CMP.s", Value::Text("0"))],
        no: &[
            Condition::Is("con.CMP.m", Value::Text("0")),
            Condition::Is("con.GDPR", Value::Text("0")),
        ],
        yes: &[
            Condition::Is("con.CMP.m", Value::Text("1")),
            Condition::Is("con.GDPR", Value::Text("1")),
        ],
        id: Identifier::At("consent_id"),
        version: Identifier::At("v"),
        ..Meaning::NOTHING
    },
);

pub(super) const TOKEN: RecordFormat =
    RecordFormat::opaque("shopify", &[Key::Cookie("_shopify_marketing")]);
