//! `/admin…`, for whoever runs the endpoint, and there only where `admin_token_env` is set. [`api`] takes the
//! token with each request; [`pages`] and [`live`] are the dashboard, where [`entry`] makes a session of it.

mod api;
mod asked;
mod consent;
mod counts;
mod desk;
mod entry;
mod gallery;
mod home;
mod kept;
mod live;
mod pages;
mod reading;
mod same_origin;
mod session;
mod setup;
mod token;

use axum::Router;

pub(super) use self::api::guard;
pub(crate) use self::api::{ForgetRequest, ResumeRequest, Resumed, UNKNOWN_SHOP};
use super::app::App;
use crate::secret::Secret;

pub(super) fn routes(app: &App, token: Secret) -> Router<App> {
    api::routes(app, token.clone()).merge(pages::routes(app, token))
}
