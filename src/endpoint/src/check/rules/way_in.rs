//! The way from a shopper's browser to this endpoint, as far as this machine can see it.

use assent_gate::time::Timestamp;

use super::words::{share, span};
use crate::calendar::moment;
use crate::check::line::{Group, Line};
use crate::store::read::{AddressDoubt, Payloads};

const GROUP: Group = Group::WayIn;
const ADDRESS: &str = "public address";
const PROXY: &str = "let the proxy pass every method, every header and every answer of it untouched: \
                     docs/proxies.md shows how";

/// What was found at `public_url`.
#[derive(Debug)]
pub(crate) struct WayIn {
    pub(crate) url: String,
    pub(crate) kind: AddressKind,
    pub(crate) answer: Answered,
    /// Where it is https.
    pub(crate) certificate: Option<Validity>,
    /// `Err`: no answer, and why.
    pub(crate) preflight: Result<Preflight, String>,
    pub(crate) opt_out: Result<OptOut, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressKind {
    /// Others may reach it.
    Public,
    /// Loopback, or `*.localhost`.
    StaysHere,
}

/// Who answers there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answered {
    /// The server that has this store open.
    Here,
    /// The server that has another store open, or one that is no more.
    OtherRun,
    /// It is not Assent: an HTTP status.
    Foreign(u16),
    Silent(String),
    /// Something of Assent's, but the store does not say which run has it open.
    Unproven,
}

/// Of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// The answer to what a browser asks first (`OPTIONS`, with the sandbox's `Origin: null`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preflight {
    pub(crate) status: u16,
    /// `Access-Control-Allow-Origin`, each as it stands there.
    pub(crate) origins: Vec<String>,
}

/// What became of a message with `Sec-GPC: 1`, from which nothing could be stored in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OptOut {
    pub(crate) status: u16,
    /// The endpoint's own word.
    pub(crate) reason: Option<String>,
}

pub(crate) fn lines(found: &WayIn, now: Timestamp) -> Vec<Line> {
    let mut lines = vec![address(found)];
    lines.extend(found.certificate.map(|validity| certificate(validity, now)));
    lines.push(Line::green(GROUP, "another host", "it begins with no storefront's host"));
    if matches!(found.answer, Answered::Here | Answered::Unproven) {
        lines.push(sandbox(&found.preflight));
        lines.push(opt_out(&found.opt_out));
    }
    lines
}

fn address(found: &WayIn) -> Line {
    let WayIn { url, kind, answer, .. } = found;
    match (answer, kind) {
        (Answered::Here, AddressKind::Public) => Line::green(
            GROUP,
            ADDRESS,
            format!("{url} is this endpoint, as this machine reaches it"),
        ),
        (Answered::Here, AddressKind::StaysHere) => Line::amber(
            GROUP,
            ADDRESS,
            format!("{url} is this endpoint, and nobody but this machine reaches it"),
        )
        .advice("good for a try; a shop needs an https address that its shoppers' browsers reach"),
        (Answered::OtherRun, _) => Line::red(
            GROUP,
            ADDRESS,
            format!("{url} is a server of Assent's, but not the one that has this store open"),
        )
        .advice("let the name, or the proxy behind it, lead to this server; or check that one"),
        (Answered::Foreign(status), _) => Line::red(
            GROUP,
            ADDRESS,
            format!("{url} answers HTTP {status}, and is not this endpoint"),
        )
        .advice(
            "let the name, or the proxy behind it, lead to `listen` (docs/proxies.md); a redirect is no \
             way, for a browser's beacon does not follow it",
        ),
        (Answered::Silent(why), _) => {
            Line::red(GROUP, ADDRESS, format!("{url} cannot be reached: {why}")).advice(
                "does the name exist, is its port open, does the proxy run? Where this machine alone cannot \
                 reach its own address, open it with /healthz behind it from elsewhere: it says `alive`",
            )
        }
        (Answered::Unproven, _) => Line::unknown(
            GROUP,
            ADDRESS,
            format!("{url} is a server of Assent's; whether it has this store open cannot be told"),
        ),
    }
}

/// Renewal begins when a third of a certificate's life is left, as a rule; at a quarter it is late.
fn certificate(Validity { from, until }: Validity, now: Timestamp) -> Line {
    const NAME: &str = "certificate";
    let (life, left) = (until.since(from).max(1), until.since(now));
    let words = format!("valid until {}, for {} more", moment(until.0), span(left));
    if left <= 0 {
        Line::red(GROUP, NAME, format!("it ended at {}", moment(until.0)))
            .advice("renew it: no browser sends anything to this address")
    } else if left < life / 4 {
        Line::amber(GROUP, NAME, words)
            .advice("it should have been renewed by now: look at what renews it")
    } else {
        Line::green(GROUP, NAME, words)
    }
}

fn sandbox(preflight: &Result<Preflight, String>) -> Line {
    const NAME: &str = "from the sandbox";
    match preflight {
        Ok(Preflight { status: 200..=299, origins }) if *origins == ["*"] => {
            Line::green(GROUP, NAME, "the pixel's requests (Origin: null) are let in")
        }
        Ok(Preflight { status, origins }) => {
            let allowed = match origins.as_slice() {
                [] => "no Access-Control-Allow-Origin".to_owned(),
                origins => format!("Access-Control-Allow-Origin: {}", origins.join(", ")),
            };
            let words = format!(
                "the answer to OPTIONS /v1/events is HTTP {status} with {allowed}, and not exactly `*`: a \
                 browser may keep the answers from the pixel"
            );
            Line::red(GROUP, NAME, words).advice(PROXY)
        }
        Err(why) => {
            Line::red(GROUP, NAME, format!("OPTIONS /v1/events got no answer: {why}")).advice(PROXY)
        }
    }
}

