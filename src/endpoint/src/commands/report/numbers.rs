//! The two numbers of each shop, above everything else.

use std::fmt::Write as _;

use assent_gate::time::Timestamp;
use serde::Serialize;

use super::note::Note;
use crate::calendar::moment;
use crate::commands::silence::of_silence;
use crate::config::Config;
use crate::rules::account::Place;
use crate::rules::silence::{Silence, Webhooks, silence};
use crate::store::StoreError;
use crate::store::read::{Account, Asked, Money, Reader, Sum};

/// Of one shop. Times are Unix seconds.
#[derive(Debug, Serialize)]
pub(super) struct Numbers {
    pub(super) shop: String,
    time_zone: String,
    /// `false`: its orders never come, for no webhook secret is configured.
    webhooks: bool,
    #[serde(flatten)]
    account: Account,
    last_order_at: Option<i64>,
    last_purchase_at: Option<i64>,
    /// Since then Purchases came and no order, for longer than can be usual.
    silent_since: Option<i64>,
}

/// Of the shops that are asked for, and of those that the store knows of besides.
pub(super) fn numbers(
    config: &Config,
    store: &Reader,
    asked: &Asked<'_>,
    others: impl Iterator<Item = String>,
) -> Result<Vec<Numbers>, StoreError> {
    let configured = config.shops.iter().map(|shop| shop.settings.shop.as_str().to_owned());
    let mut shops: Vec<String> = match asked.shop {
        Some(shop) => vec![shop.to_owned()],
        None => configured.chain(others).collect(),
    };
    shops.sort();
    shops.dedup();
    shops.into_iter().map(|shop| of_shop(config, store, asked, shop)).collect()
}

fn of_shop(
    config: &Config,
    store: &Reader,
    asked: &Asked<'_>,
    shop: String,
) -> Result<Numbers, StoreError> {
    let account = store.account(&Asked { shop: Some(&shop), ..*asked })?;
    let heard = store.heard(&shop, asked.now)?;
    let configured = config.shops.iter().find(|known| known.settings.shop.as_str() == shop);
    let webhooks = configured.map_or(Webhooks::NotSetUp, |shop| shop.webhooks);
    Ok(Numbers {
        time_zone: asked.zones.of_shop(&shop).to_string(),
        webhooks: webhooks == Webhooks::Expected,
        account,
        last_order_at: heard.last_order.map(|at| at.0),
        last_purchase_at: heard.last_purchase.map(|at| at.0),
        silent_since: match silence(heard, webhooks, asked.now) {
            Silence::Alarming { since } => Some(since.0),
            Silence::None | Silence::NotSetUp => None,
        },
        shop,
    })
}

pub(super) fn text(numbers: &[Numbers]) -> String {
    let each: Vec<_> = numbers.iter().map(|one| one.text() + "\n").collect();
    each.join("\n")
}

impl Numbers {
    fn text(&self) -> String {
        let Self { shop, account, .. } = self;
        let told = &account.told;
        let mut text = format!("{shop} (days of {})", self.time_zone);
        if !self.webhooks && told.n == 0 {
            return text
                + "\n  accounted for  cannot be said: Shopify tells this endpoint of no orders (no \
                   webhook_secret_envs)";
        }
        let accounted = account.accounted_for();
        let reported = account.reported();
        let _ = write!(
            text,
            "\n  accounted for  {} of {} orders that Shopify told us of{}{}",
            accounted.n,
            told.n,
            worth(told),
            self.missing()
        );
        let recovered = match &account.recovered {
            Sum { n: 0, .. } => String::new(),
            some => format!("; {} of them recovered{}", some.n, worth(some)),
        };
        let _ = write!(
            text,
            "\n  reported       {} of {}{}{recovered}",
            reported.n,
            told.n,
            worth(&reported)
        );
        let rest = self.rest();
        if !rest.is_empty() {
            let _ = write!(text, "\n  not reported   {}", rest.join(", "));
        }
        text + &self.heard()
    }

    /// What is not accounted for, and why.
    fn missing(&self) -> String {
        let (stuck, unread) = (self.account.of(Place::Stuck).n, self.account.of(Place::Unread).n);
        let mut why = Vec::new();
        if stuck > 0 {
            why.push(format!("{stuck} wait longer than usual"));
        }
        if unread > 0 {
            why.push(format!("{unread} could not be read"));
        }
        if why.is_empty() { String::new() } else { format!("; NOT: {}", why.join(", ")) }
    }

    fn rest(&self) -> Vec<String> {
        let said = |(words, sum): (String, Sum)| words + &worth(&sum);
        self.account.not_reported().into_iter().map(said).collect()
    }

    fn heard(&self) -> String {
        let at = |at: Option<i64>| at.map_or_else(|| "not in the last 7 days".to_owned(), moment);
        let alarm = self.silent_since.map_or_else(String::new, |since| {
            format!("  RED: Purchases came since {} and no order", moment(since))
        });
        format!(
            "\n  last order     {}{alarm}\n  last Purchase  {}",
            at(self.last_order_at),
            at(self.last_purchase_at)
        )
    }

    /// Of a silence, for who has to do something about it.
    pub(super) fn note(&self) -> Option<Note> {
        let since = self.silent_since.map(Timestamp)?;
        let sentence = of_silence(self.last_order_at.map(Timestamp), since, &self.shop);
        Some(Note::of(&self.shop, format!("{}: {sentence}.", self.shop)))
    }
}

fn worth(sum: &Sum) -> String {
    let money = money(&sum.money);
    if money.is_empty() { money } else { format!(" ({money})") }
}

/// `EUR 81.91`, each currency by itself.
pub(super) fn money(money: &Money) -> String {
    let each = money.each().map(|(currency, value)| format!("{currency} {value:.2}"));
    each.collect::<Vec<_>>().join(" + ")
}
