//! docs/facts/tiktok.md#rules-of-the-stand-in: what makes TikTok refuse a request, with its code.
//! One bad event refuses the whole request, and the message names its index and path. As TikTok's
//! do, messages may echo the value: a sender that logs them verbatim leaks it, and the tests that
//! search logs will find it.

use serde_json::Value;

use super::event::Event;
use super::object::{Object, object_at};
use super::{match_keys, properties};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: i64,
    pub message: String,
    /// Rule 17: never TikTok's word but a mistake no sender of ours may make; the test must fail.
    pub violation: bool,
}

impl Refusal {
    pub(super) fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), violation: false }
    }
}

const MAX_EVENTS: usize = 1000;
/// Older is accepted with a warning (rule 20; ours).
const OLD_SECONDS: i64 = 7 * 24 * 60 * 60;
/// Above this a number of seconds is one of milliseconds (rule 14; ours).
const MILLISECONDS: i64 = 100_000_000_000;

/// Reads a request's body. `owns` says whether the request's token may write to a pixel.
pub(super) fn read(
    body: &[u8],
    owns: impl Fn(&str) -> bool,
    now: i64,
) -> Result<Vec<Event>, Refusal> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::new(40000, format!("request body is not JSON: {error}")))?;
    let envelope = Object { path: String::new(), fields: object_at(&body, "body")? };
    let source = envelope.required("event_source")?;
    if !["web", "app", "offline", "crm"].contains(&source) {
        return Err(envelope
            .wrong("event_source", format!("'{source}' is not one of web, app, offline, crm.")));
    }
    let pixel = envelope.required("event_source_id")?;
    if pixel.is_empty() {
        return Err(envelope.wrong("event_source_id", "Missing data for required field."));
    }
    if !owns(pixel) {
        return Err(Refusal::new(40001, format!("No permission to operate pixel code: {pixel}.")));
    }
    let test = envelope.text("test_event_code")?.is_some_and(|code| !code.is_empty());
    if envelope.text("partner_name")?.is_some() {
        return Err(Refusal::new(40063, "partner_name: Invalid partner name."));
    }
    let data = envelope.fields.get("data").and_then(Value::as_array);
    let data = data.ok_or_else(|| envelope.wrong("data", "Not a valid list."))?;
    if data.is_empty() {
        return Err(envelope.wrong("data", "Shorter than minimum length 1."));
    }
    if data.len() > MAX_EVENTS {
        return Err(Refusal::new(
            40061,
            format!("data: batch size {} exceeds {MAX_EVENTS}.", data.len()),
        ));
    }
    let read = |(index, value)| {
        let event = Object {
            path: format!("data.{index}"),
            fields: object_at(value, &format!("data.{index}"))?,
        };
        one(&event, source, pixel, test, now)
    };
    data.iter().enumerate().map(read).collect()
}

fn one(event: &Object, source: &str, pixel: &str, test: bool, now: i64) -> Result<Event, Refusal> {
    let name = event.required("event")?;
    if name.is_empty() {
        return Err(event.wrong("event", "Missing data for required field."));
    }
    let mut warnings = Vec::new();
    let event_time = event_time(event)?;
    if now - event_time > OLD_SECONDS {
        warnings.push("older than 7 days".to_owned());
    }
    let event_id = event.text("event_id")?.filter(|id| !id.is_empty());
    if event_id.is_none() {
        warnings.push("no event_id: cannot be deduplicated".to_owned());
    }
    let user = event.child("user")?;
    user.iter().try_for_each(|user| match_keys::check(user, &mut warnings))?;
    if user.as_ref().is_none_or(|user| user.fields.is_empty()) {
        warnings.push("no match key".to_owned());
    }
    let ip = user.as_ref().is_some_and(|user| user.fields.contains_key("ip"));
    limited_data_use(event, ip)?;
    let properties = event.child("properties")?;
    properties.iter().try_for_each(|properties| properties::check(properties))?;
    let (page_url, page_referrer) = page(event, source)?;
    let known = [
        "event",
        "event_time",
        "event_id",
        "user",
        "properties",
        "page",
        "limited_data_use",
        "device",
        "app",
        "ad",
        "lead",
    ];
    warnings.extend(
        event
            .fields
            .keys()
            .filter(|key| !known.contains(&key.as_str()))
            .map(|key| format!("unknown field {key}")),
    );
    Ok(Event {
        pixel: pixel.to_owned(),
        name: name.to_owned(),
        event_id: event_id.map(str::to_owned),
        event_time: Some(event_time),
        page_url,
        page_referrer,
        user: user.map(|user| user.fields.clone()).unwrap_or_default(),
        properties: properties.map(|properties| properties.fields.clone()).unwrap_or_default(),
        test,
        warnings,
    })
}

fn event_time(event: &Object) -> Result<i64, Refusal> {
    let Some(value) = event.fields.get("event_time") else {
        return Err(event.wrong("event_time", "Missing data for required field."));
    };
    match value.as_i64() {
        Some(seconds) if (0..=MILLISECONDS).contains(&seconds) => Ok(seconds),
        Some(_) => Err(event.wrong("event_time", "Not a valid timestamp in seconds.")),
        None => Err(event.wrong("event_time", "Not a valid integer.")),
    }
}

fn limited_data_use(event: &Object, ip: bool) -> Result<(), Refusal> {
    match event.fields.get("limited_data_use") {
        None | Some(Value::Bool(false)) => Ok(()),
        Some(Value::Bool(true)) if ip => Ok(()),
        Some(Value::Bool(true)) => Err(event.wrong("limited_data_use", "user.ip is required.")),
        Some(
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_),
        ) => Err(event.wrong("limited_data_use", "Not a valid boolean.")),
    }
}

fn page(event: &Object, source: &str) -> Result<(Option<String>, Option<String>), Refusal> {
    let page = event.child("page")?;
    let url = page.as_ref().map(|page| page.text("url")).transpose()?.flatten();
    let referrer = page.as_ref().map(|page| page.text("referrer")).transpose()?.flatten();
    if source == "web"
        && !url.is_some_and(|url| url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(event.wrong("page.url", "Missing data for required field."));
    }
    Ok((url.map(str::to_owned), referrer.map(str::to_owned)))
}
