//! The questions, in the order in which a person has the answers at hand.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::ValueEnum as _;

use super::after::After;
use super::answers::{Answers, Given};
use super::dialogue::{AskError, Dialogue, Gathered};
use super::proxy::Proxy;
use super::tiktok::{self, Found};
use super::tools;
use crate::secret::Secret;

const HELLO: &str = "This writes Assent's configuration. Enter leaves out what is optional; Ctrl-C ends it, and nothing is written.\n";

const CMP: &str = "Where does your shop collect consent? Answer its banner in a browser, open the console (F12), type
document.cookie, and paste here what it prints. Or type shopify (Shopify's own banner) or the tool's name.";

const BOTH: &str = "TikTok's pixel code and access token (Events Manager > your pixel > Settings > Generate access token): paste
the two, in any order, or the whole page (Ctrl+A, Ctrl+C), then Enter; it is not shown:";

/// What was given is not asked; what was given and is wrong is said, and asked.
pub(super) fn ask<R: BufRead, W: Write>(
    mut given: Given,
    dialogue: &mut Dialogue<R, W>,
) -> Result<Answers, AskError> {
    let mut known = Given {
        dir: given.dir.clone(),
        proxy: given.proxy,
        listen: given.listen,
        also: given.also,
        after: given.after,
        ..Given::default()
    };
    dialogue.tell(HELLO)?;
    let text = |known: &mut Given, field: Field, value: &str| {
        let mut candidate = known.clone();
        field(&mut candidate, value);
        let faults = candidate.faults();
        if faults.is_empty() {
            *known = candidate;
            Ok(())
        } else {
            Err(faults.join("\n  "))
        }
    };
    let required = |dialogue: &mut Dialogue<R, W>,
                    known: &mut Given,
                    given: Option<String>,
                    question: &str,
                    field: Field| {
        if let Some(value) = given {
            match text(known, field, &value) {
                Ok(()) => return Ok(()),
                Err(fault) => dialogue.tell(&format!("  {fault}"))?,
            }
        }
        dialogue.ask(question, |answer| text(known, field, answer))
    };
    required(
        dialogue,
        &mut known,
        given.shop,
        "Your shop (acme.myshopify.com):",
        |given, value| {
            given.shop = Some(shop(value));
        },
    )?;
    let hosts = given.storefronts.map(|hosts| hosts.join(","));
    required(
        dialogue,
        &mut known,
        hosts,
        "Its public hosts, with commas between (www.acme.com):",
        |given, value| {
            given.storefronts = Some(hosts_of(value));
        },
    )?;
    required(
        dialogue,
        &mut known,
        given.public_url,
        "This endpoint's public address, on another host (https://events.acme.com):",
        |given, value| {
            given.public_url = Some(value.to_owned());
        },
    )?;
    if given.pixel_code.is_none() && given.token.is_none() {
        let found = of_tiktok(dialogue)?;
        (given.pixel_code, given.token) = (found.pixel_code, found.token);
    }
    required(
        dialogue,
        &mut known,
        given.pixel_code,
        "TikTok's pixel code (Events Manager, beside the pixel's name):",
        |given, value| {
            given.pixel_code = Some(value.to_owned());
        },
    )?;
    let can_wait = given.after == After::Serve;
    let test_event_code = given.test_event_code.or_else(|| can_wait.then(String::new));
    required(
        dialogue,
        &mut known,
        test_event_code,
        "TikTok's test event code (Events Manager > Test events), optional:",
        |given, value| {
            given.test_event_code = Some(value.to_owned()).filter(|code| !code.is_empty());
        },
    )?;
    cmp(&mut known, given.cmp, dialogue)?;
    known.token = match given.token {
        Some(token) => Some(token),
        None => secret(
            &known,
            "TikTok's access token (Events Manager > Settings > Generate access token); it is not shown:",
            dialogue,
            |given, secret| given.token = Some(secret),
            Presence::Required,
        )?,
    };
    known.webhook_secret = match given.webhook_secret {
        Some(secret) => Some(secret),
        None if can_wait => None,
        None => secret(
            &known,
            "What Shopify signs webhooks with (Settings > Notifications > Webhooks), optional; it is not shown:",
            dialogue,
            |given, secret| given.webhook_secret = Some(secret),
            Presence::Optional,
        )?,
    };
    if known.proxy.is_none() {
        known.proxy =
            Some(dialogue.ask("What ends TLS before it: caddy, nginx or none? [caddy]", proxy)?);
    }
    if known.dir.is_none() && !can_wait {
        let dir = dialogue.ask("The folder to write to? [.]", |answer| {
            Ok(PathBuf::from(if answer.is_empty() { "." } else { answer }))
        })?;
        known.dir = Some(dir);
    }
    Ok(known.complete().expect("every answer was asked for, and checked"))
}

/// Both, or what could be found of them; what is missing then is asked for by itself.
fn of_tiktok<R: BufRead, W: Write>(dialogue: &mut Dialogue<R, W>) -> Result<Found, AskError> {
    let mut last = Found::default();
    let gathered = dialogue.gather(BOTH, |text| {
        let found = tiktok::found(text);
        let is_news = found != last && found != Found::default();
        last = found.clone();
        match (is_news, &found) {
            (_, Found { pixel_code: Some(_), token: Some(_) }) => {
                let said = found.said();
                Gathered::Whole(found, said)
            }
            (true, _) => Gathered::Part(found.said()),
            (false, _) => Gathered::Nothing,
        }
    })?;
    Ok(gathered.unwrap_or(last))
}

/// Puts a value where it belongs.
type Field = fn(&mut Given, &str);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

fn cmp<R: BufRead, W: Write>(
    known: &mut Given,
    given: Option<String>,
    dialogue: &mut Dialogue<R, W>,
) -> Result<(), AskError> {
    let checked = |known: &mut Given, name: &str| {
        let candidate = Given { cmp: Some(name.to_owned()), ..known.clone() };
        let faults = candidate.faults();
        if faults.is_empty() {
            *known = candidate;
            Ok(())
        } else {
            Err(faults.join("\n  "))
        }
    };
    if let Some(name) = given {
        match checked(known, &name) {
            Ok(()) => return Ok(()),
            Err(fault) => dialogue.tell(&format!("  {fault}"))?,
        }
    }
    dialogue.tell(CMP)?;
    dialogue.ask("Cookies or name:", |answer| {
        let name = if answer.contains('=') { tools::only(answer)? } else { answer };
        checked(known, name)
    })?;
    let name = known.cmp.clone().unwrap_or_default();
    dialogue.tell(&format!("  cmp = \"{name}\""))
}

fn secret<R: BufRead, W: Write>(
    known: &Given,
    question: &str,
    dialogue: &mut Dialogue<R, W>,
    field: fn(&mut Given, Secret),
    presence: Presence,
) -> Result<Option<Secret>, AskError> {
    dialogue.ask_secret(question, |answer| {
        let Some(secret) = Secret::new(answer) else {
            return match presence {
                Presence::Optional => Ok(None),
                Presence::Required => {
                    Err("it is needed; nothing can be sent without it".to_owned())
                }
            };
        };
        let mut candidate = known.clone();
        field(&mut candidate, secret.clone());
        let faults = candidate.faults();
        if faults.is_empty() { Ok(Some(secret)) } else { Err(faults.join("\n  ")) }
    })
}

/// A shop's name, or its address in Shopify's admin, as its permanent name.
fn shop(text: &str) -> String {
    let name = text.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if name.contains('.') || name.is_empty() {
        name.to_ascii_lowercase()
    } else {
        format!("{}.myshopify.com", name.to_ascii_lowercase())
    }
}

/// Hosts, also where they were copied as addresses.
fn hosts_of(text: &str) -> Vec<String> {
    let host = |text: &str| {
        let text = text.trim().trim_start_matches("https://").trim_start_matches("http://");
        text.trim_end_matches('/').to_owned()
    };
    text.split(',').map(host).filter(|host| !host.is_empty()).collect()
}

fn proxy(answer: &str) -> Result<Proxy, String> {
    let answer = if answer.is_empty() { "caddy" } else { answer };
    Proxy::from_str(answer, true).map_err(|_| "one of caddy, nginx, none is expected".to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// What is asked and said where these lines are typed, and what comes of it.
    fn asked(given: Given, typed: &str) -> (Result<Answers, AskError>, String) {
        let mut shown = Vec::new();
        let answers = ask(given, &mut Dialogue::new(Cursor::new(typed), &mut shown, || None));
        (answers, String::from_utf8(shown).expect("text"))
    }

    /// In the form of TikTok's.
    const HEX: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";

    fn given() -> Given {
        Given {
            shop: Some("acme.myshopify.com".to_owned()),
            storefronts: Some(vec!["shop.acme.example".to_owned()]),
            pixel_code: Some("C4EXAMPLE0000000000".to_owned()),
            cmp: Some("shopify".to_owned()),
            public_url: Some("https://events.example.com".to_owned()),
            test_event_code: Some("TEST123".to_owned()),
            token: Secret::new("tok"),
            webhook_secret: Secret::new("shpss"),
            proxy: Some(Proxy::None),
            dir: Some(PathBuf::from("/etc/assent")),
            ..Given::default()
        }
    }

    #[test]
    fn what_is_given_is_not_asked() {
        let (answers, shown) = asked(given(), "");
        assert_eq!(answers.expect("complete").dir, PathBuf::from("/etc/assent"));
        assert_eq!(shown, format!("{HELLO}\n"));
    }

    #[test]
    fn what_is_given_and_wrong_is_said_and_asked() {
        let wrong = Given { pixel_code: Some("x".to_owned()), ..given() };
        let (answers, shown) = asked(wrong, "y\nC4OTHER00000000000\n");
        assert_eq!(answers.expect("complete").pixel_code, "C4OTHER00000000000");
        assert_eq!(shown.matches("TikTok's pixel code is expected").count(), 2, "{shown}");
    }

    #[test]
    fn a_token_is_needed_and_a_webhook_secret_is_not() {
        let without = Given { token: None, webhook_secret: None, ..given() };
        let (answers, shown) = asked(without, "\ntwo words\ntok\n\n");
        let answers = answers.expect("complete");
        assert_eq!((answers.token.expose(), answers.webhook_secret), ("tok", None));
        assert!(shown.contains("it is needed") && shown.contains("one line of signs"), "{shown}");
    }

    #[test]
    fn who_starts_at_once_is_asked_only_for_what_cannot_wait() {
        let few = Given {
            pixel_code: None,
            test_event_code: None,
            token: None,
            webhook_secret: None,
            dir: None,
            ..given()
        };
        let few = Given { after: After::Serve, ..few };
        for page in [
            format!("C4EXAMPLE0000000000 {HEX}\n"),
            format!("{HEX}\nC4EXAMPLE0000000000\n"),
            format!("My pixel\nID: C4EXAMPLE0000000000\nAccess token\n{HEX}\n"),
        ] {
            let (answers, shown) = asked(few.clone(), &page);
            let answers = answers.expect("complete");
            assert_eq!((answers.dir, answers.test_event_code), (PathBuf::from("."), None));
            assert_eq!(
                (&answers.pixel_code[..], answers.token.expose()),
                ("C4EXAMPLE0000000000", HEX)
            );
            assert_eq!(shown.matches("it is not shown:").count(), 1, "{shown}");
            assert!(!shown.contains(HEX) && !shown.contains("optional:"), "{shown}");
        }
    }

    /// A token of another form than TikTok's are today, and a page that names two pixels.
    #[test]
    fn what_is_not_found_in_a_paste_is_asked_for_by_itself() {
        let without = Given { pixel_code: None, token: None, ..given() };
        let (answers, shown) = asked(without.clone(), "C4EXAMPLE0000000000 tok\n\ntok\n");
        assert_eq!(answers.expect("complete").token.expose(), "tok");
        assert!(
            shown.contains("TikTok's pixel C4EXAMPLE0000000000; the access token is missing"),
            "{shown}"
        );
        let two = format!("C4EXAMPLE0000000000 C4OTHER00000000000 {HEX}\n\nC4OTHER00000000000\n");
        let (answers, shown) = asked(without, &two);
        assert_eq!(answers.expect("complete").pixel_code, "C4OTHER00000000000");
        assert!(
            shown.contains("an access token of 40 signs; the pixel code is missing"),
            "{shown}"
        );
    }

    #[test]
    fn where_the_questions_end_too_early_nothing_comes_of_it() {
        let (answers, _) = asked(Given { cmp: None, ..given() }, "_ga=1\n");
        assert!(matches!(answers, Err(AskError::Ended)));
    }

    #[test]
    fn a_shop_and_its_hosts_may_be_pasted_as_addresses() {
        for pasted in ["acme", "ACME.myshopify.com", "https://admin.shopify.com/store/acme/"] {
            assert_eq!(shop(pasted), "acme.myshopify.com", "{pasted}");
        }
        assert_eq!(hosts_of("https://a.example/, b.example,"), ["a.example", "b.example"]);
    }
}
