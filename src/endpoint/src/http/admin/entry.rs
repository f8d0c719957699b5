//! In and out: a form takes the admin token and a session begins.

use axum::extract::{Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use subtle::ConstantTimeEq as _;

use super::desk::Desk;
use super::same_origin;
use super::session::{COOKIE_NAME, FORM_COOKIE, cookie, random_name};
use super::token::{Knock, NoEntry};
use crate::dashboard::login::{self, Complaint};
use crate::http::body;

/// A token, a path and what proves that it is our form.
const LARGEST_FORM: usize = 4 * 1024;

/// The form, in the place of a page that nobody may see yet.
pub(super) fn ask(desk: &Desk, headers: &HeaderMap, to: &str, why: Option<Complaint>) -> Response {
    // What a form that is already open will bring stays valid.
    let known = cookie(headers, FORM_COOKIE).filter(|known| known.len() == 32);
    let Ok(form_token) = known.map_or_else(random_name, |known| Ok(known.to_owned())) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let status = match why {
        Some(Complaint::TooOften) => StatusCode::TOO_MANY_REQUESTS,
        Some(Complaint::OtherOrigin) => StatusCode::FORBIDDEN,
        Some(Complaint::SignedOut) => StatusCode::OK,
        Some(Complaint::WrongToken) | None => StatusCode::UNAUTHORIZED,
    };
    let page = login::page(to, &form_token, why).into_string();
    let mut response = (status, Html(page)).into_response();
    set(&mut response, desk, headers, FORM_COOKIE, &form_token, "");
    response
}

/// `POST /admin/login`.
pub(super) async fn sign_in(State(desk): State<Desk>, request: Request) -> Response {
    let (headers, knock) = (request.headers().clone(), Knock::of(&desk.app, &request));
    // Before the body is read, so that a stranger costs nothing.
    if let Err(no) = knock.is_heard(&desk.app) {
        return ask(&desk, &headers, "/admin", Some(complaint(no)));
    }
    let form = Form::of(&desk, request).await;
    let to = form.value("to").filter(|to| is_path_of_ours(to)).unwrap_or("/admin");
    let known = cookie(&headers, FORM_COOKIE).unwrap_or_default();
    let is_ours = same_origin::is_ours(&headers, &desk.app.config.public_url);
    if !is_ours || !is_same(form.value("form_token"), known) {
        return ask(&desk, &headers, to, Some(Complaint::OtherOrigin));
    }
    let given = form.value("token").unwrap_or_default().trim();
    if let Err(no) = knock.shows(&desk.app, given.as_bytes(), &desk.token) {
        return ask(&desk, &headers, to, Some(complaint(no)));
    }
    let Ok(session) = desk.sessions.open(desk.app.clock.passed()) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    tracing::info!("somebody signed in to the dashboard with the admin token");
    let mut response = Redirect::to(to).into_response();
    set(&mut response, &desk, &headers, COOKIE_NAME, &session, "");
    set(&mut response, &desk, &headers, FORM_COOKIE, "", "; Max-Age=0");
    response
}

/// `POST /admin/logout`.
pub(super) async fn sign_out(State(desk): State<Desk>, request: Request) -> Response {
    let headers = request.headers().clone();
    let form = Form::of(&desk, request).await;
    let name = cookie(&headers, COOKIE_NAME).unwrap_or_default();
    let session = desk.sessions.find(name, desk.app.clock.passed());
    let is_ours = same_origin::is_ours(&headers, &desk.app.config.public_url);
    let expected = session.map(|session| session.form_token).unwrap_or_default();
    if !is_ours || !is_same(form.value("form_token"), &expected) {
        return ask(&desk, &headers, "/admin", Some(Complaint::OtherOrigin));
    }
    desk.sessions.close(name);
    let mut response = ask(&desk, &headers, "/admin", Some(Complaint::SignedOut));
    set(&mut response, &desk, &headers, COOKIE_NAME, "", "; Max-Age=0");
    response
}

fn complaint(no: NoEntry) -> Complaint {
    match no {
        NoEntry::WrongToken => Complaint::WrongToken,
        NoEntry::TooOften => Complaint::TooOften,
    }
}

/// An empty one is nobody's.
fn is_same(given: Option<&str>, expected: &str) -> bool {
    let given = given.unwrap_or_default();
    !expected.is_empty() && bool::from(given.as_bytes().ct_eq(expected.as_bytes()))
}

/// No other host can be named by it: `//host` and `\` are not read as a path everywhere.
fn is_path_of_ours(to: &str) -> bool {
    let is_below = to == "/admin" || to.starts_with("/admin/") || to.starts_with("/admin?");
    is_below
        && !to.contains("//")
        && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// For this session of the browser, out of reach of scripts and of other sites.
fn set(
    response: &mut Response,
    desk: &Desk,
    headers: &HeaderMap,
    name: &str,
    value: &str,
    more: &str,
) {
    let secure = if desk.is_https(headers) { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/admin; HttpOnly; SameSite=Strict{secure}{more}");
    // Names and values are ours, or were a header's.
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// A form's fields. What cannot be read has none.
struct Form(Vec<(String, String)>);

impl Form {
    async fn of(desk: &Desk, request: Request) -> Self {
        let mut place = desk.app.crowd.operators.enter(());
        let bytes = body::whole(request, LARGEST_FORM, &mut place).await.unwrap_or_default();
        Self(form_urlencoded::parse(&bytes).into_owned().collect())
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_login_one_stays_here() {
        for to in ["/admin", "/admin?shop=a", "/admin/story?of=%231001"] {
            assert!(is_path_of_ours(to), "{to}");
        }
        for to in [
            "",
            "/",
            "//evil.example/admin",
            "/admin//evil",
            "/admin\\evil",
            "/adminevil",
            "https://x/admin",
            "/admin/\r\nSet-Cookie:a",
        ] {
            assert!(!is_path_of_ours(to), "{to}");
        }
    }
}
