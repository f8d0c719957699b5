//! No test waits: tokio's clock is paused, and runs as soon as nobody has anything to do.

use std::cell::RefCell;
use std::future::{pending, ready};

use super::*;
use crate::rules::mode::Mode;
use crate::store::read::{Arrivals, EndSeen, Payloads};

const NOW: Timestamp = Timestamp(1_772_442_000);

fn came(name: &str, ago: i64) -> Arrivals {
    Arrivals { name: name.to_owned(), last_at: NOW.plus(-ago), day: Payloads::default() }
}

fn delivered_at(name: &str, ago: i64) -> EndSeen {
    EndSeen {
        name: name.to_owned(),
        stage: Some(Stage::Ended(End::Delivered)),
        code: Some(0),
        at: NOW.plus(-ago),
        mode: Mode::Test,
    }
}

fn work(arrivals: &[Arrivals], ends: &[EndSeen]) -> AtWork {
    AtWork { arrivals: arrivals.to_vec(), ends: ends.to_vec(), ..AtWork::default() }
}

fn waiting(before: &AtWork) -> Waiting {
    Waiting::new(vec![EventName::AddToCart, EventName::InitiateCheckout], NOW, before)
}

/// Shows the store as it is at each look in turn, the last one for ever; what was told.
async fn watched(
    looks: &[AtWork],
    stop: impl Future<Output = ()>,
) -> (Result<(), WaitError>, Vec<String>) {
    let (told, n) = (RefCell::new(Vec::new()), RefCell::new(0));
    let look = || {
        let mut n = n.borrow_mut();
        let now = looks[(*n).min(looks.len() - 1)].clone();
        *n += 1;
        Ok(now)
    };
    let tell = |text: &str| told.borrow_mut().push(text.to_owned());
    let done = watch(waiting(&looks[0]), look, tell, stop).await;
    (done, told.into_inner())
}

#[tokio::test(start_paused = true)]
async fn what_comes_is_ticked_off_in_turn_and_all_of_it_ends_the_wait() {
    let (cart, checkout) = (came("AddToCart", 0), came("InitiateCheckout", 0));
    let ends = [delivered_at("AddToCart", 0), delivered_at("InitiateCheckout", 0)];
    let looks = [
        // Of before, to the same second too.
        work(&[came("AddToCart", 5)], &[delivered_at("AddToCart", 5)]),
        work(std::slice::from_ref(&cart), &[]),
        work(&[cart.clone(), checkout.clone()], &ends[..1]),
        work(&[cart, checkout], &ends),
    ];
    let (done, told) = watched(&looks, pending()).await;
    assert!(done.is_ok(), "{done:?}");
    assert!(
        told[0].contains("accept cookies, and add something to the cart, then begin the checkout"),
        "{told:?}"
    );
    assert!(told[0].contains("product views go by the browser alone"), "{told:?}");
    assert_eq!(
        told[1..],
        [
            "✓ AddToCart came from the browser",
            "✓ AddToCart was taken by TikTok",
            "✓ InitiateCheckout came from the browser",
            "✓ InitiateCheckout was taken by TikTok",
            VERIFIED,
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn after_ten_minutes_it_says_what_is_missing() {
    let began = Instant::now();
    let looks = [work(&[], &[]), work(&[came("AddToCart", 0)], &[])];
    let (done, _) = watched(&looks, pending()).await;
    let error = done.expect_err("it is late").to_string();
    assert!(
        error.contains("not seen yet: AddToCart was taken by TikTok, InitiateCheckout came"),
        "{error}"
    );
    assert_eq!(began.elapsed(), LONGEST);
}

#[tokio::test(start_paused = true)]
async fn whoever_presses_ctrl_c_is_told_what_is_missing() {
    let (done, _) = watched(&[work(&[], &[])], ready(())).await;
    let error = done.expect_err("it was stopped").to_string();
    assert!(error.starts_with("stopped; not seen yet: AddToCart came"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_shop_without_server_events_is_not_waited_for() {
    let nothing = work(&[], &[]);
    let empty = Waiting::new(Vec::new(), NOW, &nothing);
    let done = watch(empty, || Ok(nothing.clone()), |_| {}, pending()).await;
    assert!(matches!(done, Err(WaitError::Nothing)), "{done:?}");
}
