//! The commands of the binary, one file each, with its arguments and its run. What several of them
//! need: [`arguments`], [`named_customer`] and [`which_shop`] on the way in, [`output`], [`progress`]
//! and [`failure`] on the way out.

pub(crate) mod access;
mod arguments;
pub(crate) mod check;
mod clipboard;
pub(crate) mod completions;
pub(crate) mod consent;
pub(crate) mod event_id;
pub(crate) mod extension;
pub(crate) mod failure;
pub(crate) mod forget;
mod ground;
pub(crate) mod healthcheck;
pub(crate) mod init;
pub(crate) mod licenses;
mod local_time;
pub(crate) mod map;
mod money;
mod named_customer;
pub(crate) mod output;
mod progress;
pub(crate) mod receipts;
pub(crate) mod report;
pub(crate) mod resume;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod settings;
mod silence;
pub(crate) mod snippet;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod tail;
pub(crate) mod webhooks;
mod which_shop;
pub(crate) mod why;
