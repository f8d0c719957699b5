//! Every sentence a person is told about an event or an order: by `assent why`, in its story, and
//! as the reason of its end. They are stored as they stand here, so nothing personal and nothing of
//! TikTok's own text may be in one.

use super::answer::{Answer, fault_of_shop, is_a_wait, meaning};
use super::order::{Mark, Topic};

// What a new event owes at first.
pub const AT_ONCE: &str = "to be sent at once";
pub const WAITS_FOR_ORDER: &str = "waits for its order";
pub const ORDER_CAME_BEFORE: &str = "its order came before it";
pub const TOO_OLD: &str = "older than TikTok can still tell from a copy";
pub const NO_CHECKOUT: &str = "a Purchase without a checkout cannot be confirmed by an order";

/// An event's first line.
pub fn accepted(from: &str, reason: &str) -> String {
    format!("accepted from {from}: {reason}")
}

// The same event, told of again.
pub const ACCEPTED_AGAIN: &str = "accepted again: a later grant";
pub const FIRED_AFTER_ALL: &str = "seen again: the browser has fired it";
pub const BROWSER_AFTER_ORDER: &str = "the browser told of it after its order";

pub fn seen_again(from: &str) -> String {
    format!("seen again: from {from}")
}

// On its way.
pub const UNDER_WAY: &str = "on its way to TikTok";
pub const HOLD_IS_OVER: &str = "its order did not come within hold_seconds";
pub const PARKED: &str = "unconfirmed";
pub const STOPPED: &str =
    "the endpoint stopped during a send; it will be sent again under the same id";
pub const BROKEN_OFF: &str =
    "a send broke off inside the endpoint; it will be sent again under the same id";

// Ends without TikTok.
pub const EXPIRED: &str =
    "a copy sent now could be counted twice, or no longer be counted; it was not sent";
pub const UNCONFIRMED: &str = "no order confirmed this Purchase";
pub const UNREADABLE: &str =
    "the store's copy of it can no longer be read; everything personal was erased";
pub const WITHDRAWN: &str = "the shopper withdrew consent; everything personal was erased";
pub const WITHDRAWN_UNDER_WAY: &str =
    "the shopper withdrew consent while it was on its way to TikTok";
pub const GRANTS_NO_LONGER: &str =
    "its evidence does not grant under the shop's present settings; everything personal was erased";
pub const ERASED: &str = "a customer's erasure was asked for; everything personal was erased";
pub const ERASED_UNDER_WAY: &str = "a customer's erasure was asked for while it was on its way to \
    TikTok, which may have got that copy; no other is sent, and everything personal was erased";
pub const DEMANDED: &str =
    "a privacy demand of Shopify's names its customer; everything personal was erased";
pub const RESTORED: &str = "the store was restored from a backup in which it still waited: it may have \
    been sent since, and a withdrawal that came after the backup may be missing, so it was not sent; \
    everything personal was erased";
pub const LINKS_CUT: &str = "a customer's erasure cut its links";

// An order and its Purchase.
pub const NOT_REPORTED: &str = "a test order, or one of a point of sale, a draft or a renewal: \
    `report` in [shops.purchase] does not name its kind";
pub const CANCELLED: &str = "its order was cancelled before the Purchase went out";
pub const CANCELS: &str =
    "the order is cancelled, and with it its Purchase, if that has not gone out";
pub const UNPAID: &str = "waits until it is paid, as confirm_on = \"paid\" says";
pub const CONFIRMED: &str = "its order confirmed it";
pub const RECOVERED: &str =
    "recovered: made from the order, and from what the browser had left under consent";

// An order without a Purchase.
pub const SERVER_LEG_OFF: &str = "the shop's events send no Purchase by the server";
pub const NO_CHECKOUT_MADE_IT: &str =
    "no checkout made this order, so no browser can have told of it";
pub const NO_CONSENT: &str = "no consent is on record for its checkout or cart: the shopper \
    declined, never decided, had scripts blocked, or paid where no pixel runs. Without consent \
    nothing leaves the browser, so nobody can know which; nothing was sent";
pub const CONSENT_NO_LONGER: &str = "consent is on record, but does not grant under the shop's \
    present settings (`cmp`, `categories`); nothing was sent";
pub const TOO_MANY_RECEIPTS: &str = "more consents are on record for its checkout or cart than can \
    be looked through, so that one of them may be a no; nothing was sent";
pub const CONSENT_WITHDRAWN: &str =
    "consent was on record for its checkout or cart and was withdrawn; nothing was sent";
pub const NO_CONTEXT: &str = "consent is on record, but not what the browser had left (it lives 48 \
    hours, and goes with the Purchase); if the Purchase still comes, this order confirms it";

/// A line of the order's own story.
pub fn order_told(topic: Topic) -> String {
    format!("Shopify told of the order: {}", topic.name())
}

/// Whether a line is of [`order_told`] or [`its_order_told`].
pub fn tells_of_an_order(line: &str) -> bool {
    line.starts_with("Shopify told of ")
}

