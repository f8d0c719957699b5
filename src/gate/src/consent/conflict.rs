use serde::Serialize;

use super::records::Verdict;
use super::signals::Signals;
use super::source::Source;

/// Two who do not agree: somebody says yes, somebody says no. A no wins; a merchant should hear of
/// it all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Conflict {
    pub yes: Source,
    pub no: Source,
}

/// Every pair that disagrees. Shopify's permission is a voice here too, even where its "no" only
/// means that nobody has told it of a yes: that is what keeps many a shop from reporting anything.
pub fn conflicts(signals: &Signals) -> Vec<Conflict> {
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    let shopify = [signals.shopify.marketing, signals.shopify.sale_of_data];
    if shopify == [Some(true), Some(true)] {
        yes.push(Source::SHOPIFY);
    } else if shopify.contains(&Some(false)) {
        no.push(Source::SHOPIFY);
    }
    if signals.gpc == Some(true) {
        no.push(Source::GPC);
    }
    for record in &signals.records {
        if record.opt_out || record.verdict == Verdict::Denied {
            no.push(record.source);
        } else if record.deciding && record.verdict == Verdict::Granted {
            yes.push(record.source);
        }
    }
    let mut found = Vec::new();
    for yes in yes {
        for no in no.iter().filter(|no| **no != yes) {
            let conflict = Conflict { yes, no: *no };
            if !found.contains(&conflict) {
                found.push(conflict);
            }
        }
    }
    found
}
