//! TikTok's click id. The newest click wins, whichever tab it came in.

use crate::device;
use crate::event::PageAddress;
use crate::jar::Jar;
use crate::page;
use crate::plan::Act;
use crate::settings::Settings;
use crate::text::Text;

#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, Hash))]
pub(super) struct Click {
    pub(super) newest: Option<Text>,
    /// What the cookie held when this page last read it. Anything else that stands there later is
    /// another tab's, and newer.
    kept: Option<Text>,
    /// The click in the address, once it has counted: the address keeps it while newer clicks come.
    landed: Option<Text>,
}

impl Click {
    /// Finds the newest click: the one in the address, where it stands there for the first time;
    /// else the one in the cookie, where another page has written it; else the one that this page
    /// knows. Where there is none of these, the click in the address, or in the referrer if that is
    /// a page of the shop. (A click in the cookie is at least as new as the referrer's: the
    /// referring page had the same grant and wrote it there.)
    pub(super) fn take(
        &mut self,
        page: &PageAddress,
        settings: &Settings,
        jar: &Jar,
        device: &mut Vec<Act>,
    ) {
        let kept = device::click(jar);
        let is_news = kept.is_some() && kept != self.kept && kept != self.newest;
        self.kept = kept.clone();
        let landed = page::click_id(&page.url);
        self.newest = if landed.is_some() && landed != self.landed {
            self.landed = landed.clone();
            landed
        } else if is_news {
            kept.clone()
        } else if self.newest.is_none() {
            landed.or_else(|| referred(page, settings))
        } else {
            return;
        };
        if self.newest != kept
            && let Some(text) = self.newest.as_deref().and_then(device::click_cookie)
        {
            device.push(Act::Cookie { text });
        }
    }

    /// The grant has ended. The click in the address still counts as seen: under the next grant,
    /// the one in the cookie may be newer.
    pub(super) fn forget(&mut self) {
        self.newest = None;
        self.kept = None;
    }
}

fn referred(page: &PageAddress, settings: &Settings) -> Option<Text> {
    let host = page::host(&page.referrer)?;
    let is_own =
        settings.is_storefront(&host) || page::host(&page.url).is_some_and(|this| this == host);
    is_own.then(|| page::click_id(&page.referrer)).flatten()
}
