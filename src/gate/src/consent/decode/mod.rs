//! What the readers of records share. Each takes a stranger's text and gives nothing where it is
//! not exactly what it should be. None recurses without a bound, and none allocates in proportion
//! to a number it read.

mod bits;
mod literal;

pub(super) use bits::Bits;
pub(super) use literal::literal;

use crate::json::Json;
use crate::text::{Text, cut, percent_decoded, split};

/// Decodes exactly once, then reads JSON. Raw JSON has nothing to decode: a `%22` in one of its
/// texts ends no text.
pub(super) fn percent_json(text: &str) -> Option<Json> {
    let decoded = percent_decoded(text)?;
    Json::parse(text).or_else(|| Json::parse(&decoded))
}

/// JSON in base64; the base64 (its padding, mostly) may be percent-encoded.
pub(super) fn base64_json(text: &str) -> Option<Json> {
    Json::parse(&crate::base64::text(&percent_decoded(text)?)?)
}

/// `a:1,b:2` with these two signs, as an object of texts. Nothing where a piece lacks the inner
/// sign: what was cut off may have been a denial. Of the name `c.marketing` only the second
/// half counts.
pub(super) fn pairs(text: &str, between: u8, within: u8) -> Option<Json> {
    fields(text, between, within, |value| Some(value.to_owned()))
}

/// `a=1&b=2`, each value percent-decoded: nothing where one cannot be.
pub(super) fn query(text: &str) -> Option<Json> {
    fields(text, b'&', b'=', percent_decoded)
}

fn fields(
    text: &str,
    between: u8,
    within: u8,
    decoded: fn(&str) -> Option<String>,
) -> Option<Json> {
    let mut members = Vec::new();
    for piece in split(text, between).filter(|piece| !piece.is_empty()) {
        let (path, value) = cut(piece, within)?;
        let name = path.strip_prefix("c.").unwrap_or(path);
        members.push((name.into(), Json::Text(decoded(value)?.into())));
    }
    object(members)
}

fn object(members: Vec<(Text, Json)>) -> Option<Json> {
    (!members.is_empty()).then_some(Json::Object(members))
}
