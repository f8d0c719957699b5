//! What of an event is counted: whether TikTok can recognise its shopper, in yes and no. No value is
//! kept, and only events with a grant come this far.

use assent_gate::beacon::{BrowserLeg, WireEvent};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    /// The browser's copy went to TikTok's pixel, under the same id.
    pub fired: bool,
    pub external_id: bool,
    pub email: bool,
    pub phone: bool,
    pub ttclid: bool,
    pub ttp: bool,
    /// A public address of the shopper's.
    pub ip: bool,
}

impl Carried {
    /// `ip`: whether the shopper's address is known.
    pub fn of(event: &WireEvent, ip: Address) -> Self {
        let user = &event.user;
        Self {
            fired: event.browser == BrowserLeg::Fired,
            external_id: user.external_id.is_some(),
            email: user.email.is_some(),
            phone: user.phone.is_some(),
            ttclid: user.ttclid.is_some(),
            ttp: user.ttp.is_some(),
            ip: ip == Address::Known,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    Known,
    Missing,
}
