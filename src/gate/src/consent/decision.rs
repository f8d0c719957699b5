//! The decision itself, and the [`Grant`] that nothing else can make.

use super::evidence::{Evidence, ShopifySignal};
use super::policy::{Cmp, Meanwhile, Policy};
use super::records::{Record, Verdict};
use super::rule::Rule;
use super::signals::{Shopify, Signals};
use super::source::Source;
use crate::time::Timestamp;

/// Leave to report, with the evidence it rests on. Its field is private: nothing outside this
/// module can make one, and nothing that leaves can be made without one.
///
/// ```compile_fail,E0451
/// # use assent_gate::consent::{Evidence, Grant};
/// fn forge(evidence: Evidence) -> Grant {
///     Grant { evidence } // error[E0451]: field `evidence` of struct `Grant` is private
/// }
/// ```
///
/// Nor can it be had from a serialized form, or by a default:
///
/// ```compile_fail,E0277
/// let forged: assent_gate::consent::Grant = serde_json::from_str("{}").unwrap();
/// ```
///
/// ```compile_fail,E0599
/// let forged = assent_gate::consent::Grant::default();
/// ```
#[derive(Debug, PartialEq)]
pub struct Grant {
    evidence: Evidence,
}

impl Grant {
    /// The proof that travels in the beacon and becomes the receipt.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

#[derive(Debug, PartialEq)]
pub enum Decision {
    Granted(Grant),
    /// Somebody said no.
    Denied(Rule),
    /// Nobody has said anything that counts, yet.
    Unknown(Rule),
}

impl Decision {
    pub fn rule(&self) -> Rule {
        match self {
            Self::Granted(grant) => grant.evidence.rule,
            Self::Denied(rule) | Self::Unknown(rule) => *rule,
        }
    }

    /// The word of the contract: `granted`, `denied` or `unknown`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Granted(_) => "granted",
            Self::Denied(_) => "denied",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// Decides. `now` becomes the evidence's `evaluated_at` and judges how old a record is.
///
/// The rules apply in the order of the contract's closed list; any denial or opt-out comes before
/// everything else.
pub fn decide(signals: Signals, policy: Policy, now: Timestamp) -> Decision {
    if let Some(rule) = denial(&signals) {
        return Decision::Denied(rule);
    }
    match permission(&signals, policy, now) {
        Ok(rule) => Decision::Granted(Grant { evidence: Evidence::new(signals, rule, now) }),
        Err(rule) => Decision::Unknown(rule),
    }
}

fn denial(signals: &Signals) -> Option<Rule> {
    let Signals { shopify, records, .. } = signals;
    // A stale denial still denies. Shopify's old cookies and a CMP's echo of GPC count as what they
    // stand for.
    let denied = |source: Option<Source>, sale: bool| {
        let own = |record: &&Record| source.is_none_or(|source| record.source == source);
        records
            .iter()
            .filter(own)
            .any(|record| record.opt_out || (!sale && record.verdict == Verdict::Denied))
    };
    if signals.gpc == Some(true) || denied(Some(Source::GPC), false) {
        return Some(Rule::Gpc);
    }
    let sale_off = shopify.sale_of_data == Some(false);
    if (sale_off && shopify.marketing == Some(true)) || denied(Some(Source::SHOPIFY), true) {
        return Some(Rule::SaleOptOut);
    }
    if denied(None, true) {
        return Some(Rule::UsOptOut);
    }
    if shopify.answers_no() || denied(Some(Source::SHOPIFY), false) {
        return Some(Rule::ShopifyDenied);
    }
    denied(None, false).then_some(Rule::CmpDenied)
}

/// The rule that grants, or the first that keeps it open.
fn permission(signals: &Signals, policy: Policy, now: Timestamp) -> Result<Rule, Rule> {
    if !signals.shopify.permits() {
        return Err(Rule::ShopifySilent);
    }
    if signals.unreadable {
        return Err(Rule::CmpUnreadable);
    }
    let asked = match policy.cmp {
        Cmp::Shopify => Ok(Rule::ShopifyOnly),
        Cmp::Auto | Cmp::Named(_) => asked_for(signals, policy, now),
    };
    let is_missing = matches!(asked, Err(Rule::CmpMissing | Rule::OutOfReach));
    // Whoever wrote it, as with a no: nobody may be asked in its place.
    if !is_missing && signals.records.iter().any(|record| record.held) {
        return Err(Rule::CmpUndecided);
    }
    let rule = asked?;
    if signals.ended_elsewhere { Err(Rule::GrantEndedElsewhere) } else { Ok(rule) }
}

fn asked_for(signals: &Signals, policy: Policy, now: Timestamp) -> Result<Rule, Rule> {
    let wanted = |record: &&Record| {
        record.deciding
            && match policy.cmp {
                Cmp::Named(source) => record.source == source,
                Cmp::Auto | Cmp::Shopify => true,
            }
    };
    let found: Vec<&Record> = signals.records.iter().filter(wanted).collect();
    if found.is_empty() {
        return if !signals.within_reach {
            Err(Rule::OutOfReach)
        } else if policy.missing == Meanwhile::Shopify && policy.is_sound() {
            Ok(Rule::MissingShopify)
        } else {
            Err(Rule::CmpMissing)
        };
    }
    let any = |verdict: Verdict| found.iter().any(|record| record.verdict == verdict);
    if any(Verdict::Undecided) && policy.undecided == Meanwhile::Hold {
        return Err(Rule::CmpUndecided);
    }
    if any(Verdict::Unreadable) {
        return Err(Rule::CmpUnreadable);
    }
    if found.iter().any(|record| record.verdict == Verdict::Granted && record.is_stale(now)) {
        return Err(Rule::Stale);
    }
    Ok(if any(Verdict::Undecided) { Rule::UndecidedShopify } else { Rule::AllYes })
}

impl Evidence {
    /// Decides again from what is reported, as the browser would have at `evaluated_at`. `None`
    /// where the rules do not grant. Whether the report is true cannot be checked here, nor whether
    /// the page could have seen a record ([`crate::admission::is_within_reach`]).
    pub fn reconsider(&self, policy: Policy) -> Option<Grant> {
        let ShopifySignal { marketing, sale_of_data, analytics, preferences } = self.shopify;
        let signals = Signals {
            shopify: Shopify { marketing, sale_of_data, analytics, preferences, answered: false },
            gpc: self.gpc,
            records: self.records.iter().cloned().map(Record::believed).collect(),
            within_reach: true,
            ..Signals::default()
        };
        match decide(signals, policy, self.evaluated_at) {
            Decision::Granted(Grant { evidence }) => Some(Grant { evidence: evidence.on_record() }),
            Decision::Denied(_) | Decision::Unknown(_) => None,
        }
    }
}
