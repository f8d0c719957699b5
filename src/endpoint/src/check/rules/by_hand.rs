//! The five things that people look up by hand in Events Manager and in the browser's tools.

use assent_gate::settings::Settings;
use assent_gate::time::{DAY, Timestamp};

use super::words::{share, span};
use crate::check::line::{Group, Line};
use crate::pixel::PixelKind;
use crate::printed_settings::{Outdated, VERSION, outdated};
use crate::rules::debt::{End, Stage};
use crate::store::read::{Arrivals, AtWork, EndSeen, Payloads, PixelSeen};

const GROUP: Group = Group::ByHand;
/// A shop with shoppers is not silent for so long.
const SILENT: i64 = DAY;

/// What a shop's routes let one expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Events that both send.
    BothSides,
    /// No event has both legs.
    OneSide,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct ByHand<'a> {
    pub(crate) shop: &'a str,
    pub(crate) settings: &'a Settings,
    pub(crate) expected: Expected,
    pub(crate) pixels: &'a [PixelSeen],
    pub(crate) work: &'a AtWork,
    pub(crate) now: Timestamp,
}

/// Of the last 24 hours, over all events.
pub(crate) fn day(work: &AtWork) -> Payloads {
    work.arrivals.iter().fold(Payloads::default(), |all, one| all.and(one.day))
}

