//! Noes and evidence, compared. Devices' clocks are set wrong, forth and back, and two of them never
//! agree: so both are put into the server's time as they arrive, and a visitor's no is compared with
//! nothing at all.

use assent_gate::time::Timestamp;

/// A moment of a device, in the server's time: as long before the message's arrival as it was before
/// its sending.
pub fn in_servers_time(at: Timestamp, sent_at: Timestamp, received_at: Timestamp) -> Timestamp {
    Timestamp(received_at.0.saturating_sub(sent_at.0.saturating_sub(at.0).max(0)))
}

/// The noes on record that concern an event, a receipt or a beacon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Noes {
    /// After a no the device takes a new visitor id: nothing of the old one can be a later yes.
    pub of_visitor: bool,
    /// The latest of its checkout or cart, which another visitor may share.
    pub of_anchors: Option<Timestamp>,
    /// The latest demand to erase its customer.
    pub of_demands: Option<Timestamp>,
}

/// By whom something was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    ByShopper,
    ByDemand,
}

impl Noes {
    /// Whether they stop what rests on a grant of then. Of anchors and after a demand a grant counts
    /// again if it was read in a later second.
    pub fn stop(self, granted_at: Timestamp) -> Option<Stopped> {
        if self.of_visitor || self.of_anchors >= Some(granted_at) {
            Some(Stopped::ByShopper)
        } else if self.of_demands >= Some(granted_at) {
            Some(Stopped::ByDemand)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECEIVED: Timestamp = Timestamp(1_772_442_000);

    #[test]
    fn a_devices_moment_is_as_long_ago_as_it_was_when_it_was_sent() {
        let of = |at, sent_at| in_servers_time(Timestamp(at), Timestamp(sent_at), RECEIVED);
        for clock in [0, -86_400, 86_400] {
            let sent_at = RECEIVED.0 + clock;
            assert_eq!(of(sent_at - 300, sent_at), RECEIVED.plus(-300), "{clock}");
            // The clock was set back in between: it cannot have been later than its arrival.
            assert_eq!(of(sent_at + 3600, sent_at), RECEIVED, "{clock}");
        }
        assert_eq!(of(i64::MIN, i64::MAX).0, RECEIVED.0 - i64::MAX, "no overflow");
    }

    #[test]
    fn a_visitors_no_covers_all_of_that_visitor_and_an_anchors_what_is_not_later() {
        let then = RECEIVED;
        let anchors = Noes { of_anchors: Some(then), ..Noes::default() };
        assert_eq!(anchors.stop(then), Some(Stopped::ByShopper));
        assert_eq!(anchors.stop(then.plus(1)), None);
        let visitor = Noes { of_visitor: true, ..Noes::default() };
        assert_eq!(visitor.stop(then.plus(86_400)), Some(Stopped::ByShopper));
        let demand = Noes { of_demands: Some(then), ..Noes::default() };
        assert_eq!(demand.stop(then), Some(Stopped::ByDemand));
        assert_eq!(demand.stop(then.plus(1)), None);
        assert_eq!(Noes::default().stop(then), None);
    }
}
