//! A socket whose other side must go on: whoever does not read for a while, or does not finish a head
//! that it began, has gone.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::http::standing::Standing;

#[derive(Debug)]
pub(super) struct Patient<S> {
    socket: S,
    standing: Standing,
    patience: Duration,
    /// Runs while bytes of ours are not taken.
    stuck: Option<Pin<Box<Sleep>>>,
    /// Runs from the first byte of the head with this number.
    begun: Option<(u32, Pin<Box<Sleep>>)>,
}

impl<S> Patient<S> {
    pub(super) fn new(socket: S, standing: Standing, patience: Duration) -> Self {
        // The first head is awaited from the beginning.
        let begun = standing.head().map(|head| (head, Box::pin(sleep(patience))));
        Self { socket, standing, patience, stuck: None, begun }
    }

    /// Passes a write's outcome on; an error once nothing has been taken for too long.
    fn watch(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let patience = self.patience;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stuck.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// An error once a head has been coming for too long. (Before its first byte a connection is idle,
    /// which a proxy's may be for much longer.)
    fn await_head(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let head = self.standing.head();
        match &mut self.begun {
            Some((of, deadline)) if Some(*of) == head => {
                ready!(deadline.as_mut().poll(context));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Some(_) | None => Poll::Pending,
        }
    }

    fn begin_head(&mut self) {
        let head = self.standing.head();
        if head != self.begun.as_ref().map(|(of, _)| *of) {
            self.begun = head.map(|head| (head, Box::pin(sleep(self.patience))));
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
        if read.is_pending() {
            return self.await_head(context);
        }
        self.begin_head();
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, slices);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    /// A socket has nothing to flush, and closes at once.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
