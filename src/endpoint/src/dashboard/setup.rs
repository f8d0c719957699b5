//! Setup: what is to be pasted and registered, and whether the shop runs what this binary prints.

use maud::{Markup, html};

use super::frame::{Frame, Page};
use super::words::{Tone, told};
use crate::check::{Group, Light, Line};
use crate::registrations::Registrations;

/// One shop's.
pub(crate) struct ShopSetup {
    pub(crate) shop: String,
    /// `Err`: why there is nothing to paste.
    pub(crate) snippet: Result<String, String>,
    pub(crate) webhooks: Registrations,
    /// Whether the endpoint knows the secret that Shopify signs them with.
    pub(crate) has_secret: bool,
    pub(crate) pixel: Pasted,
}

/// The custom pixel that reports from the shop, against the one that is printed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pasted {
    NotSeen,
    AsPrinted { last_seen: i64 },
    Stale { last_seen: i64 },
}

pub(crate) fn page(frame: &Frame, lines: &[Line], shops: &[ShopSetup]) -> Markup {
    let body = html! {
        section aria-labelledby="check" {
            h2 #check { "Does it work?" }
            (checked(frame, lines))
            p.soft {
                "These come from what has arrived. " code { "assent check" }
                " also asks TikTok and looks at the endpoint from outside."
            }
        }
        @for shop in shops { (setup(frame, shop)) }
    };
    frame.page_with(Page::Setup, "Setup", &["copy.js"], &body)
}

fn checked(frame: &Frame, lines: &[Line]) -> Markup {
    let of = |group: Group| lines.iter().filter(move |line| line.group == group);
    html! {
        @for group in Group::ALL.into_iter().filter(|group| of(*group).next().is_some()) {
            h3 { (group.title()) }
            ul.checks {
                @for line in of(group) {
                    li {
                        (light(line.light)) " " strong { (line.name) } " "
                        @if let Some(shop) = line.shop.as_deref().filter(|_| frame.names_shops()) { (shop) ": " }
                        (line.words)
                        @if let Some(advice) = &line.advice { br; span.soft { "→ " (advice) } }
                    }
                }
            }
        }
    }
}

fn light(light: Light) -> Markup {
    let tone = match light {
        Light::Green => Tone::Good,
        Light::Amber => Tone::Waits,
        Light::Red => Tone::Bad,
        Light::Unknown => Tone::Calm,
    };
    told(tone, light.word())
}

fn setup(frame: &Frame, shop: &ShopSetup) -> Markup {
    let id = format!("shop-{}", shop.shop.trim_end_matches(".myshopify.com"));
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (shop.shop) }
            h3 { "1 · The pixel" }
            (pasted(frame, shop.pixel))
            p {
                "In Shopify: Settings → Customer events → Add custom pixel. Delete the sample code, paste this, choose "
                strong { "Permission: Not required" } " (and " strong { "Data sale: qualifies as data sale" }
                ", if you sell to the United States), save and connect."
            }
            @match &shop.snippet {
                Ok(text) => details {
                    summary { "The code to paste, " (text.len()) " bytes" }
                    textarea readonly spellcheck="false" aria-label=(format!("The code to paste for {}", shop.shop))
                        data-copy="Copy the code" { (text) }
                },
                Err(why) => p.complaint { (why) },
            }
            h3 { "2 · Order webhooks" }
            (webhooks(shop))
        }
    }
}

/// The alarm where the shop runs another text than the one that is printed here.
fn pasted(frame: &Frame, pixel: Pasted) -> Markup {
    html! {
        @match pixel {
            Pasted::NotSeen => p {
                (told(Tone::Waits, "not seen"))
                ": no custom pixel of this shop has sent anything in the last 7 days."
            },
            Pasted::AsPrinted { last_seen } => p {
                (told(Tone::Good, "as printed here")) ", last seen " (frame.when(last_seen)) "."
            },
            Pasted::Stale { last_seen } => p.complaint {
                (told(Tone::Bad, "an old one runs in the shop")) ", last seen " (frame.when(last_seen))
                ": its version or its settings are not those of assent.toml. Copy the code below and paste it over the \
                 old one."
            },
        }
    }
}

fn webhooks(shop: &ShopSetup) -> Markup {
    let Registrations { address, api_version, format, .. } = &shop.webhooks;
    html! {
        p {
            @if shop.has_secret {
                (told(Tone::Good, "the secret is known")) "."
            } @else {
                (told(Tone::Waits, "no secret is named"))
                ": orders are not heard. Register them, put the secret into an environment variable and name it in "
                code { "webhook_secret_envs" } "."
            }
        }
        p {
            "In Shopify: Settings → Notifications → Webhooks → Create webhook, once for each event, with format "
            (format) ", API version " (api_version) " and this URL:"
        }
        pre data-copy="Copy the URL" { (address) }
        ul {
            @for (event, topic) in Registrations::events() { li { (event) " " code { (topic) } } }
        }
    }
}
