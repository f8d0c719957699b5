//! TikTok, asked so that nothing can be counted: by a test event of nobody where the shop has a code for
//! such, else by a request without events.

use assent_gate::hex::Digest;
use assent_gate::tiktok::events_api::Request;
use assent_gate::time::Timestamp;
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderValue};
use reqwest::redirect::Policy;
use serde_json::json;

use super::PATIENCE;
use crate::calendar::http_date;
use crate::check::rules::tiktok::{Asked, Sent};
use crate::clock::{Clock, random_bytes};
use crate::config::Shop;
use crate::delivery::tiktok::TRACK;
use crate::rules::answer::{Answer, read};

/// An answer of TikTok's is a few hundred bytes.
const LONGEST: usize = 64 * 1024;

/// The answer, and how many seconds this machine's clock is ahead of TikTok's. `None` where this shop has no
/// token, which has been said already.
pub(in crate::check) async fn ask(
    api_base: &str,
    shop: &Shop,
    clock: &Clock,
) -> Option<(Asked, Option<i64>)> {
    let token = shop.token.as_ref()?;
    let (sent, body) = body(shop, clock.now());
    let without_answer = |answer| Some((Asked { sent, answer }, None));
    let token = token.read().ok().flatten();
    let token = token.and_then(|token| HeaderValue::from_str(token.expose()).ok());
    let Some(mut token) = token else {
        return without_answer(Answer::Misconfigured { code: None, status: 0 });
    };
    token.set_sensitive(true);
    let client = Client::builder().timeout(PATIENCE).redirect(Policy::none()).build().ok()?;
    let post = client
        .post(format!("{api_base}{TRACK}"))
        .header("Access-Token", token)
        .header(CONTENT_TYPE, "application/json");
    let mut response = match post.body(body).send().await {
        Ok(response) => response,
        Err(error) if error.is_connect() => return without_answer(Answer::Unreached),
        Err(_) => return without_answer(Answer::Unreadable { status: 0, retry_after: None }),
    };
    let now = clock.now();
    let said = response.headers().get(DATE).and_then(|date| date.to_str().ok());
    let ahead = said.and_then(|date| http_date(date, now)).map(|date| now.since(date));
    let (status, mut answer) = (response.status().as_u16(), Vec::new());
    while let Ok(Some(chunk)) = response.chunk().await {
        answer.extend_from_slice(&chunk);
        if answer.len() > LONGEST {
            break;
        }
    }
    Some((Asked { sent, answer: read(status, None, &answer).answer }, ahead))
}

/// Of nobody, so that no grant is needed for it.
fn body(shop: &Shop, now: Timestamp) -> (Sent, Vec<u8>) {
    let pixel = shop.settings.pixel_code.as_str();
    let Some(code) = shop.test_event_code.as_deref().filter(|code| !code.trim().is_empty()) else {
        let request = Request::new(pixel, None, Vec::new());
        let body = serde_json::to_vec(&request).expect("our own types have no maps with odd keys");
        return (Sent::NoEvents, body);
    };
    let id: [u8; 16] = random_bytes().unwrap_or_default();
    let nobody = Digest::of(b"assent check");
    let event = json!({
        "event": "ViewContent", "event_time": now.0, "event_id": u128::from_be_bytes(id).to_string(),
        "user": {"external_id": nobody.as_str(), "user_agent": "assent check"},
        "properties": {"content_type": "product", "contents": [{"content_id": "assent-check", "quantity": 1}]},
        "page": {"url": format!("https://{}/", shop.settings.shop.as_str())},
    });
    let request = json!({
        "event_source": "web", "event_source_id": pixel, "test_event_code": code, "data": [event],
    });
    (Sent::TestEvent, request.to_string().into_bytes())
}
