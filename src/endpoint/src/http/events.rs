//! `POST /v1/events`: a beacon or a withdrawal. The gate decides; the store remembers; only then a
//! 202 is said.

use std::sync::Arc;

use assent_gate::admission::{self, Admitted, Arrival};
use assent_gate::beacon::{Beacon, WireEvent, WithdrawalMessage};
use assent_gate::limits;
use assent_gate::refusal::Refusal;
use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::User;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CONTENT_ENCODING, CONTENT_TYPE,
    USER_AGENT,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::app::{App, Peer};
use super::body::{self, Unread};
use super::client_ip::client_ip;
use super::crowd::{Fare, Kind, Network, Place, TooOften, Visitor};
use super::message::{self, Message, Opened};
use super::problem::{Problem, RefusedEvent, wrong_method as no_post};
use super::refusals::Failed;
use crate::config::{Config, Shop};
use crate::delivery::bell::Ring;
use crate::pixel::ShopPixel;
use crate::rules::refused::Refused;
use crate::secret::ClientIp;
use crate::store::{Arrived, No, StoreError, Taken};

#[derive(Debug, Serialize)]
struct Accepted {
    accepted: usize,
    duplicate: usize,
    refused: Vec<RefusedEvent>,
}

/// The contract's limit for a beacon.
const LARGEST: usize = 64 * 1024;

/// The word by which a browser knows our answer to a withdrawal from anybody else's.
#[derive(Debug, Serialize)]
struct Withdrawn {
    withdrawn: bool,
}

/// The route with its preflight; every answer of it can be read from any origin, the sandbox's
/// `null` included.
pub(super) fn door() -> MethodRouter<App> {
    post(receive).options(preflight).fallback(wrong_method).layer(map_response(readable_anywhere))
}

async fn readable_anywhere(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After"));
    response
}

async fn preflight() -> Response {
    let may = [
        (ACCESS_CONTROL_ALLOW_METHODS, "POST, OPTIONS"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type"),
        (ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, may).into_response()
}

async fn wrong_method(State(app): State<App>) -> Response {
    app.monitor.series.refused(Refused::Beacon(Refusal::Unreadable));
    no_post()
}

/// Counts what becomes of every message, whoever sent it.
async fn receive(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let series = app.monitor.series.clone();
    let who = Who {
        headers: request.headers().clone(),
        peer: request.extensions().get::<Peer>().copied(),
        visitor: app.visitor(&request),
    };
    let mut place = app.crowd.beacons.enter(who.visitor.from);
    let bytes = read(&app, request, &mut place).await?;
    place.keep();
    // How long a stranger's line took says nothing of us.
    let began = Instant::now();
    let answer = take(&app, &bytes, &who).await;
    match &answer {
        Ok(_) => series.accepted_after(began.elapsed().as_secs_f64()),
        Err(problem) if problem.is_of_events() => {} // each has been counted
        Err(problem) => series.refused(Refused::Beacon(problem.refusal())),
    }
    answer
}

/// The request, without its body.
struct Who {
    headers: HeaderMap,
    peer: Option<Peer>,
    visitor: Visitor,
}

async fn take(app: &App, bytes: &[u8], who: &Who) -> Result<Response, Problem> {
    let &Who { ref headers, peer, visitor } = who;
    let opened = Opened::read(bytes)?;
    let fare = admit(app, &opened, visitor)?;
    let message = opened.message()?;
    if let Some((shop, fare)) = fare {
        fare.pay().map_err(|TooOften| too_often(app, shop, visitor))?;
    }
    let accepted = match message {
        Message::Beacon(beacon) => {
            let visit = Visit { app, headers, peer, visitor };
            Json(visit.beacon(*beacon).await?).into_response()
        }
        Message::Withdrawal(message) => Json(withdraw(app, message).await?).into_response(),
    };
    Ok((StatusCode::ACCEPTED, accepted).into_response())
}

/// What is refused is counted, but for what never came whole: nobody was turned away.
async fn read(
    app: &App,
    request: Request,
    place: &mut Place<'_, Option<Network>>,
) -> Result<Bytes, Problem> {
    let counted = |problem: Problem| {
        app.monitor.series.refused(Refused::Beacon(problem.refusal()));
        problem
    };
    if !is_json_or_text(request.headers()) || request.headers().contains_key(CONTENT_ENCODING) {
        return Err(counted(Problem::wrong_media()));
    }
    body::whole(request, LARGEST, place).await.map_err(|unread| match unread {
        Unread::TooLarge => counted(Refusal::TooLarge.into()),
        // A slow line's fault, not the beacon's. A final answer would make the browser forget it.
        Unread::Incomplete => Refusal::Busy.into(),
        Unread::NoRoom => {
            app.crowd.beacons.tell(app.clock.now());
            counted(Refusal::Busy.into())
        }
    })
}

/// Before the rest is read: whoever comes too often, to a shop that is not here, or while too many
/// wait, costs little.
fn admit<'a>(
    app: &'a App,
    opened: &Opened<'_>,
    visitor: Visitor,
) -> Result<Option<(&'a ShopDomain, Fare<'a>)>, Problem> {
    // What names none is unreadable, as will be found.
    let Some(name) = opened.shop() else { return Ok(None) };
    let shop = &find(app, &name)?.settings.shop;
    let kind = if opened.is_withdrawal() { Kind::Withdrawal } else { Kind::Beacon };
    let fare = app.crowd.admit(shop, kind, visitor);
    let fare = fare.map_err(|TooOften| too_often(app, shop, visitor))?;
    if !app.crowd.has_share(shop, kind) {
        app.refusals.note(shop, Refused::Beacon(Refusal::Busy), visitor.now);
        return Err(Refusal::Busy.into());
    }
    Ok(Some((shop, fare)))
}

fn too_often(app: &App, shop: &ShopDomain, visitor: Visitor) -> Problem {
    app.refusals.note(shop, Refused::Beacon(Refusal::RateLimited), visitor.now);
    Refusal::RateLimited.into()
}

/// `text/plain` needs no preflight, which is why the browser uses it.
fn is_json_or_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    ["text/plain", "application/json"].iter().any(|known| kind.eq_ignore_ascii_case(known))
}

