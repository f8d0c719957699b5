//! One event as TikTok sees it, whichever leg it came by.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The way an event came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    Browser,
    EventsApi,
}

/// An accepted event. Names of match keys are the Events API's, for both legs.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    pub pixel: String,
    pub name: String,
    /// `None` where absent or empty: TikTok then has nothing to deduplicate by.
    pub event_id: Option<String>,
    /// Unix seconds as the sender says.
    pub event_time: Option<i64>,
    pub page_url: Option<String>,
    pub page_referrer: Option<String>,
    pub user: Map<String, Value>,
    pub properties: Map<String, Value>,
    /// Sent with a `test_event_code`: shown, never counted.
    pub test: bool,
    /// What TikTok would accept and a careful sender would not send.
    pub warnings: Vec<String>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The first of its key: a conversion.
    Counted,
    /// The other leg within 5 minutes: its match keys and parameters filled into the first.
    Merged,
    /// A copy within 48 hours.
    Discarded,
    /// Kept apart by its test code.
    Test,
    /// The request it came in was refused.
    Refused,
    /// A fault stood before it: TikTok never looked at it.
    NotProcessed,
}

/// An event of a received request with its outcome. A refused request shows what could be read of
/// it.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    pub name: String,
    pub event_id: Option<String>,
    pub outcome: Outcome,
    pub warnings: Vec<String>,
}
