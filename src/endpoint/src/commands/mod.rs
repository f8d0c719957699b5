//! The commands of the binary, one file each, with its arguments and its run. What several of them
//! need: [`arguments`] and [`which_shop`] on the way in, [`output`] and [`failure`] on the way out,
//! and [`printed_settings`], which one prints and another recognises.

mod arguments;
pub(crate) mod completions;
pub(crate) mod consent;
pub(crate) mod event_id;
pub(crate) mod extension;
pub(crate) mod failure;
pub(crate) mod forget;
pub(crate) mod init;
pub(crate) mod licenses;
pub(crate) mod map;
pub(crate) mod output;
mod printed_settings;
pub(crate) mod receipts;
pub(crate) mod report;
pub(crate) mod resume;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod settings;
pub(crate) mod snippet;
pub(crate) mod store;
pub(crate) mod webhooks;
mod which_shop;
pub(crate) mod why;