/// Whether these are lines of the order's and of its Purchase's story about the same.
pub fn are_of_one_webhook(one: &str, other: &str) -> bool {
    let topic =
        |line: &str| Some(line.strip_prefix("Shopify told of ")?.split_once(": ")?.1.to_owned());
    topic(one).is_some_and(|topic_of_one| Some(topic_of_one) == topic(other))
}

/// What was lost of it: the names of fields, as the webhook has them.
pub fn lost_of_order(fields: &str) -> String {
    format!("of what Shopify told could not be read, and is left out: {fields}")
}

pub fn unread(topic: Topic) -> String {
    format!(
        "Shopify told of the order ({}), but what it sent cannot be read: nothing is known of it \
         but its number. Please report this as a bug of Assent",
        topic.name()
    )
}

/// Whether a reason is of [`unread`].
pub fn is_unread(reason: &str) -> bool {
    tells_of_an_order(reason) && reason.contains("cannot be read")
}

/// A line of its Purchase's story.
pub fn its_order_told(topic: Topic) -> String {
    format!("Shopify told of its order: {}", topic.name())
}

/// Why a Purchase got this mark.
pub fn marked(mark: Mark) -> &'static str {
    match mark {
        Mark::Recovered => "made from the order and from what the browser had left before",
        Mark::Confirmed => "its order bears it out",
        Mark::ConfirmedLate => "its order came after it had been sent unconfirmed",
        Mark::ValueDiffers => {
            "the browser told another value than the order has; TikTok counts the copy that it \
             got first"
        }
        Mark::SentUnconfirmed => "sent without an order",
        Mark::Test => "a test",
        Mark::ConsentEnded => "consent was on record, and ended",
    }
}

/// What TikTok's answer was. Our words, never TikTok's.
pub fn answered(answer: Answer) -> String {
    match answer {
        Answer::Accepted { code } => format!("TikTok accepted it (code {code})"),
        Answer::Partial { code } => {
            format!("TikTok accepted it, or a part of what was sent with it (code {code})")
        }
        Answer::Duplicate { code } => format!("TikTok already has it (code {code})"),
        Answer::Refused { code } => {
            format!("TikTok refused it (code {code}: {})", meaning(code))
        }
        Answer::TooMany { code: Some(code) } => {
            format!("TikTok refused the request as too large (code {code})")
        }
        Answer::TooMany { code: None } => {
            "TikTok refused the request as too large (HTTP 413)".to_owned()
        }
        Answer::Misconfigured { code: Some(code), .. } => {
            format!(
                "TikTok refused the shop's token or pixel (code {code}: {})",
                fault_of_shop(code)
            )
        }
        Answer::Misconfigured { code: None, status: 0 } => {
            "the shop's access token cannot be read, or cannot be a header; nothing was sent"
                .to_owned()
        }
        Answer::Misconfigured { code: None, status } => format!(
            "`api_base` answered HTTP {status} and nothing TikTok would say; is the address right?"
        ),
        Answer::Throttled { code, .. } => format!("TikTok asked to slow down (code {code})"),
        Answer::Failed { code } => format!("TikTok failed (code {code}: {})", meaning(code)),
        Answer::Unreadable { status: 0, .. } => "no answer came in time".to_owned(),
        Answer::Unreadable { status, .. } if is_a_wait(status) => {
            format!("TikTok, or what stands before it, asked to come again later (HTTP {status})")
        }
        Answer::Unreadable { status, .. } => {
            format!("TikTok's answer could not be read (HTTP {status})")
        }
        Answer::Unreached => "TikTok could not be reached".to_owned(),
    }
}

/// The code that a sentence of [`answered`] names.
pub(super) fn code_of(said: &str) -> Option<i64> {
    let (_, rest) = said.split_once("(code ")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The answer with TikTok's own name for the request, by which one can ask TikTok about it.
pub fn answered_as(answer: Answer, request_id: Option<&str>) -> String {
    match request_id {
        Some(request) => format!("{}, request {request}", answered(answer)),
        None => answered(answer),
    }
}

pub fn next_attempt(said: &str, seconds: i64) -> String {
    format!("{said}; the next attempt is in {seconds} s")
}

pub fn expired_after(said: &str) -> String {
    format!("{said}; {EXPIRED}")
}

/// Why nothing of a shop is sent any more.
pub const STOPPED_BY_DEMAND: &str = "Shopify demanded that everything of this shop be erased \
    (shop/redact: its owner removed the app); nothing is sent until you say `assent resume --shop`";

const PAUSED: &str = "the shop's sends are paused: ";

/// Why a shop's queue, or everybody's, waits.
pub fn waits(answer: Answer) -> String {
    format!(
        "{}; everything waits meanwhile, and one event at a time finds out whether TikTok takes \
         events again",
        answered(answer)
    )
}

/// Why a shop's whole queue stands still.
pub fn paused(answer: Answer) -> String {
    format!("{PAUSED}{}", answered(answer))
}

/// Whether this is of [`paused`].
pub(super) fn is_paused(why: &str) -> bool {
    why.starts_with(PAUSED)
}

/// The same where it is said already that they are.
pub fn cause_of_pause(why: &str) -> &str {
    why.strip_prefix(PAUSED).unwrap_or(why)
}
