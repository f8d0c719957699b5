//! Avada: percent-encoded JSON, `.marketing`.

use super::format::{Coding, Form, Format, Key, Switches, Value};

pub(super) const FORMAT: Format = Format::new(
    "avada",
    &[Key::Cookie("avada_cookie_consent")],
    Coding::Json,
    &Form { switches: Switches::At("marketing", Value::True, Value::False), ..Form::NOTHING },
);
