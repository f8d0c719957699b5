use crate::text::Text;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::hex::Digest;

/// Who: contacts as hashes, place in plain normalised text, ids raw as TikTok wants them. Absent is
/// absent, never empty.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct User {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip_code: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Text>,
    /// TikTok's click id, byte for byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttclid: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttp: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<Text>,
    /// Never hashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Text>,
}

impl User {
    /// What the device tells, without contacts and places.
    pub fn of_device(&self) -> Self {
        Self {
            external_id: self.external_id.clone(),
            ttclid: self.ttclid.clone(),
            ttp: self.ttp.clone(),
            locale: self.locale.clone(),
            user_agent: self.user_agent.clone(),
            ..Self::default()
        }
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("User(…)")
    }
}
