//! The body of `POST /open_api/v1.3/event/track/` (docs/facts/tiktok.md#the-request).

use std::fmt;

use serde::Serialize;

use super::event_name::EventName;
use super::properties::Properties;
use super::user::User;
use crate::beacon::{WireEvent, WirePage};
use crate::consent::Grant;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request<'a> {
    event_source: &'static str,
    event_source_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_event_code: Option<&'a str>,
    data: Vec<Element<'a>>,
}

impl<'a> Request<'a> {
    /// `data` may be empty only for a check of the token.
    pub fn new(
        pixel_code: &'a str,
        test_event_code: Option<&'a str>,
        data: Vec<Element<'a>>,
    ) -> Self {
        Self { event_source: "web", event_source_id: pixel_code, test_event_code, data }
    }
}

/// One element of `data[]`. Only a [`Grant`] makes one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Element<'a> {
    event: EventName,
    event_time: Timestamp,
    event_id: &'a str,
    user: WithIp<'a>,
    properties: &'a Properties,
    page: &'a WirePage,
}

/// `user` with the shopper's address, which only the endpoint sees. Never hashed.
#[derive(Clone, PartialEq, Serialize)]
struct WithIp<'a> {
    #[serde(flatten)]
    user: &'a User,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<&'a str>,
}

impl<'a> Element<'a> {
    pub fn new(_proof: &Grant, event: &'a WireEvent, ip: Option<&'a str>) -> Self {
        Self {
            event: event.name,
            event_time: event.event_time,
            event_id: event.event_id.as_str(),
            user: WithIp { user: &event.user, ip },
            properties: &event.properties,
            page: &event.page,
        }
    }
}

impl fmt::Debug for WithIp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("User(…)")
    }
}

#[cfg(test)]
mod tests;
