//! Which consent tool a shop has, by its cookies: the gate's own readers say.

use assent_gate::consent::{Cmp, Source, records};
use assent_gate::jar::Jar;

use crate::commands::consent::cookie_string;

/// The tools that left a record there, as `cmp` names them. A TC string that a tool writes beside
/// its own record is not a second one.
pub(super) fn found(cookies: &str) -> Vec<&'static str> {
    let jar = Jar { cookie: Some(cookie_string(cookies).into()), storage: Vec::new() };
    let mut found = named(&jar, Cmp::Auto);
    if found.is_empty() {
        // Some are read only where the shop names them: their keys could be anybody's.
        let every = Source::CMPS.into_iter().filter_map(Source::cmp).map(Cmp::Named);
        found = every.flat_map(|cmp| named(&jar, cmp)).collect();
    }
    found.sort_unstable();
    found.dedup();
    if found.len() > 1 {
        found.retain(|tool| *tool != "tcf");
    }
    found
}

fn named(jar: &Jar, cmp: Cmp) -> Vec<&'static str> {
    let records = records::read(jar, cmp, &[]);
    let deciding = records.iter().filter(|record| record.deciding);
    deciding.filter_map(|record| Source::cmp(record.source.as_str())).map(Source::as_str).collect()
}

/// `Err`: what to do where it is not exactly one.
pub(super) fn only(cookies: &str) -> Result<&'static str, String> {
    match found(cookies).as_slice() {
        [only] => Ok(only),
        [] => Err("in these cookies is no record of a consent tool that Assent reads. Answer the \
                   shop's banner first; is it Shopify's own, say shopify, else see docs/consent.md"
            .to_owned()),
        several => Err(format!(
            "these cookies hold records of {}: name the one that your banner is of",
            several.join(" and ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The forms are those of docs/facts/consent.md#records.
    #[test]
    fn a_tool_is_found_by_its_record_and_two_are_not_guessed_between() {
        let onetrust = "OptanonConsent=groups=C0001%3A1%2CC0004%3A1&datestamp=x; other=1";
        assert_eq!(only(onetrust), Ok("onetrust"));
        assert_eq!(only(&format!("Cookie: {onetrust}")), Ok("onetrust"));
        let cookiebot = "CookieConsent={stamp:'x',necessary:true,preferences:true,statistics:true,marketing:true,method:'explicit',ver:1,utc:1763790000000,region:'de'}";
        assert_eq!(only(cookiebot), Ok("cookiebot"));
        let both = only(&format!("{onetrust}; {cookiebot}")).expect_err("two");
        assert!(both.contains("cookiebot and onetrust"), "{both}");
        let none = only("_ga=GA1.1.1; cart=x").expect_err("none");
        assert!(none.contains("say shopify"), "{none}");
    }
}
