//! What TikTok, its gateway or the network do on a bad day, and how each ends
//! (docs/facts/tiktok.md#answers).

use assent_lab::tiktok::{Answer, Fault, Outcome, Timed};
use serde_json::Value;

use crate::support::beacon::{add_to_cart, beacon};
use crate::support::server::{SHOP, Server, TOKEN, World, free_address};
use crate::support::until;

fn post(server: &Server, shopify_id: &str) -> String {
    let event = add_to_cart(shopify_id);
    let answer = server.post(&beacon(None, std::slice::from_ref(&event)).to_string());
    assert_eq!((answer.status, answer.json()["accepted"].as_u64()), (202, Some(1)));
    event["event_id"].as_str().expect("an id").to_owned()
}

/// One event under these faults: its story at the end, with every send of it under one id and one
/// time.
fn under(faults: impl IntoIterator<Item = Timed>) -> (World, Value) {
    let world = World::new();
    for fault in faults {
        world.tiktok.fault(fault);
    }
    let server = world.serve();
    let id = post(&server, "sh-1");
    let story = world.end(&id);
    let sends: Vec<Value> = world
        .tiktok
        .received()
        .iter()
        .filter(|request| !request.body.is_empty())
        .map(|request| serde_json::from_str(&request.body).expect("JSON"))
        .collect();
    assert!(
        sends.windows(2).all(|pair| pair[0] == pair[1]),
        "a retry differs from the first send: {sends:#?}"
    );
    assert_eq!(world.tiktok.violations(), Vec::<String>::new());
    assert_eq!(server.stop(), Some(0));
    (world, story)
}

fn delivered_once((world, story): &(World, Value), sends: usize) {
    assert_eq!(story["state"], "delivered", "{story:#}");
    assert_eq!(world.tiktok.received().len(), sends, "{story:#}");
    let counted = world.tiktok.counted();
    assert_eq!(counted.len(), 1);
    assert!(counted[0].copies.iter().skip(1).all(|copy| copy.outcome != Outcome::Counted));
}

#[test]
fn too_frequent_is_tried_again_and_counted_once() {
    delivered_once(&under([Fault::Answer(Answer::of(40100)).times(2)]), 3);
}

#[test]
fn a_system_error_over_http_200_is_not_success() {
    delivered_once(&under([Fault::Answer(Answer::of(50000)).times(1)]), 2);
    let processed = Answer { code: 50000, processed: true };
    delivered_once(&under([Fault::Answer(processed).times(1)]), 2);
}

#[test]
fn maintenance_is_waited_out() {
    delivered_once(&under([Fault::Answer(Answer::of(60001)).times(1)]), 2);
}

#[test]
fn html_of_a_gateway_is_tried_again() {
    delivered_once(&under([Fault::BadGateway.times(1)]), 2);
}

#[test]
fn a_429_is_obeyed() {
    let done = under([Fault::TooMany { retry_after_seconds: 4 }.times(1)]);
    delivered_once(&done, 2);
    let at: Vec<i64> = done.0.tiktok.received().iter().map(|request| request.at_ms).collect();
    assert!(
        at[1] - at[0] >= 3000,
        "asked to wait 4 s (of whole seconds), came back after {} ms",
        at[1] - at[0]
    );
}

#[test]
fn a_reset_connection_is_tried_again() {
    delivered_once(&under([Fault::Reset.times(1)]), 2);
}

#[test]
fn an_answer_that_was_lost_or_cannot_be_read_leads_to_a_second_copy_that_is_not_counted() {
    delivered_once(&under([Fault::AnswerLost.times(1)]), 2);
    delivered_once(&under([Fault::Unparsable.times(1)]), 2);
}

#[test]
fn a_hang_is_given_up_after_ten_seconds() {
    delivered_once(&under([Fault::Hang.times(1)]), 2);
}

#[test]
fn partial_ok_and_duplicate_are_delivered() {
    delivered_once(&under([Fault::Answer(Answer::of(20001)).times(1)]), 1);
    let (world, story) = under([Fault::Answer(Answer { code: 40050, processed: true }).times(1)]);
    assert_eq!((&story["state"], &story["tiktok"]["code"]), (&"delivered".into(), &40050.into()));
    assert_eq!(world.tiktok.received().len(), 1);
}

#[test]
fn what_tiktok_will_never_take_ends_at_once_with_its_code() {
    for code in [40000, 40002, 40007, 40062] {
        let (world, story) = under([Fault::Answer(Answer::of(code)).forever()]);
        assert_eq!(
            (&story["state"], &story["tiktok"]["code"]),
            (&"refused_by_tiktok".into(), &code.into())
        );
        assert_eq!(world.tiktok.received().len(), 1, "{code} was tried again");
    }
}

