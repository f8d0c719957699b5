//! When Shopify's own banner was answered yes. A later page is not told of it, so the device keeps it,
//! as the third part of `_assent`.

use super::turn::Turn;
use crate::device::Marker;
use crate::jar::Jar;
use crate::plan::Act;
use crate::text::Text;

/// What this page heard last and has not written there yet: the time of a yes, or an empty text where
/// none stands. (From then on the device is asked: another page may hear more.)
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, Hash))]
pub(super) struct Banner(Option<Text>);

impl Banner {
    pub(super) fn hears(&mut self, said_yes_at: Text) {
        self.0 = Some(said_yes_at);
    }

    /// Somebody says no: a yes of before it is no ground of a later grant.
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }

    pub(super) fn said_yes_at(&self, jar: &Jar) -> Option<Text> {
        let kept = || Marker::read(jar).map(|marker| marker.said_yes_at().into());
        self.0.clone().or_else(kept)
    }

    /// Writes it down beside the marker that is there.
    pub(super) fn keep(&mut self, turn: &mut Turn<'_>) {
        if self.0.is_some()
            && let Some(marker) = Marker::read(turn.jar)
        {
            turn.act(Act::Cookie { text: self.cookie(&marker) });
        }
    }

    /// A marker's cookie, with what was heard.
    pub(super) fn cookie(&mut self, marker: &Marker) -> Text {
        marker.cookie(self.0.take().as_deref().unwrap_or_default())
    }
}
