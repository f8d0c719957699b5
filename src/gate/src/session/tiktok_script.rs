//! The browser leg: what TikTok's pixel is told, and when it must not be.

use super::sending::Sending;
use crate::beacon::BrowserLeg;
use crate::consent::Grant;
use crate::conversion::Conversion;
use crate::plan::{Act, Plan};
use crate::settings::{Legs, SecretPaths, Settings};
use crate::tiktok::{EventName, Identity};
use crate::time::Timestamp;

#[derive(Debug)]
#[cfg_attr(test, derive(Clone, Hash))]
pub(super) struct TikTokScript {
    /// `None` until it is asked for.
    cleanable: Option<Cleanable>,
    /// The page began on a path that must not be told; where the path cannot be changed, the frame
    /// still has it.
    secret_frame: bool,
    loaded: bool,
    revoked: bool,
    identity: Option<Identity>,
}

/// How much of the frame's address the browser lets us change. TikTok's script reads it by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Hash))]
pub enum Cleanable {
    /// Chromium, Firefox.
    Path,
    /// WebKit: query and fragment only.
    Query,
    /// Nothing: TikTok's script must not be loaded here.
    Nothing,
}

impl TikTokScript {
    pub(super) fn new(cleanable: Option<Cleanable>, secret_frame: bool) -> Self {
        Self { cleanable, secret_frame, loaded: false, revoked: false, identity: None }
    }

    /// Whether the frame's address is to be cleaned now: once a page, before anything is told. Until
    /// the answer comes, nothing of it can be changed.
    pub(super) fn asks_to_clean(&mut self) -> bool {
        let asks = self.cleanable.is_none();
        self.cleanable.get_or_insert(Cleanable::Nothing);
        asks
    }

    pub(super) fn cleaned(&mut self, cleanable: Cleanable) {
        self.cleanable = Some(cleanable);
    }

    /// Hands the event to ttq, once. An id that any page of this browser has fired is reported as
    /// fired.
    pub(super) fn fire(
        &mut self,
        grant: &Grant,
        conversion: &Conversion,
        settings: &Settings,
        sending: &mut Sending,
        now: Timestamp,
        acts: &mut Vec<Act>,
    ) -> BrowserLeg {
        if sending.has_fired(&conversion.event_id) {
            return BrowserLeg::Fired;
        }
        if !conversion.legs.browser || self.revoked || !self.may_see(conversion, settings) {
            return BrowserLeg::Skipped;
        }
        sending.fire(&conversion.event_id, now);
        self.prepare(conversion, settings, acts);
        acts.push(if conversion.name == EventName::Pageview {
            Act::Page
        } else {
            Act::Track { call: Box::new(conversion.call(grant)) }
        });
        BrowserLeg::Fired
    }

    fn may_see(&self, conversion: &Conversion, settings: &Settings) -> bool {
        match self.cleanable {
            Some(Cleanable::Path) => true,
            Some(Cleanable::Query) => {
                !(conversion.secret_page || self.secret_frame)
                    || settings.secret_paths == SecretPaths::Fire
            }
            Some(Cleanable::Nothing) | None => false,
        }
    }

    /// The script first, then who it is.
    fn prepare(&mut self, conversion: &Conversion, settings: &Settings, acts: &mut Vec<Act>) {
        if !self.loaded {
            self.loaded = true;
            acts.push(Act::Load {
                pixel: settings.pixel_code.clone(),
                script: settings.pixel_script.clone(),
            });
        }
        let identity = Identity::of(&conversion.user);
        if identity.is_some() && identity != self.identity {
            self.identity.clone_from(&identity);
            if let Some(user) = identity {
                acts.push(Act::Identify { user });
            }
        }
    }

    /// The grant has ended: ttq is told once, and never called again on this page. Where it was
    /// never loaded there is nobody to tell, and a later grant may still load it.
    pub(super) fn revoke(&mut self, plan: &mut Plan) {
        if self.loaded && !self.revoked {
            self.revoked = true;
            plan.acts.push(Act::Revoke);
        }
    }
}

/// What was done, in words.
pub(super) fn done(legs: Legs, leg: BrowserLeg) -> &'static str {
    match (leg, legs.server) {
        (BrowserLeg::Fired, true) => "browser pixel and server",
        (BrowserLeg::Fired, false) => "browser pixel",
        (BrowserLeg::Skipped, true) => "server",
        (BrowserLeg::Skipped, false) if !legs.browser => {
            "a receipt alone: the event is switched off"
        }
        (BrowserLeg::Skipped, false) => "nothing: TikTok's pixel must not run here",
    }
}