/// A beacon and who brought it.
struct Visit<'a> {
    app: &'a App,
    headers: &'a HeaderMap,
    peer: Option<Peer>,
    visitor: Visitor,
}

impl Visit<'_> {
    /// Its operator hears of what is refused.
    async fn beacon(&self, beacon: Beacon<Box<RawValue>>) -> Result<Accepted, Problem> {
        let shop = find(self.app, &beacon.shop)?;
        let note = |refusal| {
            let (domain, now) = (&shop.settings.shop, self.app.clock.now());
            self.app.refusals.note(domain, Refused::Beacon(refusal), now);
        };
        let taken = self.of_shop(shop, beacon).await;
        match &taken {
            Ok((_, refused)) => refused.iter().for_each(|(_, refusal)| note(*refusal)),
            Err(problem) => note(problem.refusal()),
        }
        let (accepted, refused) = taken?;
        let refused = refused.into_iter().map(|(event, _)| event).collect();
        Ok(Accepted { refused, ..accepted })
    }

    async fn of_shop(
        &self,
        shop: &Arc<Shop>,
        beacon: Beacon<Box<RawValue>>,
    ) -> Result<(Accepted, Vec<(RefusedEvent, Refusal)>), Problem> {
        let received_at = self.app.clock.now();
        // Withdrawals on record are looked at where nothing can come between: in the store's
        // transaction.
        let arrival = Arrival { received_at, sec_gpc: self.sec_gpc() };
        let admitted = admission::admit(&beacon, &shop.settings, arrival)?;
        let (events, refused) = self.sort(&beacon, shop, &admitted);
        admission::speaks_of_one(&beacon, &events)?;
        let (user, page) = if events.is_empty() {
            alone(&beacon, &refused)?;
            let receipt = admission::receipt(
                beacon.user.clone(),
                beacon.page.as_ref(),
                &shop.settings,
                &admitted,
            )?;
            (Some(self.with_user_agent(receipt.0)), receipt.1)
        } else {
            (None, None)
        };
        let arrived = Arrived {
            anchors: admission::anchors(&beacon, &events).into_iter().cloned().collect(),
            visitors: admission::visitors(&beacon, &events).into_iter().cloned().collect(),
            shop: shop.clone(),
            pixel: ShopPixel::of(&beacon.client),
            // As our own decision found it, not as the beacon words it.
            evidence: admitted.grant.evidence().clone(),
            checkout: beacon.checkout,
            cart: beacon.cart,
            events,
            user,
            page,
            ip: self.ip(),
            sent_at: admitted.sent_at,
            received_at,
        };
        let share = self.app.crowd.share(&shop.settings.shop, Kind::Beacon);
        let share = share.ok_or(Refusal::Busy)?;
        let taken =
            self.app.store.accept(arrived).await.map_err(|error| refuse(self.app, &error))?;
        drop(share);
        match taken {
            Taken::Withdrawn => Err(Refusal::Withdrawn.into()),
            Taken::Stored { accepted, duplicate } => {
                self.app.crowd.accepted(&shop.settings.shop, self.visitor);
                if let Some(bell) = self.app.bells.get(&shop.settings.shop) {
                    bell.ring(Ring::Due);
                }
                Ok((Accepted { accepted, duplicate, refused: Vec::new() }, refused))
            }
        }
    }

    /// One bad event refuses only itself.
    fn sort(
        &self,
        beacon: &Beacon<Box<RawValue>>,
        shop: &Shop,
        admitted: &Admitted,
    ) -> (Vec<WireEvent>, Vec<(RefusedEvent, Refusal)>) {
        let (mut events, mut refused) = (Vec::new(), Vec::new());
        for raw in &beacon.events {
            let decided = serde_json::from_str::<WireEvent>(raw.get())
                .map_err(|_| (None, message::event_id(raw), Refusal::BadEvent))
                .and_then(|event| {
                    let (name, id) = (event.name, event.event_id.clone());
                    admission::event(event, &shop.settings, admitted)
                        .map_err(|refusal| (Some(name), Some(id), refusal))
                });
            match decided {
                Ok(event) => {
                    events.push(WireEvent { user: self.with_user_agent(event.user), ..event });
                }
                Err((name, event_id, refusal)) => {
                    self.app.monitor.series.refused_event(shop, name, refusal);
                    let is_told = shop.settings.debug && name.is_none();
                    let field = is_told.then(|| message::unreadable_field(raw)).flatten();
                    let event = RefusedEvent { event_id, reason: refusal.reason(), field };
                    refused.push((event, refusal));
                }
            }
        }
        (events, refused)
    }

    /// The beacon's own user agent, else the request's. In the strict worker there is none to read.
    fn with_user_agent(&self, mut user: User) -> User {
        if user.user_agent.is_none() {
            let header = self.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
            let real = |text: &&str| !text.is_empty() && text.len() <= limits::USER_AGENT;
            user.user_agent = header.filter(real).map(Into::into);
        }
        user
    }

    /// Whatever stands there, several times or in a list, but a no signal at all: what is odd is an
    /// opt-out.
    fn sec_gpc(&self) -> bool {
        let lines = self.headers.get_all("sec-gpc").iter().map(HeaderValue::as_bytes);
        let mut elements = lines.flat_map(|line| line.split(|byte| *byte == b','));
        elements.any(|element| !matches!(element.trim_ascii(), b"" | b"0" | b"?0"))
    }

    fn ip(&self) -> Option<ClientIp> {
        let Peer(peer) = self.peer?;
        let Config { client_ip_header, trusted_proxies, .. } = &*self.app.config;
        client_ip(peer, self.headers, client_ip_header, trusted_proxies).map(ClientIp::from)
    }
}