impl ByHand<'_> {
    pub(crate) fn lines(&self) -> Vec<Line> {
        vec![self.pixel(), self.sources(), self.paired(), self.payloads(), self.last()]
    }

    fn pixel(&self) -> Line {
        const NAME: &str = "pixel connected";
        let Self { shop, pixels, work, now, .. } = *self;
        let Some(newest) = pixels.iter().max_by_key(|pixel| pixel.last_seen) else {
            return Line::amber(GROUP, NAME, "no pixel of ours has sent anything in 7 days").advice(format!(
                "`assent snippet --shop {shop}`: paste it into Settings > Customer events, connect it, accept \
                 cookies in the shop and add something to the cart"
            ));
        };
        // When a pixel was seen is noted once an hour; an event that came since is as good.
        let came = work.arrivals.iter().map(|arrivals| arrivals.last_at.0).max();
        let last = newest.last_seen.max(came.unwrap_or(i64::MIN));
        let ago = span(now.0 - last);
        let version = newest.version.as_deref().unwrap_or("of unknown version");
        let words = format!("{} {version}, {ago} ago", newest.name());
        let unlike = self.unlike(newest);
        if !unlike.is_empty() {
            let advice = format!(
                "`assent snippet --shop {shop}` (with --hosted if that form is in the shop): paste it over the \
                 old code"
            );
            return Line::amber(GROUP, NAME, format!("{words}: {}", unlike.join("; ")))
                .advice(advice);
        }
        if now.0 - last > SILENT {
            return Line::amber(GROUP, NAME, format!("{words}, and nothing since")).advice(
                "is it still connected in Settings > Customer events? Was the consent tool changed?",
            );
        }
        let same = if newest.settings.is_some() { ", with the settings of this file" } else { "" };
        Line::green(GROUP, NAME, format!("{words}{same}"))
    }

    fn unlike(&self, seen: &PixelSeen) -> Vec<String> {
        let Outdated { version, settings } = outdated(self.settings, seen);
        let mut unlike = Vec::new();
        if version {
            unlike.push(format!("this is {VERSION}"));
        }
        if settings {
            unlike.push("the shop runs other settings than this file has".to_owned());
        }
        unlike
    }

    fn fires(&self) -> bool {
        let kind = |pixel: &PixelSeen| PixelKind::of_word(&pixel.kind);
        self.expected == Expected::BothSides
            && self.pixels.iter().any(|pixel| kind(pixel) != Some(PixelKind::App))
    }

    fn ends_of_day(&self) -> impl Iterator<Item = &EndSeen> {
        self.work.ends.iter().filter(|end| self.now.since(end.at) <= DAY)
    }

    fn sources(&self) -> Line {
        const NAME: &str = "both sources arrive";
        let Payloads { events, fired, .. } = day(self.work);
        if events == 0 {
            return Line::unknown(GROUP, NAME, "no event came in the last 24 hours")
                .advice("`assent check --wait` says what to click, and waits for it");
        }
        let delivered = |end: &&EndSeen| end.stage == Some(Stage::Ended(End::Delivered));
        let server = self.ends_of_day().filter(delivered).count();
        let least = if self.ends_of_day().count() == self.work.ends.len() && server >= 1000 {
            "at least "
        } else {
            ""
        };
        let words = format!(
            "last 24 hours: of {events} events the browser fired {fired}, the server delivered {least}{server}"
        );
        if server == 0 {
            Line::amber(GROUP, NAME, words)
                .advice("`what waits`, above, says what keeps the server's; `assent why` tells of one event")
        } else if fired == 0 && self.fires() {
            Line::amber(GROUP, NAME, words).advice(
                "is TikTok's script kept from loading (a consent tool's blocker, an ad blocker of yours)?",
            )
        } else {
            Line::green(GROUP, NAME, words)
        }
    }

    fn paired(&self) -> Line {
        const NAME: &str = "paired, no doubles";
        let Payloads { events, fired, .. } = day(self.work);
        if events == 0 {
            return Line::unknown(GROUP, NAME, "no event came in the last 24 hours");
        }
        let alone = events - fired;
        let words = format!(
            "{fired} of {events} server events had a browser copy under the same id, {alone} were the server's \
             alone; no id goes out twice. What TikTok made of the browser's copies only Events Manager shows"
        );
        if self.fires() && fired * 2 < events {
            Line::amber(GROUP, NAME, words).advice(
                "more than half lack the browser's copy: in Safari the checkout's are left to the server \
                 (`secret_paths`), elsewhere something keeps TikTok's script away",
            )
        } else {
            Line::green(GROUP, NAME, words)
        }
    }

    fn payloads(&self) -> Line {
        const NAME: &str = "payloads carry ids";
        let all = day(self.work);
        let Payloads { events, external_id, email, phone, ttclid, ttp, ip, .. } = all;
        if events == 0 {
            return Line::unknown(GROUP, NAME, "no event came in the last 24 hours");
        }
        let shares =
            [("e-mail", email), ("phone", phone), ("ttclid", ttclid), ("_ttp", ttp), ("IP", ip)];
        let shares: Vec<_> =
            shares.iter().map(|(name, n)| format!("{name} {}", share(*n, events))).collect();
        let words = format!(
            "event_id {events}/{events} · external_id {external_id}/{events} · {}",
            shares.join(" · ")
        );
        if external_id * 10 < events * 9 {
            Line::amber(GROUP, NAME, words)
                .advice("an event without external_id comes from no pixel of ours: did you send some yourself?")
        } else {
            Line::green(GROUP, NAME, words)
        }
    }

    fn last(&self) -> Line {
        const NAME: &str = "last received";
        let Self { work, now, .. } = *self;
        if work.arrivals.is_empty() {
            return Line::unknown(GROUP, NAME, "nothing came in 7 days");
        }
        let ago = |Arrivals { name, last_at, .. }: &Arrivals| {
            format!("{name} {} ago", span(now.since(*last_at)))
        };
        let mut newest: Vec<_> = work.arrivals.iter().collect();
        newest.sort_by_key(|arrivals| -arrivals.last_at.0);
        let list: Vec<_> = newest.into_iter().map(ago).collect();
        let list = list.join(" · ");
        let refused = |end: &&EndSeen| end.stage == Some(Stage::Ended(End::RefusedByTiktok));
        match (self.ends_of_day().find(refused), work.ends.iter().find(|end| end.code.is_some())) {
            (Some(EndSeen { name, code, at, .. }), _) => {
                let code = code.map_or_else(String::new, |code| format!(" (code {code})"));
                let ago = span(now.since(*at));
                let words = format!("{list}; TikTok refused a {name} {ago} ago{code}");
                Line::amber(GROUP, NAME, words).advice(
                    "`assent report` counts them, `assent why` with its id says what TikTok found",
                )
            }
            (None, Some(EndSeen { code: Some(code), .. })) => {
                Line::green(GROUP, NAME, format!("{list}; TikTok's last answer: code {code}"))
            }
            (None, Some(_) | None) => Line::green(GROUP, NAME, list),
        }
    }
}
