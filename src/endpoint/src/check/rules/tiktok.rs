//! TikTok: token and pixel, test or not, and what waits.

use assent_gate::time::{HOUR, Timestamp};

use super::words::span;
use crate::calendar::moment;
use crate::check::line::{Group, Line};
use crate::rules::answer::Answer;
use crate::rules::mode::Mode;
use crate::rules::sentences::{STOPPED_BY_DEMAND, answered};
use crate::store::read::{EndSeen, ShopQueue};

const GROUP: Group = Group::Tiktok;
const TOKEN: &str = "token and pixel";
/// What waits longer is not only on its way.
const LONG: i64 = HOUR / 6;

/// What TikTok was asked by. Neither is ever counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    TestEvent,
    /// A request without events.
    NoEvents,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) sent: Sent,
    pub(crate) answer: Answer,
}

/// `asked`: `None` where TikTok was not asked now. `last`: the last event of the shop's that TikTok answered.
pub(crate) fn token(asked: Option<Asked>, last: Option<&EndSeen>, now: Timestamp) -> Line {
    let proof = last.and_then(|end| accepted(end, now));
    let Some(Asked { sent, answer }) = asked else {
        return match proof {
            Some(proof) => Line::green(GROUP, TOKEN, proof),
            None => Line::unknown(GROUP, TOKEN, "TikTok was not asked now")
                .advice("`assent check` asks"),
        };
    };
    match (answer, sent) {
        (Answer::Accepted { .. } | Answer::Partial { .. } | Answer::Duplicate { .. }, _) => {
            Line::green(GROUP, TOKEN, "TikTok took a test event: Events Manager shows it under Test events")
        }
        // It had nothing else to find fault with.
        (Answer::Refused { code }, Sent::NoEvents) => {
            let shown = proof.unwrap_or_else(|| {
                "whether the pixel's ads are fed shows with the first event (set test_event_code, and a \
                 test event is sent in its place)"
                    .to_owned()
            });
            let words = format!("TikTok knows both (it refused the empty request as empty, code {code}); {shown}");
            Line::green(GROUP, TOKEN, words)
        }
        (Answer::Misconfigured { code, status }, _) => {
            Line::red(GROUP, TOKEN, said(answer)).advice(mend(code, status))
        }
        (Answer::Refused { .. } | Answer::TooMany { .. }, _) => Line::red(GROUP, TOKEN, said(answer))
            .advice("please report this as a bug of Assent: what it sends to check is refused"),
        (Answer::Throttled { .. } | Answer::Failed { .. } | Answer::Unreadable { .. }, _) => {
            Line::amber(GROUP, TOKEN, said(answer))
                .advice("TikTok's own trouble, as a rule: check again in some minutes")
        }
        (Answer::Unreached, _) => Line::red(GROUP, TOKEN, said(answer)).advice(
            "may this machine make https connections to business-api.tiktok.com (`api_base`)? Look at its \
             firewall, its name server and its proxy",
        ),
    }
}

fn accepted(end: &EndSeen, now: Timestamp) -> Option<String> {
    let code = end.code.filter(|code| *code == 0)?;
    let ago = span(now.since(end.at));
    Some(format!("TikTok accepted this shop's {} {ago} ago (code {code})", end.name))
}

/// TikTok answers for what was sent, not for an event.
fn said(answer: Answer) -> String {
    answered(answer)
        .replace("accepted it", "accepted the test")
        .replace("refused it", "refused the test")
}

/// What a person does about it.
fn mend(code: Option<i64>, status: u16) -> &'static str {
    match (code, status) {
        (Some(40102 | 40104 | 40105), _) => {
            "Events Manager > the pixel > Settings > Generate access token. Put it where access_token_env or \
             access_token_file says, and restart the server (a file needs no restart)"
        }
        (Some(40001), _) => {
            "pixel_code and the token do not belong together: in Events Manager open the pixel that \
             pixel_code names, and generate the token there"
        }
        (Some(40113 | 40117 | 40118 | 40125 | 40130), _) => {
            "generate the token in Events Manager, under the pixel: one of an app of yours needs the scope for events"
        }
        (Some(_), _) => {
            "compare pixel_code, test_event_code and the token with Events Manager; docs/facts/tiktok.md#answers \
             has the code"
        }
        (None, 0) => {
            "the token cannot be read, or is no line of plain letters: look at what holds it"
        }
        (None, _) => "`api_base` is not TikTok's address: leave it out of the file",
    }
}

/// Who serves the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Served {
    /// This process, in this mode.
    Here(Mode),
    /// Another, which tells how many of how many shops test, if there are some.
    Elsewhere { tests: Option<(usize, usize)> },
}

