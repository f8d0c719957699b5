//! What came of a request. Whatever stands between the browser and the endpoint (a proxy, a
//! firewall, a hotel's sign-in page) may answer with any status; what the endpoint says is known by
//! its words (docs/contract.md#answers), and nothing else ends a message.

use crate::text::lists;

/// The words of [`crate::refusal::Refusal`] that can be final. (As one text: the table weighs more.)
const FINAL: &str = "unreadable unknown_version unknown_shop too_large no_grant gpc_header \
                     withdrawn id_mismatch bad_event too_old in_the_future";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointAnswer {
    /// A beacon was taken.
    Accepted,
    /// A withdrawal was.
    Withdrawn,
    /// A beacon's visitor, or what it names, has withdrawn.
    RefusedAsWithdrawn,
    /// Refused, with this HTTP status.
    Refused(u16),
    /// Not now; Retry-After in seconds. Obeyed whoever says so.
    Later(Option<i64>),
    /// No answer of the endpoint's, or none at all.
    Lost,
}

impl EndpointAnswer {
    /// `said` is what the endpoint alone says: of a 202 which of the two it was, of a problem the
    /// reason.
    pub fn read(status: i64, retry_after: Option<i64>, said: &str) -> Self {
        match (status, said) {
            (202, "accepted") => Self::Accepted,
            (202, "withdrawn") => Self::Withdrawn,
            (403, "withdrawn") => Self::RefusedAsWithdrawn,
            (429 | 503, _) => Self::Later(retry_after),
            (400 | 403 | 404 | 413 | 415 | 422, _) if lists(FINAL, said) => {
                u16::try_from(status).map_or(Self::Lost, Self::Refused)
            }
            _ => Self::Lost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Refusal;

    #[test]
    fn the_words_are_those_of_the_refusals_that_do_not_ask_to_come_again() {
        let words = Refusal::ALL
            .iter()
            .filter(|refusal| ![Refusal::RateLimited, Refusal::Busy].contains(refusal))
            .map(|refusal| refusal.reason());
        assert_eq!(FINAL.split(' ').collect::<Vec<_>>(), words.collect::<Vec<_>>());
    }

    /// docs/contract.md#answers.
    #[test]
    fn only_the_words_of_the_endpoint_are_an_answer_of_its() {
        use EndpointAnswer::{Accepted, Later, Lost, Refused, RefusedAsWithdrawn, Withdrawn};
        for (status, said, answer) in [
            (202, "accepted", Accepted),
            (202, "withdrawn", Withdrawn),
            (400, "unreadable", Refused(400)),
            (403, "no_grant", Refused(403)),
            (403, "gpc_header", Refused(403)),
            (403, "withdrawn", RefusedAsWithdrawn),
            (404, "unknown_shop", Refused(404)),
            (413, "too_large", Refused(413)),
            (415, "unreadable", Refused(415)),
            (422, "unknown_version", Refused(422)),
            (422, "id_mismatch", Refused(422)),
            (422, "bad_event", Refused(422)),
            (422, "too_old", Refused(422)),
            (422, "in_the_future", Refused(422)),
            (429, "rate_limited", Later(Some(7))),
            (503, "busy", Later(Some(7))),
            (503, "", Later(Some(7))),
            // Another method than the contract's is nobody's but a proxy's.
            (405, "unreadable", Lost),
            (500, "unreadable", Lost),
            (202, "unreadable", Lost),
            (200, "accepted", Lost),
            (204, "withdrawn", Lost),
            (400, "accepted", Lost),
            (403, "forbidden", Lost),
            (403, "no_grant gpc_header", Lost),
        ] {
            assert_eq!(EndpointAnswer::read(status, Some(7), said), answer, "{status} {said}");
        }
        let between = [200, 201, 202, 204, 301, 302, 304, 307, 400, 401, 402, 403, 404, 405, 407];
        for status in between.into_iter().chain([408, 410, 413, 415, 418, 422, 451, 499, 500, 502])
        {
            assert_eq!(EndpointAnswer::read(status, None, ""), Lost, "{status}");
        }
        assert_eq!(EndpointAnswer::read(i64::MAX, None, "accepted"), Lost);
    }
}
