//! What TikTok's pixel in the browser (`ttq`) is told.

use serde::Serialize;

use super::event_name::EventName;
use super::properties::Properties;
use super::user::User;
use crate::hex::{Digest, EventId};

/// What is handed to TikTok's pixel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrackCall {
    pub name: EventName,
    pub params: Properties,
    pub options: TrackOptions,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrackOptions {
    pub event_id: EventId,
}

/// `ttq.identify` with hashes, under the names the browser pixel knows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(Hash))]
pub struct Identity {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Digest>,
}

impl Identity {
    /// `None` where there is nobody to identify.
    pub fn of(user: &User) -> Option<Self> {
        let User { email, phone, external_id, .. } = user;
        let somebody = email.is_some() || phone.is_some() || external_id.is_some();
        somebody.then(|| Self {
            email: email.clone(),
            phone_number: phone.clone(),
            external_id: external_id.clone(),
        })
    }
}
