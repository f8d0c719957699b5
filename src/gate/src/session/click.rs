//! TikTok's click id. The newest click wins, whichever tab it came in.

use crate::device;
use crate::event::PageAddress;
use crate::jar::Jar;
use crate::page;
use crate::plan::Act;
use crate::settings::Settings;

#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, Hash))]
pub(super) struct Click {
    pub(super) newest: Option<String>,
    /// What the cookie held when this page last read it. Anything else that stands there later is another tab's, and newer.
    kept: Option<String>,
    /// The click in the address, once counted: it stays there while newer ones come.
    landed: Option<String>,
}

impl Click {
    /// The address where it shows a click for the first time, else the device's where another page has written it, else
    /// what this page knows. At the grant, where nothing is kept: the address, else the shop's own referrer. (A kept one
    /// is at least as new as the referrer, whose page had the same grant and wrote it.)
    pub(super) fn take(&mut self, page: &PageAddress, settings: &Settings, jar: &Jar, device: &mut Vec<Act>) {
        let kept = device::click(jar);
        let is_news = kept.is_some() && kept != self.kept && kept != self.newest;
        self.kept = kept.clone();
        let landed = page::parameter(&page.url, "ttclid");
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

    /// The grant has ended. What was counted stays so: the address may be older than the next grant's cookie.
    pub(super) fn forget(&mut self) {
        self.newest = None;
        self.kept = None;
    }
}

fn referred(page: &PageAddress, settings: &Settings) -> Option<String> {
    let host = page::host(&page.referrer)?;
    let is_own = settings.is_storefront(&host) || page::host(&page.url).is_some_and(|this| this == host);
    is_own.then(|| page::parameter(&page.referrer, "ttclid")).flatten()
}
