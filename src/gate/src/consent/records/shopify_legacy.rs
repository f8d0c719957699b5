//! Shopify's own cookies of before its Customer Privacy API. None is set since 2026; one that is still there can deny.

use super::format::{Coding, Fact, Form, Format, Key, Proof, Value};

/// `con.CMP.m` for marketing and `.s` for the sale of data, or (version 2.0) one `con.GDPR`.
pub(super) const TRACKING_CONSENT: Format = Format::new(
    "shopify",
    &[Key::Cookie("_tracking_consent")],
    Coding::Json,
    &Form {
        opt_out: &[Fact::Is("con.CMP.s", Value::Text("0"))],
        no: &[Fact::Is("con.CMP.m", Value::Text("0")), Fact::Is("con.GDPR", Value::Text("0"))],
        yes: &[Fact::Is("con.CMP.m", Value::Text("1")), Fact::Is("con.GDPR", Value::Text("1"))],
        id: Proof::At("consent_id"),
        version: Proof::At("v"),
        ..Form::NOTHING
    },
);

/// A permission that was computed, no decision.
pub(super) const PERMISSION: Format = Format::new("shopify", &[Key::Cookie("_cmp_a")], Coding::Json, &Form::NOTHING);

pub(super) const TOKEN: Format = Format::opaque("shopify", &[Key::Cookie("_shopify_marketing")]);