#[test]
fn a_server_that_cannot_reach_tiktok_keeps_everything_and_tries_again() {
    let world = World::new();
    let nobody = free_address();
    world.configure(&format!("http://{nobody}"));
    let server = world.serve();
    let id = post(&server, "sh-1");
    until("it has been tried", || {
        world.why(&id).filter(|story| {
            story["reason"].as_str().is_some_and(|text| text.contains("could not be reached"))
        })
    });
    assert_eq!(server.stop(), Some(0));
    world.configure(&world.tiktok.base_url());
    let _server = world.serve();
    assert_eq!(world.end(&id)["state"], "delivered");
}

/// Events that piled up while the token was revoked; the queue stands still and is kept.
fn piled_up(world: &World, count: usize) -> Vec<String> {
    world.tiktok.revoke(TOKEN);
    let server = world.serve();
    let ids: Vec<String> = (0..count).map(|n| post(&server, &format!("sh-{n}"))).collect();
    until("the queue is paused", || server.log().contains("sends are paused").then_some(()));
    for id in [&ids[0], &ids[count - 1]] {
        // The log speaks before the store: the pause is written down a moment later.
        let told =
            |story: &Value| story["reason"].as_str().is_some_and(|text| text.contains("40105"));
        let story = until("the pause is its reason", || world.why(id).filter(told));
        assert_eq!(story["state"], "due", "{story:#}");
    }
    assert!(world.tiktok.received().len() <= 16, "a paused queue goes on sending");
    assert_eq!(world.tiktok.counted().len(), 0);
    assert_eq!(server.stop(), Some(0));
    world.tiktok.restore(TOKEN);
    ids
}

#[test]
fn a_revoked_token_pauses_the_shop_and_loses_nothing() {
    let world = World::new();
    let ids = piled_up(&world, 40);
    let _server = world.serve();
    for id in &ids {
        assert_eq!(world.end(id)["state"], "delivered");
    }
    assert_eq!(world.tiktok.counted().len(), ids.len());
    assert!(
        world.tiktok.received().iter().any(|request| request.events.len() > 1),
        "a backlog goes out in groups"
    );
    assert_eq!(world.tiktok.violations(), Vec::<String>::new());
}

/// The probes of a paused queue are minutes apart; whoever has mended the token need not wait for one.
#[test]
fn resume_tries_at_once_what_a_refused_token_keeps() {
    let world = World::administered("");
    world.tiktok.revoke(TOKEN);
    let server = world.serve();
    let id = post(&server, "sh-1");
    until("the pause is on record", || {
        world.report()["notes"].to_string().contains("40105").then_some(())
    });
    world.tiktok.restore(TOKEN);
    let said = world.text(&["resume", "--shop", SHOP]);
    for words in ["asked again now", "access_token_file"] {
        assert!(said.contains(words), "{words} is not said: {said}");
    }
    assert_eq!(world.end(&id)["state"], "delivered");
    until("the pause is over", || {
        (world.run(&["resume", "--shop", SHOP]).status.code() == Some(1)).then_some(())
    });
}

#[test]
fn a_token_that_cannot_be_read_is_called_that_and_not_an_answer() {
    let world = World::new();
    let text = std::fs::read_to_string(world.config()).expect("a file");
    let text =
        text.replace("access_token_env = \"ACME_TIKTOK_TOKEN\"", "access_token_file = \"token\"");
    std::fs::write(world.config(), text).expect("a file");
    let token = world.dir.path().join("token");
    std::fs::write(&token, TOKEN).expect("a file");
    let server = world.serve();
    std::fs::write(&token, "two\nlines").expect("a file");
    let id = post(&server, "sh-1");
    let told = |text: &str| {
        text.contains("access token cannot be read") && text.contains("nothing was sent")
    };
    until("it is told", || {
        world.why(&id).filter(|story| story["reason"].as_str().is_some_and(told))
    });
    assert!(told(&server.log()) && !server.log().contains("HTTP 0"), "{}", server.log());
    assert_eq!(world.tiktok.received().len(), 0);
}

#[test]
fn a_refused_batch_is_split_until_the_bad_event_is_alone() {
    let world = World::new();
    let ids = piled_up(&world, 120);
    let (first, last) = (&ids[3], &ids[118]);
    for bad in [first, last] {
        world.tiktok.fault(Fault::Refuse { event_id: bad.clone() }.forever());
    }
    let _server = world.serve();
    for id in &ids {
        let expected = if id == first || id == last { "refused_by_tiktok" } else { "delivered" };
        assert_eq!(world.end(id)["state"], expected);
    }
    assert_eq!(world.tiktok.counted().len(), ids.len() - 2);
}

#[test]
fn the_words_of_tiktok_are_never_repeated() {
    let world = World::new();
    let server = world.serve();
    let mut event = add_to_cart("sh-1");
    event["properties"]["search_string"] = "jane's secret".into();
    world.tiktok.fault(Fault::Answer(Answer::of(40002)).forever());
    server.post(&beacon(None, std::slice::from_ref(&event)).to_string());
    let story = world.end(event["event_id"].as_str().expect("an id"));
    let message = &world.tiktok.received()[0].message;
    assert!(!message.is_empty());
    for place in [server.log(), story.to_string()] {
        assert!(!place.contains(message.as_str()), "{message} in {place}");
    }
}