/// A beacon without an accepted event is a receipt alone, or refused.
fn alone(
    beacon: &Beacon<Box<RawValue>>,
    refused: &[(RefusedEvent, Refusal)],
) -> Result<(), Problem> {
    if let Some((_, refusal)) = refused.first() {
        return Err(Problem::every_event(
            *refusal,
            refused.iter().map(|(event, _)| event.clone()).collect(),
        ));
    }
    // A receipt for nothing an order could name proves nothing.
    if beacon.checkout.is_none() && beacon.cart.is_none() {
        Err(Refusal::Unreadable.into())
    } else {
        Ok(())
    }
}

async fn withdraw(app: &App, message: WithdrawalMessage) -> Result<Withdrawn, Problem> {
    let WithdrawalMessage { sent_at, withdraw: said, .. } = message;
    let sent_at = sent_at.ok_or(Refusal::Unreadable)?;
    let shop = find(app, &message.shop)?.settings.shop.clone();
    let received_at = app.clock.now();
    let no = No { shop: shop.clone(), said, sent_at, received_at };
    let store = async {
        let _share = app.crowd.share(&shop, Kind::Withdrawal).ok_or(Refusal::Busy)?;
        app.store.withdraw(no).await.map_err(|error| refuse(app, &error))
    };
    let reached = store.await.inspect_err(|problem: &Problem| {
        app.refusals.note(&shop, Refused::Beacon(problem.refusal()), received_at);
    })?;
    app.crowd.tell_of_withdrawal(&shop, reached, received_at);
    Ok(Withdrawn { withdrawn: true })
}

fn find<'a>(app: &'a App, shop: &str) -> Result<&'a Arc<Shop>, Refusal> {
    let found = shop.parse().ok().and_then(|domain| app.config.shop(&domain));
    found.ok_or_else(|| {
        app.refusals.stranger(app.clock.now());
        Refusal::UnknownShop
    })
}

/// Whatever keeps the store from writing, the browser's answer is the same: not stored, come again.
fn refuse(app: &App, error: &StoreError) -> Problem {
    // A flood is told as a refusal.
    if !matches!(error, StoreError::Busy) {
        app.refusals.failed(Failed::Beacon, error, app.clock.now());
    }
    Refusal::Busy.into()
}
