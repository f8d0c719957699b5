//! A shopper with at most two tabs, and what can happen next.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::cmp::OneTrust;
use super::super::world::{NO, Tab, World, YES, at_checkout, event};
use super::endpoint::Endpoint;
use super::judge::Entry;
use super::oracle::{Shop, Truth, Word};
use crate::session::EndpointAnswer;
use crate::time::{HOUR, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// A page (or its reload), and what Shopify says at its start.
    Opens(Option<bool>),
    OpensWithGpc,
    /// The bridge does not know yet, as on most pages.
    OpensWithBridge,
    /// The other tab comes to the front; it is opened if there is none.
    OtherTab,
    Hears(Kind),
    Signal(Option<bool>),
    Record(OneTrust),
    Publishes(Option<bool>),
    Accepted,
    Lost,
    Woken,
    /// The time has come for the look that the page has asked for. (The first of a row is had at
    /// once.)
    Looked,
    /// An event waits for the device to be read, while Shopify tells of a no and then of a yes.
    Interrupted(Kind),
    /// The device's clock is set by so many seconds.
    Clock(i64),
    /// The shopper deletes the marker cookie.
    Deleted,
}

pub(super) fn steps(shop: Shop) -> Vec<Step> {
    use Step::{
        Accepted, Clock, Deleted, Hears, Interrupted, Looked, Lost, Opens, OpensWithBridge,
        OpensWithGpc, OtherTab, Publishes, Signal, Woken,
    };
    let mut steps = vec![Opens(YES), Opens(NO), OpensWithGpc, OtherTab];
    steps.extend([Kind::View, Kind::Cart, Kind::Purchase].map(Hears));
    steps.extend([YES, NO, None].map(Signal));
    steps.extend(shop.records.iter().map(|record| Step::Record(*record)));
    if shop.bridge {
        steps.push(OpensWithBridge);
        steps.extend([YES, NO, None].map(Publishes));
    }
    steps.extend([Accepted, Looked, Interrupted(Kind::Cart)]);
    // What is sent again after the clock was set back is dated by the endpoint as if it were new.
    steps.extend(if shop.clocks { [Clock(-HOUR), Clock(HOUR)] } else { [Lost, Deleted] });
    steps.push(Woken);
    steps
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// In TikTok's pixel only.
    View,
    Cart,
    Purchase,
}

