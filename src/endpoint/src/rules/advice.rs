//! What each way means, and what to do: for `assent why`, `assent tail`, and whatever else tells a
//! person where an order is. One table, so that all of them say the same.
//!
//! Only the end of a consent is known here, never why it ended: a device also forgets one by itself.

use serde::Serialize;

use super::debt::End;
use super::way::Way;

/// Sentences for a person. `way` is [`Way::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Advice {
    pub way: &'static str,
    /// A few words, for a line or a cell.
    #[serde(skip)]
    pub short: &'static str,
    pub means: &'static str,
    #[serde(rename = "do")]
    pub to_do: &'static str,
}

impl Way {
    pub fn advice(self) -> Advice {
        let (short, means, to_do) = sentences(self);
        Advice { way: self.name(), short, means, to_do }
    }
}

type Sentences = (&'static str, &'static str, &'static str);

fn sentences(way: Way) -> Sentences {
    match way {
        Way::OnItsWay => (
            "on its way",
            "It goes out within seconds.",
            "Ask again in a minute. If it still waits then: does `assent serve` run?",
        ),
        Way::WaitsForOrder => (
            "waits for its order",
            "A Purchase waits for Shopify's word that the order is real, `hold_seconds` at most.",
            "Ask again in five minutes. If orders never come: `assent webhooks` says what to \
             register in Shopify, `assent report` whether webhooks are refused.",
        ),
        Way::WaitsForPayment => (
            "waits for its payment",
            "The order is not paid yet, and the shop reports paid ones only.",
            "Nothing: Shopify tells of the payment. If it is paid already, is the webhook \
             orders/paid registered? (`assent webhooks`.) `confirm_on = \"created\"` reports unpaid \
             orders too.",
        ),
        Way::WaitsUnconfirmed => (
            "waits: no order has confirmed it",
            "No order has confirmed it within `hold_seconds`, and with `unconfirmed = \"drop\"` \
             nothing is sent without one. An order that still comes sends it.",
            "Look in Shopify whether there is such an order. If there is: are its webhooks \
             registered (`assent webhooks`) and accepted (`assent report`)?",
        ),
        Way::Retried => (
            "tried again",
            "The last attempt failed, and it will be tried again under the same id. No copy is \
             counted twice.",
            "Nothing, if it was TikTok's own failure. If it lasts: does this machine reach \
             business-api.tiktok.com?",
        ),
        Way::TokenRefused => (
            "waits: TikTok refuses the access token",
            "TikTok says that the shop's access token is wrong, expired or revoked. Nothing of the \
             shop goes out.",
            "In TikTok's Events Manager open the pixel's Settings, generate an access token, put it \
             where `access_token_env` or `access_token_file` points, and restart. Nothing is lost \
             yet: what waits goes out then.",
        ),
        Way::PixelRefused => (
            "waits: TikTok refuses the pixel",
            "TikTok says that the token may not operate this pixel, or that there is none of this \
             code, or that another setting of the shop is wrong.",
            "Compare `pixel_code` (and `test_event_code`, if there is one) with TikTok's Events \
             Manager; the token must be of the same account. Then restart. Nothing is lost yet: \
             what waits goes out then.",
        ),
        Way::ScopeMissing => (
            "waits: the token's app lacks a permission",
            "TikTok knows the token, and its app may not send events.",
            "Generate a new token in the pixel's own Settings in TikTok's Events Manager: that one \
             may. Then restart. Nothing is lost yet: what waits goes out then.",
        ),
        Way::TokenUnusable => (
            "waits: there is no usable access token",
            "The shop's access token cannot be read, or has characters that no token has.",
            "Look at the variable or file that `access_token_env` or `access_token_file` names, and \
             restart. Nothing is lost yet: what waits goes out then.",
        ),
        Way::AddressWrong => (
            "waits: something else than TikTok answers",
            "What answered at `api_base` is not TikTok's Events API.",
            "Is `[tiktok] api_base` right, or does a proxy or firewall of yours stand between? \
             Nothing is lost yet: what waits goes out once that is repaired.",
        ),
        Way::Stopped => (
            "waits: Shopify demanded the shop's erasure",
            "Shopify demanded that everything of this shop be erased, because its owner removed the \
             app. Nothing is sent any more.",
            "If the shop is to go on: `assent resume --shop DOMAIN`.",
        ),
        Way::Delivered => (
            End::Delivered.name(),
            "TikTok has the server's copy.",
            "Nothing. It counts once, whichever copy TikTok got first; Events Manager may show it \
             some minutes later.",
        ),
        Way::DeliveredAsTest => (
            "delivered as a test",
            "It was sent as a test: TikTok shows it under Test Events and never counts it.",
            "To report real orders start `assent serve` without `--test-events`. A test stays one.",
        ),
        Way::Expired => (
            "too old",
            "It could not be sent in time: a copy sent now could be counted twice, or no longer be \
             counted.",
            "It is lost. For two days TikTok could not be reached or refused this shop, this endpoint was \
             down, or a clock is wrong: the lines above, `assent report` and `assent check` say which, \
             and whether it lasts.",
        ),
        Way::CameTooLate => (
            "came too late",
            "It came later than TikTok could tell it from a copy (47 hours, where the browser may \
             have fired it), so it was not sent.",
            "Nothing for a single one: a browser was offline, or Shopify told late. If there are \
             many: was this endpoint down, or is a clock wrong?",
        ),
        Way::TestWithoutCode => (
            "waits: a test without a test_event_code",
            "It was accepted as a test and goes out only as one, and the shop has no \
             `test_event_code` any more.",
            "Set `test_event_code` again and restart, or let it expire: tests never count.",
        ),
        Way::RefusedByTiktok => (
            "TikTok refused it",
            "TikTok refused what the event says; the same event would always be refused. Nothing \
             else of the shop is held up.",
            "If there are several: please report it as a bug of Assent, with TikTok's code and \
             request in the lines above.",
        ),
        Way::Withdrawn => (
            "consent ended",
            "The shopper's consent ended before it was sent, so everything personal was erased.",
            "Nothing: this is what must happen. A later yes counts again.",
        ),
        Way::GrantsNoLonger => (
            "consent does not meet the settings",
            "What was stored as consent no longer grants under the shop's present settings, so it \
             was not sent.",
            "Were `cmp` or `categories` changed? Then print the snippet and paste it again; what \
             comes from now on is read by the new settings.",
        ),
        Way::Erased => (
            "its customer was erased",
            "Its customer was erased, by `assent forget` or a demand of Shopify's, so nothing of it \
             is sent.",
            "Nothing: this is what was asked for.",
        ),
        Way::ErasedByRestore => (
            "not sent after a restore",
            "It still waited in the backup from which the store was restored. It may have been sent \
             since, so it is not sent again.",
            "Nothing can be done for it. What came after the restore is not concerned.",
        ),
        Way::ErasedUnreadable => (
            "the store's copy was damaged",
            "The store's copy of it could not be read, so it was erased.",
            "Run `assent store check`, and look at the disk. docs/backup.md says how to go on.",
        ),
        Way::Unconfirmed => (
            "no order confirmed it",
            "No order confirmed this Purchase, and with `unconfirmed = \"drop\"` nothing is sent \
             without one.",
            "Look in Shopify whether there is such an order. If there is: are its webhooks \
             registered (`assent webhooks`) and accepted (`assent report`)? `unconfirmed = \"send\"` \
             sends without them.",
        ),
        Way::Cancelled => (
            "the order was cancelled",
            "The order was cancelled before its Purchase went out, so none was reported.",
            "Nothing: a cancelled order is no purchase.",
        ),
        Way::NoCheckout => (
            "no checkout made it",
            "No checkout made this order (an import, an app or the admin did), or the browser told \
             of none, so nothing joins the order to a shopper's consent.",
            "Nothing. Only what is bought in the shop's own checkout can be reported.",
        ),
        Way::NoConsent => (
            "no consent on record",
            "No consent is on record for its checkout or cart. The shopper never decided, decided \
             against it, had scripts blocked, or paid where no pixel runs; nobody can know which, \
             for without consent nothing leaves the browser.",
            "Nothing for a single order: it must not be reported. If no order has consent: is the \
             snippet pasted, connected and set to Permission \"Not required\", and is `cmp` the tool \
             that this shop uses? (README, steps 2 to 4.)",
        ),
        Way::ConsentEnded => (
            "consent ended",
            "Consent was on record for its checkout or cart, and ended before the order came.",
            "Nothing: this is what must happen. A later yes counts again.",
        ),
        Way::NoConsentBySettings => (
            "consent does not meet the settings",
            "What is on record for its checkout or cart does not grant under the shop's present \
             settings.",
            "Were `cmp` or `categories` changed? Then print the snippet and paste it again; what \
             comes from now on is read by the new settings.",
        ),
        Way::TooManyConsents => (
            "too many consents to look through",
            "So many consents are on record for its checkout or cart that one of them, unread, may \
             be a no.",
            "Does a consent tool write a new record on every page? Please report it, with the \
             tool's name.",
        ),
        Way::NoContext => (
            "nothing left by the browser",
            "Consent is on record, and what the browser had left under it is gone: it lives 48 \
             hours, and goes with the Purchase. Shopify's order alone is not enough to report.",
            "Nothing for a single order: the shopper paid late. If the browser's own Purchase still \
             comes, it is sent. If there are many: does the snippet run in the checkout? (`assent \
             report` says which pixels send.)",
        ),
        Way::KindNotReported => (
            "of a kind that is not reported",
            "It is a test order, or one of a point of sale, a draft or a renewal, which this shop \
             does not report.",
            "If it is to be reported: `report = { test, pos, draft, renewals }` in \
             [shops.purchase].",
        ),
        Way::ServerLegOff => (
            "the server sends no Purchase here",
            "The shop's settings send Purchase by the browser only, or not at all.",
            "If the server is to send it: `Purchase = [\"browser\", \"server\"]` in [shops.events], \
             then print the snippet and paste it again.",
        ),
        Way::OrderUnreadable => (
            "Shopify's webhook cannot be read",
            "Shopify told of the order, and nothing but its number can be read of that.",
            "Please report it as a bug of Assent: the log names what could not be read.",
        ),
        Way::NeverArrived => (
            "nothing is known of it",
            "It never arrived here, it is of another shop, or it is older than 7 days. Without \
             consent nothing arrives of a shopper.",
            "If it is an order: does Shopify tell this endpoint of orders? `assent webhooks` says \
             what to register, `assent report` what came and what was refused.",
        ),
        Way::UnknownEnd => (
            "a newer release ended it",
            "It ended in a way that only another release of Assent knows.",
            "Ask with that release.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_way_has_a_name_and_sentences_of_its_own() {
        let names: BTreeSet<_> = Way::ALL.iter().map(|way| way.name()).collect();
        let meanings: BTreeSet<_> = Way::ALL.iter().map(|way| way.advice().means).collect();
        assert_eq!((names.len(), meanings.len()), (Way::ALL.len(), Way::ALL.len()));
    }

    /// All that is known is that a consent ended, or that none is here.
    #[test]
    fn no_sentence_says_that_a_shopper_said_no() {
        for way in Way::ALL {
            let Advice { short, means, to_do, .. } = way.advice();
            for text in [short, means, to_do] {
                assert!(!text.is_empty());
                for word in ["said no", "declined", "rejected", "withdrew"] {
                    assert!(!text.contains(word), "{way:?}: {text}");
                }
            }
        }
    }

    #[test]
    fn sentences_end_as_sentences_and_short_words_do_not() {
        for way in Way::ALL {
            let Advice { short, means, to_do, .. } = way.advice();
            let is_whole =
                |text: &str| text.ends_with('.') || text.ends_with('?') || text.ends_with(')');
            assert!(is_whole(means) && is_whole(to_do) && !short.ends_with('.'), "{way:?}");
            assert!(short.len() <= 48, "{short}");
        }
    }
}
