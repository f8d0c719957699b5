//! Telephone numbers to E.164, with the country of the address they stand in. What cannot be read
//! for certain is omitted, never guessed. The plans are made from libphonenumber's metadata
//! (tests/vectors/phones.py).

mod numbering_plan;
mod table;

use numbering_plan::{NumberingPlan, Trunk};

/// `+` and 7 to 15 digits (ITU-T E.164), or `None`. `country` is ISO 3166-1 alpha-2.
pub fn e164(text: &str, country: Option<&str>) -> Option<String> {
    let (international, digits) = read(text)?;
    if international {
        return finish(&digits);
    }
    let plan = plan_of(country?)?;
    if let Some(abroad) = plan.dialling.strip(&digits) {
        return finish(abroad);
    }
    finish(&national(plan, &digits)?)
}

fn plan_of(country: &str) -> Option<&'static NumberingPlan> {
    let wanted = country.trim().as_bytes();
    table::PLANS.iter().find(|plan| plan.country.eq_ignore_ascii_case(wanted))
}

/// Whether it began with `+`, and the digits alone. `None` where it holds anything that is no
/// number.
fn read(text: &str) -> Option<(bool, String)> {
    let mut text = text.trim();
    while let Some(rest) = text.strip_prefix('(') {
        text = rest;
    }
    let international = text.starts_with('+');
    let text = text.strip_prefix('+').unwrap_or(text);
    let mut digits = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            // E.123's "+44 (0)7400 …": the bracketed zero is for callers inside the country.
            '(' if international && rest.as_str().starts_with("0)") => {
                rest = rest.as_str()[2..].chars();
            }
            '0'..='9' => digits.push(c),
            ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '\u{2010}'..='\u{2015}' => {}
            _ => return None,
        }
    }
    Some((international, digits))
}

/// Country code and national number, from what is dialled inside the country.
fn national(plan: &NumberingPlan, digits: &str) -> Option<String> {
    let code = plan.code();
    let trunk = plan.trunk.prefix();
    let domestic = digits.strip_prefix(trunk).filter(|rest| !trunk.is_empty() && plan.takes(rest));
    if let Some(rest) = domestic {
        return Some(code + rest);
    }
    let whole = digits.strip_prefix(code.as_str()).is_some_and(|rest| plan.takes(rest));
    match (plan.takes(digits), whole) {
        (true, false) => Some(code + digits),
        (false, true) => Some(digits.to_owned()),
        // Both readings are possible, or none.
        (true, true) | (false, false) => None,
    }
}

/// The last checks, common to every way a number came.
fn finish(digits: &str) -> Option<String> {
    let digits = without_trunk_zero(digits);
    let fits = (7..=15).contains(&digits.len()) && !digits.starts_with('0');
    fits.then(|| {
        let mut number = String::with_capacity(digits.len() + 1);
        number.push('+');
        number.push_str(&digits);
        number
    })
}

/// `+440740…` is a common slip for `+44740…`. Only where every country of that code has the trunk
/// prefix 0: an Italian number keeps its zero.
fn without_trunk_zero(digits: &str) -> String {
    for length in 1..=3 {
        let Some((code, rest)) = digits.split_at_checked(length) else { break };
        let mut plans = table::PLANS.iter().filter(|plan| plan.code() == code).peekable();
        if plans.peek().is_some() {
            let zero = rest.starts_with('0') && plans.all(|plan| plan.trunk == Trunk::Zero);
            let rest = if zero { &rest[1..] } else { rest };
            return [code, rest].concat();
        }
    }
    digits.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Row {
        input: String,
        country: Option<String>,
        e164: Option<String>,
    }

    #[test]
    fn agrees_with_libphonenumber() {
        let rows: Vec<Row> =
            serde_json::from_str(include_str!("../../../../../tests/vectors/phones.json")).unwrap();
        assert!(rows.len() > 1000);
        for row in rows {
            assert_eq!(
                e164(&row.input, row.country.as_deref()),
                row.e164,
                "{} in {:?}",
                row.input,
                row.country
            );
        }
    }
}
