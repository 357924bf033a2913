//! Remembers why TLS ended. HTTP/2 tells its callers only that the connection is gone; that the server refused this device's certificate is
//! in the error that it swallows.

use super::error::LinkError;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Why a connection ended, once it has.
pub(super) type Ending = Arc<OnceLock<LinkError>>;

/// A stream whose first meaningful error is kept.
pub(super) struct Watched<S> {
    stream: S,
    ending: Ending,
}

impl<S> Watched<S> {
    /// Watches this stream.
    pub(super) fn new(stream: S, ending: Ending) -> Self {
        Self { stream, ending }
    }

    fn note<T>(&self, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &result {
            let why = LinkError::of_cause(error);
            if why != LinkError::Unreachable {
                // The first is the cause of all that follow.
                let _ = self.ending.set(why);
            }
        }
        result
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.note(result)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        self.note(result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
