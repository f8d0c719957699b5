//! From the orders that Shopify told of to those that TikTok has, step by step, and what is left out at each: a
//! table whose rows have bars, so that nothing stands in the picture alone.

use maud::{Markup, html};

use super::words::grouped;
use crate::rules::account::Place;
use crate::store::read::Account;

struct Step {
    name: &'static str,
    /// What does not come as far, in the words of its place.
    without: &'static [Place],
}

/// Together they leave out every place but `Reported`.
const STEPS: [Step; 4] = [
    Step { name: "are for report", without: &[Place::NotForReport] },
    Step { name: "have consent", without: &[Place::NoConsent, Place::ConsentEnded] },
    Step { name: "could be sent", without: &[Place::Lost, Place::Test, Place::Unread] },
    Step { name: "are reported", without: &[Place::Waiting, Place::Stuck] },
];
const WIDTH: i64 = 160;
const HEIGHT: i64 = 12;

pub(super) fn funnel(account: &Account) -> Markup {
    let told = account.told.n;
    let mut left = told;
    html! {
        table.funnel {
            caption { "From order to report, the last 7 days" }
            thead {
                tr {
                    th scope="col" { "Orders that" }
                    th.number scope="col" { "number" }
                    th scope="col" { "left out here" }
                }
            }
            tbody {
                (row("Shopify told of", told, told, ""))
                @for step in &STEPS {
                    @let out: Vec<_> = step.without.iter().map(|place| (account.of(*place).n, place)).collect();
                    @let () = left -= out.iter().map(|(n, _)| n).sum::<i64>();
                    (row(step.name, left, told, &left_out(&out)))
                }
            }
        }
    }
}

fn left_out(out: &[(i64, &Place)]) -> String {
    let some = out.iter().filter(|(n, _)| *n > 0);
    let words: Vec<_> =
        some.map(|(n, place)| format!("{} {}", grouped(*n), place.words())).collect();
    words.join(", ")
}

fn row(name: &str, n: i64, of: i64, out: &str) -> Markup {
    let width = n * WIDTH / of.max(1);
    html! {
        tr {
            th scope="row" {
                (name)
                svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) aria-hidden="true" {
                    rect.rail x="0" y="0" width=(WIDTH) height=(HEIGHT) {}
                    rect.bar-1 x="0" y="0" width=(width) height=(HEIGHT) {}
                }
            }
            td.number { (grouped(n)) }
            td { @if out.is_empty() { span.soft { "none" } } @else { (out) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_left_out_once_but_that_of_the_reported() {
        for place in Place::ALL {
            let times = STEPS.iter().filter(|step| step.without.contains(&place)).count();
            assert_eq!(times, usize::from(place != Place::Reported), "{place:?}");
        }
    }
}
