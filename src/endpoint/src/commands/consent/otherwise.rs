//! What would be decided if the shop had set `undecided` or `missing` otherwise.

use assent_gate::consent::{Cmp, Decision, Meanwhile, Policy, Rule, Signals, decide};
use assent_gate::time::Timestamp;
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct Otherwise {
    undecided: Choices,
    missing: Choices,
}

#[derive(Debug, Serialize)]
struct Choices {
    hold: Outcome,
    /// `None` where the setting cannot be that: there is no tool that it could speak of.
    shopify: Option<Outcome>,
}

#[derive(Debug, Serialize)]
struct Outcome {
    decision: &'static str,
    rule: Rule,
}

impl Otherwise {
    pub(super) fn of(signals: &Signals, policy: Policy, now: Timestamp) -> Self {
        let Policy { cmp, .. } = policy;
        let outcome = |undecided, missing| {
            let policy = Policy { cmp, undecided, missing };
            policy.is_sound().then(|| Outcome::of(&decide(signals.clone(), policy, now)))
        };
        let hold = |undecided| outcome(undecided, Meanwhile::Hold).expect("it can always be held");
        let asks = cmp != Cmp::Shopify;
        Self {
            undecided: Choices {
                hold: hold(Meanwhile::Hold),
                shopify: asks.then(|| outcome(Meanwhile::Shopify, policy.missing)).flatten(),
            },
            missing: Choices {
                hold: hold(policy.undecided),
                // It goes only with `undecided = "shopify"`.
                shopify: outcome(Meanwhile::Shopify, Meanwhile::Shopify),
            },
        }
    }

    pub(super) fn in_words(&self) -> String {
        let Self { undecided, missing } = self;
        if undecided.shopify.is_none() {
            return String::new(); // the shop asks for no record at all
        }
        let needs = "; it needs undecided = \"shopify\", and a tool that tells Shopify each choice: \
                     docs/consent.md";
        [
            "\nWhat the settings would do here:\n",
            &undecided.in_words("undecided", ""),
            &missing.in_words("missing", needs),
        ]
        .concat()
    }
}

impl Choices {
    fn in_words(&self, setting: &str, needs: &str) -> String {
        let hold = self.hold.in_words();
        let shopify = self.shopify.as_ref().map(|outcome| outcome.in_words() + needs);
        let shopify = shopify.unwrap_or_else(|| "only where cmp names one consent tool".to_owned());
        format!("  {setting} = \"hold\": {hold}\n  {setting} = \"shopify\": {shopify}\n")
    }
}

impl Outcome {
    fn of(decision: &Decision) -> Self {
        Self { decision: decision.word(), rule: decision.rule() }
    }

    fn in_words(&self) -> String {
        format!("{} by {}", self.decision, self.rule.as_str())
    }
}
