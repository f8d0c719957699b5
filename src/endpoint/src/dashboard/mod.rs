//! The dashboard's pages: plain functions from finished answers to HTML. Nothing here asks the store, the
//! network or the clock; [`crate::http`] does, and hands over what it found. `maud` escapes whatever is put
//! in, so a shop's or a shopper's text can say nothing but itself.

pub(crate) mod assets;
mod chart;
pub(crate) mod consent;
mod frame;
mod funnel;
pub(crate) mod home;
pub(crate) mod live;
pub(crate) mod login;
pub(crate) mod missing;
pub(crate) mod orders;

pub(crate) mod setup;
pub(crate) mod shops;
pub(crate) mod story;
mod words;

pub(crate) use self::frame::{Band, Frame};
