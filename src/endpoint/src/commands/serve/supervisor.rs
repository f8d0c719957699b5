//! What starts and watches the process (systemd, `Type=notify`) is told where it stands. Where nobody asked
//! to be told (`NOTIFY_SOCKET`), nobody is.

use sd_notify::{NotifyState, notify};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Its doors are open, and its store is.
    Ready,
    /// It finishes what is on its way.
    Stopping,
}

pub(super) fn told(state: State) {
    let state = match state {
        State::Ready => NotifyState::Ready,
        State::Stopping => NotifyState::Stopping,
    };
    if let Err(error) = notify(&[state]) {
        tracing::warn!(
            %error,
            "the supervisor that set NOTIFY_SOCKET could not be told; it may think that the start failed"
        );
    }
}
