//! What stands around every page: where one is, which shop is looked at, and what must not be overlooked.

use assent_gate::time::Timestamp;
use form_urlencoded::Serializer;
use maud::{DOCTYPE, Markup, html};

use super::assets::address;
use super::words::{self, ago, count};
use crate::rules::sentences::cause_of_pause;
use crate::zone::Zone;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    Home,
    Orders,
    Live,
    Consent,
    Setup,
    Shops,
}

impl Page {
    const ALL: [Self; 6] =
        [Self::Home, Self::Orders, Self::Live, Self::Consent, Self::Setup, Self::Shops];

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Home => "/admin",
            Self::Orders => "/admin/orders",
            Self::Live => "/admin/live",
            Self::Consent => "/admin/consent",
            Self::Setup => "/admin/setup",
            Self::Shops => "/admin/shops",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Orders => "Orders",
            Self::Live => "Live",
            Self::Consent => "Consent",
            Self::Setup => "Setup",
            Self::Shops => "Shops",
        }
    }
}

/// What must not be overlooked on any page.
#[derive(Debug, Clone)]
pub(crate) enum Band {
    /// These shops of so many send test events.
    Test {
        shops: Vec<String>,
        of: usize,
    },
    Paused {
        shop: String,
        why: String,
        waiting: i64,
        first_lost: Option<Timestamp>,
    },
    /// So many others are paused too.
    MorePaused(usize),
    /// The store cannot be read: nothing that is said below is certain.
    Unreadable,
}

/// What every page shares.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) now: Timestamp,
    /// Those of `assent.toml`, in its order.
    pub(crate) shops: Vec<String>,
    /// The one that is looked at. `None`: all.
    pub(crate) shop: Option<String>,
    pub(crate) bands: Vec<Band>,
    /// In which times and days are told: the shops' own, UTC where they differ.
    pub(crate) zone: Zone,
    /// What a form of this session has to bring along.
    pub(crate) form_token: String,
}

impl Frame {
    /// The shop that is looked at, or all.
    pub(crate) fn looked_at(&self) -> Vec<String> {
        self.shop.clone().map_or_else(|| self.shops.clone(), |shop| vec![shop])
    }

    /// A link that stays with the shop that is looked at.
    pub(crate) fn link(&self, path: &str, with: &[(&str, &str)]) -> String {
        let shop = self.shop.as_deref().map(|shop| ("shop", shop));
        let pairs: Vec<_> = shop.into_iter().chain(with.iter().copied()).collect();
        if pairs.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{}", Serializer::new(String::new()).extend_pairs(pairs).finish())
    }

    /// Where an event's or an order's story stands.
    pub(crate) fn story(&self, of: &str) -> String {
        self.link("/admin/story", &[("of", of)])
    }

    /// A moment, and how long ago it is.
    pub(super) fn when(&self, at: i64) -> Markup {
        words::when(&self.zone, self.now, at)
    }

    /// A moment to the second.
    pub(super) fn exactly(&self, at: i64) -> Markup {
        words::exactly(&self.zone, at)
    }

    /// Whether rows have to say of which shop they are.
    pub(super) fn names_shops(&self) -> bool {
        self.shops.len() > 1 && self.shop.is_none()
    }

    pub(super) fn page(&self, page: Page, title: &str, body: &Markup) -> Markup {
        self.page_with(page, title, &[], body)
    }

    /// `modules` are names of assets.
    pub(super) fn page_with(
        &self,
        page: Page,
        title: &str,
        modules: &[&str],
        body: &Markup,
    ) -> Markup {
        html! {
            (head(title, modules))
            body {
                a.skip href="#main" { "To the content" }
                header.top {
                    a.brand href=(self.link("/admin", &[])) { "Assent" }
                    (self.nav(page))
                    (self.which_shop(page))
                    form.leave method="post" action="/admin/logout" {
                        input type="hidden" name="form_token" value=(self.form_token);
                        button.quiet { "Sign out" }
                    }
                }
                @for band in &self.bands { (self.band(band)) }
                main #main tabindex="-1" {
                    h1 { (title) }
                    (body)
                }
                footer {
                    p {
                        "As of " (self.exactly(self.now.0)) ". Times are of " (self.zone) ". Nothing on these pages names a shopper."
                    }
                }
            }
        }
    }

    fn nav(&self, current: Page) -> Markup {
        let is_shown = |page: &Page| *page != Page::Shops || self.shops.len() > 1;
        html! {
            nav aria-label="Pages" {
                ul {
                    @for page in Page::ALL.iter().filter(|page| is_shown(page)) {
                        li {
                            a href=(self.link(page.path(), &[])) aria-current=[(*page == current).then_some("page")] {
                                (page.name())
                            }
                        }
                    }
                }
            }
        }
    }

    /// Works without JavaScript: a form with a button.
    fn which_shop(&self, page: Page) -> Markup {
        html! {
            @if let [only] = self.shops.as_slice() {
                p.shop { (only) }
            } @else {
                form.shop method="get" action=(page.path()) {
                    label for="shop" { "Shop" }
                    select #shop name="shop" {
                        option value="" { "all shops" }
                        @for shop in &self.shops {
                            option value=(shop) selected[self.shop.as_ref() == Some(shop)] { (shop) }
                        }
                    }
                    button.quiet { "Show" }
                }
            }
        }
    }

    fn band(&self, band: &Band) -> Markup {
        match band {
            Band::Test { shops, of } => html! {
                div.band.test role="note" {
                    strong { "⚠ Test mode." } " "
                    @if shops.len() == *of { "What arrives" } @else { "What arrives for " (shops.join(", ")) }
                    " is shown in Events Manager under Test events and never counts. Start "
                    code { "assent serve" } " without " code { "--test-events" } " to go live."
                }
            },
            Band::Paused { shop, why, waiting, first_lost } => html! {
                div.band.paused role="note" {
                    strong { "✗ " (shop) " is paused." } " " (capitalised(cause_of_pause(why))) ". "
                    (count(*waiting, "event waits", "events wait"))
                    @if let Some(at) = first_lost {
                        "; the first is lost " (ago(self.now, at.0)) " (" (self.exactly(at.0)) ")"
                    }
                    ". Everything is kept and tried again by itself."
                }
            },
            Band::MorePaused(n) => html! {
                div.band.paused role="note" {
                    strong { "✗ " (n) " more shops are paused." } " "
                    a href=(Page::Shops.path()) { "Shops" } " says which."
                }
            },
            Band::Unreadable => html! {
                div.band.paused role="note" {
                    strong { "✗ The store cannot be read." }
                    " Whether a shop is paused is not known now; the endpoint's log says why."
                }
            },
        }
    }
}

pub(super) fn head(title: &str, modules: &[&str]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en";
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " · Assent" }
            link rel="stylesheet" href=(address("dashboard.css"));
            link rel="icon" type="image/svg+xml" href=(address("icon.svg"));
            @for module in modules { script type="module" src=(address(module)) {} }
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
