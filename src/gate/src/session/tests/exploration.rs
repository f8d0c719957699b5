//! Every sequence of what can happen, up to a depth: two tabs of one browser, an endpoint that
//! answers or does not. Beside [`super::model`], which goes deeper, here the device goes blind and
//! the endpoint asks for silence.

mod shopper;

use self::shopper::Shopper;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// A page (or its reload), where Shopify allows, is silent, or the browser says GPC.
    Granted,
    Undecided,
    Denied,
    Checkout,
    Cart,
    Yes,
    No,
    /// The other tab comes to the front; it is opened if there is none.
    OtherTab,
    Accepted,
    Lost,
    TooMany,
    /// The shopper deletes the marker cookie.
    Deleted,
    /// The device can be read no longer, or again.
    Blind,
    Woken,
}

const STEPS: [Step; 14] = [
    Step::Granted,
    Step::Undecided,
    Step::Denied,
    Step::Checkout,
    Step::Cart,
    Step::Yes,
    Step::No,
    Step::OtherTab,
    Step::Accepted,
    Step::Lost,
    Step::TooMany,
    Step::Deleted,
    Step::Blind,
    Step::Woken,
];

#[test]
fn whatever_happens_nothing_leaves_without_a_yes_and_nothing_is_lost_or_told_twice() {
    explore(&[], 4);
}

/// Where a purchase has left all that a grant leaves, and the device can be read no longer.
#[test]
fn whatever_happens_to_a_grant_that_cannot_be_seen_its_visitor_is_named_when_it_ends() {
    explore(&[Step::Granted, Step::Checkout, Step::Accepted, Step::Blind], 3);
}

/// Minutes: `cargo test --release -p assent-gate -- --ignored --nocapture`.
#[test]
#[ignore = "minutes, and in a release build only"]
fn whatever_happens_five_steps_deep_and_blind() {
    explore(&[], 5);
}

fn explore(before: &[Step], depth: usize) {
    let mut first = Shopper::new();
    for step in before {
        first = first.after(*step).expect("this can happen");
    }
    let mut layer = vec![first];
    let mut states = 0;
    for _ in 0..depth {
        let mut next = Vec::new();
        for shopper in &layer {
            for step in STEPS {
                let Some(after) = shopper.after(step) else { continue };
                after.ends_well();
                states += 1;
                next.push(after);
            }
        }
        layer = next;
    }
    println!("{states} states, {depth} steps deep");
    assert!(states > 1000);
}