fn opt_out(answer: &Result<OptOut, String>) -> Line {
    const NAME: &str = "opt-outs";
    match answer {
        Ok(OptOut { reason: Some(reason), .. }) if reason == "gpc_header" => {
            Line::green(GROUP, NAME, "Sec-GPC arrives and is obeyed")
        }
        Ok(OptOut { reason: Some(reason), .. }) if reason == "no_grant" => Line::red(
            GROUP,
            NAME,
            "Sec-GPC does not arrive: something in between takes it away, and a shopper's opt-out with it",
        )
        .advice(PROXY),
        Ok(OptOut { status, .. }) => {
            let words = format!("a message with Sec-GPC was answered HTTP {status}, and not by this endpoint");
            Line::red(GROUP, NAME, words).advice(PROXY)
        }
        Err(why) => {
            Line::red(GROUP, NAME, format!("POST /v1/events got no answer: {why}")).advice(PROXY)
        }
    }
}

/// Do events have their shoppers' addresses?
pub(crate) fn shoppers_ip(doubt: Option<&AddressDoubt>, day: Payloads) -> Line {
    const NAME: &str = "shopper's ip";
    let Payloads { events, ip, .. } = day;
    if let Some(doubt) = doubt {
        return Line::red(GROUP, NAME, doubt.sentence()).advice(
            "your proxy must name the shopper: Caddy does by itself; nginx: `proxy_set_header \
             X-Forwarded-For $remote_addr;`. And `trusted_proxies` must name the proxy",
        );
    }
    match events {
        0 => Line::unknown(GROUP, NAME, "no event came in the last 24 hours"),
        events if ip == 0 => {
            let words = format!(
                "none of the {events} events of the last 24 hours has one: TikTok recognises fewer shoppers"
            );
            Line::amber(GROUP, NAME, words).advice(
                "if they were sent from your own network, that is why; else docs/proxies.md",
            )
        }
        events => Line::green(
            GROUP,
            NAME,
            format!("{} of the {events} events of the last 24 hours have one", share(ip, events)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::line::Light;

    const DAY: i64 = 86_400;

    fn found(answer: Answered) -> WayIn {
        WayIn {
            url: "https://events.example.com".to_owned(),
            kind: AddressKind::Public,
            answer,
            certificate: None,
            preflight: Ok(Preflight { status: 204, origins: vec!["*".to_owned()] }),
            opt_out: Ok(OptOut { status: 403, reason: Some("gpc_header".to_owned()) }),
        }
    }

    fn light(lines: &[Line], name: &str) -> Option<Light> {
        lines.iter().find(|line| line.name == name).map(|line| line.light)
    }

    #[test]
    fn only_this_endpoint_is_asked_what_it_lets_in() {
        let here = lines(&found(Answered::Here), Timestamp(0));
        assert!(here.iter().all(|line| line.light == Light::Green), "{here:#?}");
        for other in [Answered::OtherRun, Answered::Foreign(200), Answered::Silent("no".to_owned())]
        {
            let lines = lines(&found(other), Timestamp(0));
            assert_eq!(light(&lines, ADDRESS), Some(Light::Red), "{lines:#?}");
            assert_eq!(light(&lines, "opt-outs"), None);
        }
    }

    /// One `*`, and nothing beside it: a list is no origin (Fetch, 4.10).
    #[test]
    fn a_browser_must_be_told_one_star() {
        for (status, origins, expected) in [
            (204, &["*"][..], Light::Green),
            (200, &["*"], Light::Green),
            (204, &["*", "*"], Light::Red),
            (204, &["null"], Light::Red),
            (204, &[], Light::Red),
            (405, &["*"], Light::Red),
            (301, &["*"], Light::Red),
        ] {
            let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
            let preflight = Ok(Preflight { status, origins });
            let lines = lines(&WayIn { preflight, ..found(Answered::Here) }, Timestamp(0));
            assert_eq!(light(&lines, "from the sandbox"), Some(expected), "{lines:#?}");
        }
    }

    #[test]
    fn a_header_that_is_taken_away_is_red() {
        for (status, reason, expected) in [
            (403, Some("gpc_header"), Light::Green),
            (403, Some("no_grant"), Light::Red),
            (403, None, Light::Red),
            (200, None, Light::Red),
        ] {
            let opt_out = Ok(OptOut { status, reason: reason.map(str::to_owned) });
            let lines = lines(&WayIn { opt_out, ..found(Answered::Here) }, Timestamp(0));
            assert_eq!(light(&lines, "opt-outs"), Some(expected), "{status} {reason:?}");
        }
    }

    #[test]
    fn a_certificate_is_looked_at_by_its_own_life() {
        for (life, left, expected) in [
            (90 * DAY, 30 * DAY, Light::Green),
            (90 * DAY, 22 * DAY, Light::Amber),
            (6 * DAY, 2 * DAY, Light::Green),
            (6 * DAY, DAY, Light::Amber),
            (90 * DAY, 0, Light::Red),
        ] {
            let now = Timestamp(1_772_442_000);
            let until = now.plus(left);
            let line = certificate(Validity { from: until.plus(-life), until }, now);
            assert_eq!(line.light, expected, "{line:?}");
        }
    }
}
