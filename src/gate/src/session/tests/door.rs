//! The door: what the page's JavaScript asks, word for word.

use serde_json::{Value, json};

use super::world::{Dice, World, YES, cart, checkout, said, sent, told, tracked, words};
use crate::door;
use crate::plan::Plan;
use crate::session::Session;
use crate::settings::Settings;

struct Page {
    session: Session<Dice>,
    jar: Value,
}

/// A page that Shopify says yes on, with or without a browser leg.
fn page(cmp: &str, leg: bool) -> Page {
    let World { mut settings, page: (url, _), .. } = World::new();
    settings["cmp"] = json!(cmp);
    let init = json!({"customerPrivacy": told(YES, YES)["customerPrivacy"],
        "context": {"document": {"location": {"href": url}, "referrer": ""}}});
    let start = json!({"init": init, "kind": "npm", "gpc": null, "leg": leg});
    let parsed = Settings::read(&settings).expect("settings");
    let session = door::open(Dice::default(), parsed, &settings.to_string(), &start);
    let keys = session.storage_keys();
    let storage = keys.lines().map(|key| (key.to_owned(), Value::Null)).collect();
    Page { session, jar: json!({"cookie": "", "storage": Value::Object(storage)}) }
}

impl Page {
    fn ask(&mut self, mut question: Value) -> Plan {
        question["jar"] = self.jar.clone();
        question["now"] = json!(1_763_800_005);
        door::ask(&mut self.session, &question)
    }
}

fn rule(plan: &Plan) -> &'static str {
    plan.said.iter().find_map(|line| line.rule).expect("a decision is told").as_str()
}

#[test]
fn an_event_goes_through_every_question_of_a_page() {
    let mut page = page("shopify", true);
    let begun = page.ask(json!({"do": "begin"}));
    assert_eq!(words(&begun), ["cookie", "look", "keep"]);
    let clean = page.ask(json!({"do": "heard", "event": cart("sh-1")}));
    assert_eq!(words(&clean), ["clean"]);
    let told_of = page.ask(json!({"do": "cleaned", "what": "path"}));
    let body = sent(&told_of);
    assert_eq!((body[0]["name"].as_str(), tracked(&told_of).len()), (Some("AddToCart"), 1));
    let (key, beacon) = &super::world::sends(&told_of)[0];
    assert_eq!(beacon["client"]["kind"], "npm");
    let hash = beacon["client"]["settings"].as_str().map(str::len);
    assert_eq!(hash, Some(64));
    let pause = json!({"do": "answered", "key": key, "status": 503, "retryAfter": 50});
    assert_eq!(super::world::wakes(&page.ask(pause)), [50]);
    let woken = words(&page.ask(json!({"do": "woken"})));
    assert!(!woken.contains(&"send".to_owned()), "it was told to wait: {woken:?}");
    let no = json!({"do": "heed", "privacy": told(Some(false), Some(false))});
    assert!(words(&page.ask(no)).is_empty(), "heeded, and not carried out");
    let ended = page.ask(json!({"do": "signalled"}));
    assert!(words(&ended).contains(&"revoke".to_owned()), "{:?}", words(&ended));
}

#[test]
fn without_a_browser_leg_nothing_of_it_is_asked_for() {
    let mut page = page("shopify", false);
    let plan = page.ask(json!({"do": "heard", "event": cart("sh-1")}));
    assert_eq!(sent(&plan)[0]["browser"], "skipped");
    let leg = ["clean", "load", "identify", "page", "track"];
    assert!(!words(&plan).iter().any(|word| leg.contains(&word.as_str())), "{:?}", words(&plan));
}

#[test]
fn what_of_the_device_could_not_be_read_is_told_apart_from_what_is_not_there() {
    let mut page = page("bridge", false);
    let mut decided = |key: &str, value: Value| {
        page.jar["storage"]["assent.bridge"] = Value::Null;
        page.jar["cookie"] = json!("");
        if key == "cookie" {
            page.jar[key] = value;
        } else {
            page.jar["storage"][key] = value;
        }
        rule(&page.ask(json!({"do": "heard", "event": cart("sh-1")})))
    };
    assert_eq!(decided("assent.bridge", Value::Null), "cmp_missing");
    assert_eq!(decided("assent.bridge", json!(false)), "cmp_unreadable");
    assert_eq!(decided("cookie", json!(false)), "cmp_unreadable");
    assert_eq!(decided("cookie", Value::Null), "cmp_unreadable");
    assert_eq!(decided("assent.bridge", json!("1763790000 gtag x")), "all_yes");
}

#[test]
fn what_is_recalled_waits_for_the_page_to_begin_and_for_a_yes_of_the_tool_that_is_asked() {
    let mut page = page("bridge", true);
    for heard in [
        json!({"event": cart("sh-1")}),
        json!({"bridge": said(YES, None)}),
        json!({"event": checkout()}),
    ] {
        assert!(words(&page.ask(json!({"do": "recall", "heard": heard}))).is_empty());
    }
    assert_eq!(words(&page.ask(json!({"do": "begin"}))), ["clean"]);
    assert_eq!(sent(&page.ask(json!({"do": "cleaned", "what": "query"}))).len(), 2);
}

/// A signal whose content is lost must not leave the one before it in force.
#[test]
fn a_signal_that_says_nothing_takes_the_place_of_a_yes() {
    for signal in [
        json!({"do": "heed"}),
        json!({"do": "heed", "privacy": null}),
        json!({"do": "heed", "privacy": 7}),
        json!({"do": "recall", "heard": {"privacy": {}}}),
        json!({"do": "recall", "heard": {}}),
    ] {
        let mut page = page("shopify", true);
        page.ask(signal.clone());
        let plan = page.ask(json!({"do": "heard", "event": cart("sh-1")}));
        assert_eq!(rule(&plan), "shopify_silent", "{signal}");
    }
}

#[test]
fn a_question_that_is_not_understood_is_answered_by_nothing() {
    let mut page = page("shopify", true);
    for odd in [json!({}), json!({"do": "dance"}), json!({"do": 7}), json!({"do": "recall"})] {
        let plan = page.ask(odd);
        assert!(plan.acts.is_empty() && plan.said.is_empty());
    }
    for question in [Value::Null, json!(7), json!([]), json!("begin")] {
        assert_eq!(door::ask(&mut page.session, &question), Plan::default());
    }
    let lost = page.ask(json!({"do": "heard", "event": {"data": {}}}));
    assert_eq!(lost.said[0].done, "the event has no name");
}
