//! `[shops.purchase]`: when a Purchase is sent.

use super::fault_collector::FaultCollector;
use super::shop_file::{MONEY, PurchaseTable, ReportTable};
use super::shop_name::ShopName;
use crate::rules::hold;
use crate::rules::policy::{Confirm, ConfirmOn, PurchasePolicy, ReportedKinds, Unconfirmed};

impl FaultCollector<'_> {
    /// `usual`: what confirms it where the file does not say; an order only where webhooks can be believed.
    pub(super) fn purchase(
        &mut self,
        at: &ShopName,
        purchase: &PurchaseTable,
        usual: Confirm,
    ) -> PurchasePolicy {
        let confirm = match purchase.confirm.as_deref() {
            None => usual,
            text => self.word(at, "purchase.confirm", text, &Confirm::WORDS),
        };
        if confirm == Confirm::Webhook && usual == Confirm::Beacon {
            let what = "\"webhook\" without webhook_secret_envs: no order could ever be believed";
            self.shop_fault(at, "purchase.confirm", what);
        }
        let hold_seconds = purchase.hold_seconds.unwrap_or(hold::USUAL_HOLD);
        if !(0..=hold::LONGEST_HOLD).contains(&hold_seconds) {
            let longest = hold::LONGEST_HOLD;
            let what =
                format!("from 0 to {longest}, for TikTok merges the two copies within 5 minutes");
            self.shop_fault(at, "purchase.hold_seconds", what);
        }
        let unconfirmed = purchase.unconfirmed.as_deref();
        let unconfirmed = self.word(at, "purchase.unconfirmed", unconfirmed, &Unconfirmed::WORDS);
        let confirm_on = purchase.confirm_on.as_deref();
        let confirm_on = self.word(at, "purchase.confirm_on", confirm_on, &ConfirmOn::WORDS);
        let money = self.word(at, "purchase.money", purchase.money.as_deref(), &MONEY);
        let ReportTable { test, pos, draft, renewals } = purchase.report;
        let report = ReportedKinds { test, pos, draft, renewals };
        PurchasePolicy { confirm, confirm_on, hold_seconds, unconfirmed, money, report }
    }
}