/// `newest`: the mode of the event that ended last.
pub(crate) fn mode(served: Served, newest: Option<Mode>) -> Line {
    const NAME: &str = "mode";
    let test = |words: &str| {
        Line::amber(GROUP, NAME, format!("TEST MODE: {words}")).advice(
            "when you have seen them under Test events, restart `assent serve` without --test-events",
        )
    };
    let (tests, shops) = match served {
        Served::Here(Mode::Test) => return test("what is accepted now is shown and never counted"),
        Served::Here(Mode::Live) | Served::Elsewhere { tests: None } => {
            return Line::green(
                GROUP,
                NAME,
                match newest {
                    Some(Mode::Test) => "live; its newest event was accepted before, as a test",
                    Some(Mode::Live) | None => "live",
                },
            );
        }
        Served::Elsewhere { tests: Some(tests) } => tests,
    };
    match newest {
        _ if tests >= shops => test("the server sends test events, which never count"),
        Some(Mode::Test) => test(&format!(
            "the server tests {tests} of its {shops} shops, and this one's newest event was a test"
        )),
        Some(Mode::Live) | None => {
            let words = format!(
                "the server tests {tests} of its {shops} shops; of this one no test has ended lately"
            );
            Line::unknown(GROUP, NAME, words)
        }
    }
}

/// What waits. `why`: the queue stands still.
pub(crate) fn sends(why: Option<&str>, queue: ShopQueue, now: Timestamp) -> Line {
    const NAME: &str = "what waits";
    let ShopQueue { due, held, oldest_due, first_lost } = queue;
    let lost = first_lost
        .map(|at| format!("; the first is lost in {} (at {})", span(at.since(now)), moment(at.0)));
    let waiting = format!("{due} events wait{}", lost.unwrap_or_default());
    let orders = if held > 0 { format!("; {held} wait for their orders") } else { String::new() };
    match why {
        Some(why) if why == STOPPED_BY_DEMAND => {
            Line::red(GROUP, NAME, format!("{why}. {waiting}"))
                .advice("if the shop is to go on: `assent resume --shop` with its name")
        }
        Some(why) => Line::red(GROUP, NAME, format!("{why}. {waiting}")).advice(
            "nothing is lost before then. Mend what `token and pixel` says; what waits is tried again by \
             itself, at least every 15 minutes",
        ),
        None => {
            let since = oldest_due.map_or(0, |oldest| now.since(oldest));
            if due > 0 && since > LONG {
                let words = format!("{waiting}; the oldest came {} ago{orders}", span(since));
                Line::amber(GROUP, NAME, words).advice("the server's log says what keeps them")
            } else if due > 0 {
                Line::green(GROUP, NAME, format!("{due} events are on their way{orders}"))
            } else {
                Line::green(GROUP, NAME, format!("nothing{orders}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::line::Light;

    const NOW: Timestamp = Timestamp(1_772_442_000);

    fn asked(sent: Sent, answer: Answer) -> Line {
        token(Some(Asked { sent, answer }), None, NOW)
    }

    #[test]
    fn an_empty_request_that_is_refused_as_empty_shows_that_the_token_is_good() {
        let refused = Answer::Refused { code: 40002 };
        assert_eq!(asked(Sent::NoEvents, refused).light, Light::Green);
        assert_eq!(asked(Sent::TestEvent, refused).light, Light::Red);
    }

    #[test]
    fn each_fault_has_words_and_something_to_do() {
        for (code, status, said) in [
            (Some(40105), 200, "Generate access token"),
            (Some(40001), 200, "do not belong together"),
            (Some(40002), 200, "docs/facts/tiktok.md"),
            (None, 404, "api_base"),
            (None, 0, "cannot be read"),
        ] {
            let line = asked(Sent::TestEvent, Answer::Misconfigured { code, status });
            let advice = line.advice.clone().unwrap_or_default();
            assert!(line.light == Light::Red && advice.contains(said), "{line:?}");
        }
        assert_eq!(asked(Sent::NoEvents, Answer::Unreached).light, Light::Red);
        let late = Answer::Unreadable { status: 0, retry_after: None };
        assert_eq!(asked(Sent::NoEvents, late).light, Light::Amber);
    }

    #[test]
    fn a_queue_that_stands_still_says_when_the_first_is_lost() {
        let queue = ShopQueue {
            due: 12,
            held: 0,
            oldest_due: Some(NOW.plus(-HOUR)),
            first_lost: Some(NOW.plus(46 * HOUR)),
        };
        let line = sends(Some("the shop's sends are paused: TikTok refused"), queue, NOW);
        assert!(
            line.light == Light::Red
                && line.words.contains("12 events wait; the first is lost in 46 h"),
            "{line:?}"
        );
        let demanded = sends(Some(STOPPED_BY_DEMAND), queue, NOW);
        assert!(demanded.advice.unwrap_or_default().contains("assent resume"));
        assert_eq!(sends(None, queue, NOW).light, Light::Amber);
        let fresh = ShopQueue { oldest_due: Some(NOW), ..queue };
        assert_eq!(sends(None, fresh, NOW).light, Light::Green);
    }

    #[test]
    fn test_mode_is_never_green() {
        let light = |served, newest| mode(served, newest).light;
        let elsewhere = |tests| Served::Elsewhere { tests };
        assert_eq!(light(Served::Here(Mode::Test), None), Light::Amber);
        assert_eq!(light(elsewhere(Some((2, 2))), None), Light::Amber);
        assert_eq!(light(elsewhere(Some((1, 2))), Some(Mode::Test)), Light::Amber);
        assert_eq!(light(elsewhere(Some((1, 2))), Some(Mode::Live)), Light::Unknown);
        assert_eq!(light(elsewhere(None), Some(Mode::Live)), Light::Green);
        assert_eq!(light(Served::Here(Mode::Live), Some(Mode::Test)), Light::Green);
    }
}
