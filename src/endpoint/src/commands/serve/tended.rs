//! Work that goes on until the server stops. A panic in it is a fault of ours: without a look at it the
//! server would seem alive while a shop's sends, the sweep or a customer's erasure stand still. It
//! begins anew instead of ending the process, so that what one shop's row may have caused stops no
//! other shop.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

/// What broke it may still be there.
const REST: Duration = Duration::from_secs(10);

/// `work` ends when `stop` says `true`, and is begun again where it ended otherwise.
pub(super) async fn tended<W: Future<Output = ()> + Send + 'static>(
    what: &'static str,
    mut stop: watch::Receiver<bool>,
    work: impl Fn() -> W,
) {
    loop {
        // Ended with this future, where that is dropped.
        let mut one = JoinSet::new();
        one.spawn(work());
        let ended = one.join_next().await;
        if *stop.borrow() {
            return;
        }
        let is_panic = matches!(ended, Some(Err(_)));
        tracing::error!(
            what,
            is_panic,
            "a part of the server broke off by a fault in Assent; it begins again in 10 seconds. \
             Please report this"
        );
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            _ = stop.changed() => {}
        }
        if *stop.borrow() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_panics_begins_again_and_what_was_told_to_stop_does_not() {
        let (tell, stop) = watch::channel(false);
        let begun = Arc::new(AtomicUsize::new(0));
        let work = {
            let (begun, stop) = (begun.clone(), stop.clone());
            move || {
                let (n, mut stop) = (begun.fetch_add(1, Ordering::SeqCst), stop.clone());
                async move {
                    assert!(n > 1, "a fault");
                    let _ = stop.changed().await;
                }
            }
        };
        let tended = tokio::spawn(tended("a test", stop, work));
        while begun.load(Ordering::SeqCst) < 3 {
            tokio::time::advance(REST).await;
            tokio::task::yield_now().await;
        }
        tell.send(true).expect("it listens");
        tended.await.expect("it ends");
        assert_eq!(begun.load(Ordering::SeqCst), 3);
    }
}