impl Kind {
    /// TikTok's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::View => "Pageview",
            Self::Cart => "AddToCart",
            Self::Purchase => "Purchase",
        }
    }

    /// The same event each time: heard again it is a replay.
    fn event(self) -> Value {
        match self {
            Self::View => event("page_viewed", "sh-view"),
            Self::Cart => event("product_added_to_cart", "sh-cart"),
            Self::Purchase => at_checkout("checkout_completed", "token"),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) tab: Tab,
    pub(super) gpc: bool,
    pub(super) shopify: Option<bool>,
    pub(super) answered: bool,
    pub(super) published: Option<Option<bool>>,
    /// The marker of the grant that this page has acted upon.
    pub(super) marker: Option<String>,
    pub(super) ended: bool,
    /// The page has seen that once: it may count as fired what was fired before.
    pub(super) outlived: bool,
    /// TikTok's script was told to stop here.
    pub(super) revoked: bool,
    /// Shopify's banner was answered yes here, and nobody has said anything else since.
    pub(super) said_yes: bool,
    pub(super) is_hidden: bool,
    /// It has sent a Purchase under the grant that it acts upon.
    pub(super) told_purchase: bool,
    /// A look has seen a no, and nothing else has happened here since: whether there was anything
    /// that it ends.
    pub(super) seen_no: Option<bool>,
    /// A no was heard that has not been carried out yet, and a yes after it.
    pub(super) unended: bool,
    /// What was heard here so far, and of that, before a no.
    pub(super) heard: BTreeSet<Kind>,
    pub(super) past: BTreeSet<Kind>,
    /// Events that nobody has decided about.
    pub(super) held: Vec<Kind>,
    /// Hashed visitors this page told of.
    pub(super) told: BTreeSet<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Shopper {
    pub(super) shop: Shop,
    pub(super) world: World,
    pub(super) front: Option<Page>,
    pub(super) back: Option<Page>,
    pub(super) onetrust: OneTrust,
    pub(super) kept: bool,
    /// What was last said to Shopify's banner.
    pub(super) answer: Option<bool>,
    /// When it was answered yes since the last no of anybody.
    pub(super) yeses: BTreeSet<Timestamp>,
    pub(super) endpoint: Endpoint,
    /// Handed to TikTok's pixel since the last withdrawal: ids, and the page view.
    pub(super) fired: BTreeSet<String>,
    pub(super) viewed: bool,
    /// Reported under a grant that has not ended: not arrived yet, and arrived.
    pub(super) owed: BTreeSet<Kind>,
    pub(super) arrived: BTreeSet<Kind>,
    /// As `owed`, but from before the marker was deleted: it may leave or not.
    pub(super) orphans: BTreeSet<Kind>,
    /// Markers made so far.
    pub(super) grants: u128,
    pub(super) trail: Vec<Step>,
}

impl Shopper {
    pub(super) fn of(shop: Shop) -> Self {
        let mut world = World::new();
        world.settings["cmp"] = json!(shop.cmp);
        world.settings["undecided"] = json!(shop.undecided);
        world.settings["missing"] = json!(shop.missing);
        Self {
            shop,
            world,
            front: None,
            back: None,
            onetrust: OneTrust::Absent,
            kept: false,
            answer: NO,
            yeses: BTreeSet::new(),
            endpoint: Endpoint::default(),
            fired: BTreeSet::new(),
            viewed: false,
            owed: BTreeSet::new(),
            arrived: BTreeSet::new(),
            orphans: BTreeSet::new(),
            grants: 0,
            trail: Vec::new(),
        }
    }

    /// `None` where the step cannot happen.
    pub(super) fn after(&self, step: Step) -> Option<Self> {
        let mut next = self.clone();
        next.trail.push(step);
        next.take(step)?;
        Some(next)
    }

    pub(super) fn take(&mut self, step: Step) -> Option<()> {
        match step {
            Step::Opens(allowed) => self.opens(allowed, false, None),
            Step::OpensWithGpc => self.opens(YES, true, None),
            Step::OpensWithBridge => self.opens(YES, false, Some(None)),
            Step::OtherTab => {
                self.hides();
                std::mem::swap(&mut self.front, &mut self.back);
                if self.front.is_none() {
                    self.opens(self.answer, false, None);
                } else {
                    self.call(Entry::Shows, World::visible);
                }
            }
            Step::Hears(kind) => {
                self.call(Entry::Heard(kind), |world, tab| world.heard(tab, &kind.event()))?;
            }
            Step::Signal(allowed) => {
                let page = self.front.as_mut()?;
                (page.shopify, page.answered) = (allowed, true);
                self.answer = allowed.or(self.answer);
                self.banner_hears(allowed);
                self.call(Entry::Signal(Word::Shopify), |world, tab| {
                    world.signalled(tab, allowed)
                })?;
            }
            Step::Publishes(said) => {
                self.front.as_mut()?.published = Some(said);
                self.call(Entry::Signal(Word::Bridge), |world, tab| world.published(tab, said))?;
            }
            Step::Record(record) => {
                self.onetrust = record;
                record.on(&mut self.world.device);
            }
            Step::Accepted => {
                let (_, body) = self.front.as_ref()?.tab.under_way.first()?.clone();
                let answer = self.receives(&body);
                self.call(Entry::Later, |world, tab| world.answered(tab, answer))?;
            }
            Step::Lost => {
                self.front.as_ref()?.tab.under_way.first()?;
                self.call(Entry::Later, |world, tab| world.answered(tab, EndpointAnswer::Lost))?;
            }
            Step::Woken => self.call(Entry::Later, World::woken)?,
            Step::Looked => {
                self.front.as_ref()?.tab.look?;
                self.call(Entry::Look, World::glanced)?;
            }
            Step::Interrupted(kind) => self.interrupts(kind)?,
            Step::Clock(by) => self.world.now = self.world.now.plus(by),
            Step::Deleted => {
                self.world.device.cookies.remove("_assent")?;
                self.orphans.append(&mut self.owed);
                self.orphans.append(&mut self.arrived);
            }
        }
        self.glances();
        Some(())
    }

    /// The page in front goes to the background, or ends.
    fn hides(&mut self) {
        self.call(Entry::Hides, World::hidden);
    }

    /// What this leaves of the shopper's answers to Shopify's banner.
    pub(super) fn banner_hears(&mut self, said: Option<bool>) {
        if said == NO {
            self.yeses.clear();
        }
        if said == YES {
            self.yeses.insert(self.world.now);
        } else if let Some(other) = &mut self.back {
            other.said_yes = false; // the device keeps it no longer
        }
        if let Some(page) = &mut self.front {
            page.said_yes = said == YES;
        }
    }

    fn interrupts(&mut self, kind: Kind) -> Option<()> {
        let page = self.front.as_mut()?;
        let waiting = self.world.waits(&mut page.tab, &kind.event());
        for allowed in [NO, YES] {
            self.world.heed(&mut page.tab, allowed);
        }
        (page.shopify, page.answered, page.unended) = (YES, true, true);
        page.heard.insert(kind);
        page.past.clone_from(&page.heard);
        page.held.clear();
        self.answer = YES;
        self.banner_hears(NO);
        self.banner_hears(YES);
        self.call(Entry::Heard(kind), |world, tab| world.comes(tab, waiting))?;
        for _ in 0..2 {
            self.call(Entry::Signal(Word::Shopify), World::carry_out)?;
        }
        Some(())
    }

    fn opens(&mut self, allowed: Option<bool>, gpc: bool, published: Option<Option<bool>>) {
        self.hides();
        self.world.gpc = Some(gpc);
        self.front = Some(Page {
            tab: self.world.open(allowed),
            gpc,
            shopify: allowed,
            answered: false,
            published,
            marker: None,
            ended: false,
            outlived: false,
            revoked: false,
            said_yes: false,
            is_hidden: false,
            told_purchase: false,
            seen_no: None,
            unended: false,
            heard: BTreeSet::new(),
            past: BTreeSet::new(),
            held: Vec::new(),
            told: BTreeSet::new(),
        });
        if let Some(said) = published {
            // In the shell's order: what comes while it subscribes is carried out before the page
            // begins.
            self.call(Entry::Signal(Word::Bridge), |world, tab| world.published(tab, said));
        }
        self.call(Entry::Begin, World::begin);
    }

    /// Both tabs have the looks at the device that they asked for soon.
    fn glances(&mut self) {
        for _ in 0..2 {
            while self.front.as_ref().is_some_and(|page| page.tab.look == Some(1)) {
                self.call(Entry::Look, World::glanced);
            }
            std::mem::swap(&mut self.front, &mut self.back);
        }
    }

    pub(super) fn truth(&self, page: &Page) -> Truth {
        Truth {
            gpc: page.gpc,
            shopify: page.shopify,
            answered: page.answered,
            onetrust: self.onetrust,
            published: page.published,
            kept: self.kept,
            ended: page.ended,
        }
    }

    pub(super) fn marker(&self) -> Option<String> {
        // (Behind it stands what is kept of Shopify's banner.)
        self.world.device.cookies.get("_assent").map(|(value, _)| value[..48].to_owned())
    }
}
