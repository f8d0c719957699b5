//! `assent tail`: what happens now, a line each. It reads the store beside the server, and neither
//! waits for the other.

mod layout;

use std::path::Path;
use std::time::Duration;

use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::EventName;
use clap::Args;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use self::layout::Layout;
use super::failure::{Failure, Misuse};
use super::output::{OutputForm, Printed, print_on};
use crate::clock::Clock;
use crate::config::{Config, Secrets};
use crate::rules::debt::{End, Stage};
use crate::store::read::{Cursor, LiveLine, Reader, Watched};
use crate::zone::Zone;

/// Nobody reads faster.
const LOOKS_EVERY: Duration = Duration::from_millis(500);
/// Lines of one look; a burst comes in several.
const MOST: usize = 500;

/// What is no state of an event.
const OTHER_STATES: [&str; 3] = ["refused", "paused", "running"];

const EXAMPLES: &str = "\
Examples:
  assent tail
  assent tail --event Purchase --last 50
  assent tail --state no_consent_on_record --no-follow";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Tail {
    /// This shop's only.
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<ShopDomain>,
    /// TikTok's name of an event, such as Purchase: only these, and for Purchase the orders that were
    /// not reported.
    #[arg(long, value_name = "NAME")]
    event: Option<EventName>,
    /// Only what stands so: held, due, an end such as delivered or no_consent_on_record, or refused.
    #[arg(long, value_parser = state)]
    state: Option<String>,
    /// So many of the newest lines first.
    #[arg(long, value_name = "N", default_value_t = 10)]
    last: u16,
    /// Prints those, and ends.
    #[arg(long)]
    no_follow: bool,
    /// A JSON document in each line.
    #[arg(long)]
    json: bool,
}

fn state(text: &str) -> Result<String, String> {
    let known = |name: &str| Stage::of_name(name).is_some() || OTHER_STATES.contains(&name);
    if known(text) && text != Stage::Parked.name() {
        return Ok(text.to_owned());
    }
    let ends = End::ALL.iter().map(|end| end.name());
    let open = [Stage::Held, Stage::Due].map(Stage::name);
    let all: Vec<_> = open.into_iter().chain(ends).chain(OTHER_STATES).collect();
    Err(format!("one of {} is expected", all.join(", ")))
}

impl Tail {
    pub(crate) fn run(&self, config: &Path) -> Result<(), Failure> {
        let config = Config::load(config, Secrets::NotNeeded)?;
        if let Some(shop) = &self.shop
            && config.shop(shop).is_none()
        {
            let shop = shop.as_str();
            return Err(Misuse(format!("{shop} is not in the configuration")).into());
        }
        let store = Reader::open(&config.store)?;
        let layout = self.layout(&config);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            tokio::select! {
                // Whoever has seen enough presses Ctrl-C: no failure.
                pressed = tokio::signal::ctrl_c() => Ok(pressed?),
                done = self.follow(&store, layout) => done,
            }
        })
    }

    /// In the shop's own time; of shops with several in UTC.
    fn layout(&self, config: &Config) -> Layout {
        let of_shop = self.shop.as_ref().and_then(|shop| config.shop(shop));
        let mut zones = config.shops.iter().map(|shop| &shop.zone);
        let first = zones.next();
        let common = first.filter(|first| zones.all(|zone| zone == *first));
        let zone = of_shop.map(|shop| &shop.zone).or(common).unwrap_or(&Zone::UTC).clone();
        Layout::new(zone, self.shop.is_none() && config.shops.len() > 1)
    }

    async fn follow(&self, store: &Reader, mut layout: Layout) -> Result<(), Failure> {
        let watched = Watched {
            shop: self.shop.clone(),
            event: self.event.map(|event| event.as_str().to_owned()),
            state: self.state.clone(),
        };
        let mut cursor = Cursor::default();
        let mut most = usize::from(self.last);
        loop {
            let now = Clock::machine().now();
            for line in store.newest(&watched, &mut cursor, most, now)? {
                if print_on(&self.form(&line, &mut layout)?)? == Printed::NobodyReads {
                    return Ok(());
                }
            }
            if self.no_follow {
                return Ok(());
            }
            tokio::time::sleep(LOOKS_EVERY).await;
            if nobody_reads() {
                return Ok(());
            }
            most = MOST;
        }
    }

    fn form(&self, line: &LiveLine, layout: &mut Layout) -> Result<String, serde_json::Error> {
        match OutputForm::of_flag(self.json) {
            OutputForm::Json => serde_json::to_string(line),
            OutputForm::Text => Ok(layout.line(line)),
        }
    }
}

/// Whether the other end of the pipe has been closed, also while there is nothing to print.
fn nobody_reads() -> bool {
    let stdout = std::io::stdout();
    let mut asked = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    let answered = poll(&mut asked, Some(&at_once)).unwrap_or(0);
    answered > 0 && asked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}
