//! The dashboard's paths: who asks is known, what the page needs is read, and [`crate::dashboard`] writes it.

use axum::Router;
use axum::extract::{Extension, Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::asked::{Asked, behind};
use super::desk::{Desk, written};
use super::session::{COOKIE_NAME, SignedIn, cookie};
use super::{consent, entry, home, live, setup};
use crate::dashboard::orders::{Newest, Search};
use crate::dashboard::{self, assets, missing};
use crate::http::app::App;
use crate::secret::Secret;
use crate::store::read::SeenOrder;

pub(super) fn routes(app: &App, token: Secret) -> Router<App> {
    let desk = Desk::new(app, token);
    home::count_ahead(&desk);
    let pages = Router::new()
        .route("/admin", get(home::page))
        .route("/admin/shops", get(home::shops))
        .route("/admin/orders", get(orders))
        .route("/admin/story", get(story))
        .route("/admin/consent", get(consent::page))
        .route("/admin/setup", get(setup::page))
        .route("/admin/live", get(live::page))
        .route("/admin/live/stream", get(live::stream))
        .route("/admin/{*unknown}", get(unknown))
        .layer(from_fn_with_state(desk.clone(), signed_in));
    let open = Router::new()
        .route("/admin/login", post(entry::sign_in).get(async || Redirect::to("/admin")))
        .route("/admin/logout", post(entry::sign_out).get(async || Redirect::to("/admin")))
        .route("/admin/assets/{version}/{name}", get(asset));
    pages.merge(open).layer(from_fn(sealed)).with_state(desk)
}

/// What no page may do, whatever stands in it.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

async fn sealed(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Lets only those through who have a session; the others get the form.
async fn signed_in(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let name = cookie(request.headers(), COOKIE_NAME);
    let session = name.and_then(|name| desk.sessions.find(name, desk.app.clock.passed()));
    let Some(session) = session else {
        let to = request.uri().path_and_query().map_or("/admin", |to| to.as_str());
        return entry::ask(&desk, request.headers(), to, None);
    };
    request.extensions_mut().insert(session);
    next.run(request).await
}

async fn asset(Path((version, name)): Path<(String, String)>) -> Response {
    let Some(asset) = assets::find(&version, &name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kept = "public, max-age=31536000, immutable";
    ([(CONTENT_TYPE, asset.media), (CACHE_CONTROL, kept)], asset.text).into_response()
}

async fn unknown(State(desk): State<Desk>, session: Extension<SignedIn>, uri: Uri) -> Response {
    let frame = desk.frame(&session, &Asked::of(&uri)).await;
    (StatusCode::NOT_FOUND, written(missing::page(&frame))).into_response()
}

async fn orders(
    State(desk): State<Desk>,
    session: Extension<SignedIn>,
    uri: Uri,
) -> Result<Response, Response> {
    let asked = Asked::of(&uri);
    let frame = desk.frame(&session, &asked).await;
    let search = match asked.value("find") {
        None => Search::None,
        Some(find) => {
            let of = find.to_owned();
            let found = desk.read(&frame, move |store| store.stories(&of)).await?;
            if !found.is_empty() {
                return Ok(Redirect::to(&frame.story(find)).into_response());
            }
            Search::Nothing { for_what: find.to_owned() }
        }
    };
    let (shops, from) = (frame.looked_at(), asked.behind());
    let orders = desk.read(&frame, move |store| store.newest_orders(&shops, from)).await?;
    let next = SeenOrder::next(&orders).map(behind);
    let newest = Newest { orders, next };
    Ok(written(dashboard::orders::page(&frame, &search, &newest)).into_response())
}

async fn story(
    State(desk): State<Desk>,
    session: Extension<SignedIn>,
    uri: Uri,
) -> Result<Response, Response> {
    let asked = Asked::of(&uri);
    let frame = desk.frame(&session, &asked).await;
    let Some(of) = asked.value("of").map(str::to_owned) else {
        return Ok(Redirect::to("/admin/orders").into_response());
    };
    let find = of.clone();
    let mut stories = desk.read(&frame, move |store| store.stories(&find)).await?;
    stories.iter_mut().for_each(|story| story.meet(&desk.app.config));
    Ok(match stories.as_slice() {
        [] => Redirect::to(&frame.link("/admin/orders", &[("find", &of)])).into_response(),
        [story] => written(dashboard::story::page(&frame, story)).into_response(),
        several => written(dashboard::story::several(&frame, &of, several)).into_response(),
    })
}
