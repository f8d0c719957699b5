//! The endpoint as a browser and as TikTok see it: the real binary, real sockets, a strict stand-in.

mod accepting;
mod malformed;
mod support;
