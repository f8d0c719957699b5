//! Telephone numbers to E.164, with the country of the address they stand in. What libphonenumber
//! takes for a valid number becomes what it makes of it, or nothing where the few figures kept here
//! of a country's plan do not tell for certain (tests/vectors/phones.py makes them, and the rows
//! that this is held to). Of any other text it may make a number that nobody has.

mod columns;
mod extension;
mod numbering_plan;
mod table;

use columns::find;
use numbering_plan::NumberingPlan;

use crate::text::Text;

/// `+` and the digits, or `None`. `text` as [`super::person::seen`] gives it, `country` as
/// [`super::person::country`].
pub fn e164(text: &str, country: Option<&str>) -> Option<Text> {
    let (international, digits) = read(text)?;
    if international {
        return abroad(&digits);
    }
    let country = country?;
    let plan = find(&|plan| plan.is_of(country))?;
    match digits.strip_prefix(plan.dialling()) {
        Some(rest) if !rest.starts_with('0') => abroad(rest),
        _ => at_home(&plan, &digits),
    }
}

/// Whether it began with `+`, and the digits alone. `None` where it holds anything that is no
/// number.
fn read(text: &str) -> Option<(bool, String)> {
    // A label such as "Tel.:" may stand before it.
    let begins = |byte: u8| byte == b'+' || byte.is_ascii_digit();
    let text = text.get(text.bytes().position(begins)?..)?;
    let number = text.strip_prefix('+');
    let mut digits = String::with_capacity(text.len());
    let mut left = number.unwrap_or(text).chars();
    loop {
        let here = left.as_str();
        match left.next() {
            Some(digit @ '0'..='9') => digits.push(digit),
            // The last is how a Japanese keyboard writes a dash.
            Some('\t'..=' ' | '-' | '.' | '(' | ')' | '[' | ']' | '/' | 'ー') => {}
            Some(_) if !extension::is_all_of(here) => return None,
            _ => return Some((number.is_some(), digits)),
        }
    }
}

/// Of a number that begins with a country's code. What does not fit the plan is left as it is
/// written, unless something may stand before it that is only dialled inside the country.
fn abroad(digits: &str) -> Option<Text> {
    // The first of those that share a code has what all of them may dial.
    let plan = find(&|plan| plan.behind_code(digits).is_some());
    let rest = plan.and_then(|plan| plan.behind_code(digits)).unwrap_or(digits);
    plan.and_then(|plan| plan.number(rest)).or_else(|| {
        let sure = !matches!(rest.as_bytes().first(), None | Some(b'0' | b'1' | b'8'));
        (sure && (7..16).contains(&digits.len())).then(|| ["+", digits].concat().into())
    })
}

/// Of what is dialled inside the country; its own code may stand before it.
fn at_home(plan: &NumberingPlan, digits: &str) -> Option<Text> {
    let domestic = plan.number(digits);
    let Some(rest) = plan.behind_code(digits) else {
        return domestic;
    };
    let with_code = plan.number(rest);
    if !plan.may_begin_with_code(digits) {
        return with_code;
    }
    match with_code {
        None => domestic.filter(|_| !rest.starts_with('0')),
        // Both readings may be possible.
        Some(_) => with_code.filter(|number| domestic.is_none_or(|own| own == *number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiktok::person::{country, native_fold, seen};

    #[derive(Debug, serde::Deserialize)]
    struct Row {
        input: String,
        country: Option<String>,
        e164: Option<String>,
    }

    /// A row's `e164` is libphonenumber's; `null` where nothing can be read for certain. Gives how many
    /// are valid numbers, and how many of those are not read.
    fn judge(rows: &str) -> (usize, usize) {
        let rows: Vec<Row> = serde_json::from_str(rows).unwrap();
        let (mut known, mut silent, mut wrong) = (0, 0, Vec::new());
        for row in &rows {
            let country = row.country.as_deref().and_then(country);
            let made = e164(&seen(&row.input, &native_fold), country.as_deref());
            let is_silent = row.e164.is_some() && made.is_none();
            if !is_silent && made.as_deref() != row.e164.as_deref() {
                wrong.push(format!("{row:?}: {made:?}"));
            }
            known += usize::from(row.e164.is_some());
            silent += usize::from(is_silent);
        }
        assert!(wrong.is_empty(), "{} of {known}:\n{}", wrong.len(), wrong.join("\n"));
        (known, silent)
    }

    #[test]
    fn agrees_with_libphonenumber_or_says_nothing() {
        let (known, silent) = judge(include_str!("../../../../../tests/vectors/phones.json"));
        assert!(known > 2000);
        assert!(silent * 50 <= known, "of {known} valid numbers {silent} are not read");
    }

    #[test]
    #[ignore = "its rows are made by chance: tests/vectors/phones.py says how"]
    fn agrees_with_libphonenumber_on_spellings_by_chance() {
        let path = std::env::var("ASSENT_PHONES").expect("ASSENT_PHONES names a file of rows");
        let (known, silent) = judge(&std::fs::read_to_string(path).expect("a file of rows"));
        println!("of {known} valid numbers {silent} are not read, and none is read wrongly");
    }
}
