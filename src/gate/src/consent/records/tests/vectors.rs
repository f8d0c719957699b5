//! tests/vectors/: what real tools wrote, and what the official libraries make of IAB's strings.

use serde_json::json;

use super::*;

/// What the records of the row's own tool say together: a denial before a grant.
fn says(row: &Value, own: bool) -> Verdict {
    let records = read(&jar_of(row, own), Cmp::Auto, &[]);
    let found = records.iter().filter(|record| record.source.as_str() == row["cmp"]);
    found.map(|record| record.verdict).max().unwrap_or(Verdict::Undecided)
}

#[test]
fn every_row_of_the_shared_vectors_says_what_it_says() {
    let rows = rows(include_str!("../../../../../../tests/vectors/consent-records.json"));
    assert!(rows.len() >= 159);
    let mut wrong = Vec::new();
    for row in &rows {
        let fits = match row["marketing"].as_bool() {
            Some(true) => says(row, true) == Verdict::Granted,
            Some(false) => says(row, true) == Verdict::Denied,
            // No decision: it adds nothing to what its companions say by themselves.
            None => {
                says(row, true) == says(row, false)
                    || matches!(says(row, true), Verdict::Undecided | Verdict::Unreadable)
            }
        };
        if !fits {
            wrong.push(format!("{:?} where {}", says(row, true), row));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tc_strings_are_decoded_as_the_official_libraries_do() {
    for row in rows(include_str!("../../../../../../tests/vectors/tcf.json")) {
        let said = tcf::said(row["string"].as_str().unwrap());
        let core = &row["decoded"];
        if core["version"] == 1 {
            assert_eq!(said, None, "{row}");
            continue;
        }
        let said = said.unwrap();
        // Strings of cmpId 0 follow the layout; the libraries refuse that id. Not service-specific
        // is invalid since 2021.
        let refused =
            core.is_null() && !row["error"].as_str().unwrap_or_default().contains("cmpId");
        if refused || core["isServiceSpecific"] == false {
            let malformed_later = row["error"]
                .as_str()
                .unwrap_or_default()
                .contains("bitfield encoding length mismatch");
            assert!(said.answer == Answer::Unreadable || malformed_later, "{row}");
            continue;
        }
        let (verdict, held) = ground(core);
        let found = (said.answer.verdict(), said.answer == Answer::Held);
        assert_eq!(found, (verdict, held), "{row}");
        if let Some(updated) = core["lastUpdated"].as_str() {
            assert_eq!(said.decided_at, updated.parse().ok(), "{row}");
        }
    }
}

/// What the decoded purposes amount to: 1, 3 and 4 by consent; 7 by consent, while legitimate
/// interest for it is neither a yes nor a refusal. A publisher's segment that is not empty as well.
pub(super) fn ground(core: &Value) -> (Verdict, bool) {
    let has = |list: &str, purpose: i32| {
        core[list].as_array().is_some_and(|all| all.contains(&json!(purpose)))
    };
    let of = |consents: &str, interests: &str| match (
        [1, 3, 4].iter().all(|purpose| has(consents, *purpose)),
        has(consents, 7),
        has(interests, 7),
    ) {
        (true, true, _) => (Verdict::Granted, false),
        (true, false, true) => (Verdict::Undecided, true),
        _ => (Verdict::Denied, false),
    };
    let is_used = |list: &str| core[list].as_array().is_some_and(|all| !all.is_empty());
    let publisher = ["publisherConsents", "publisherLegitimateInterests"];
    let own = of("purposeConsents", "purposeLegitimateInterests");
    if publisher.into_iter().any(is_used) { own.max(of(publisher[0], publisher[1])) } else { own }
}

#[test]
fn gpp_strings_are_decoded_as_the_official_library_does() {
    for row in rows(include_str!("../../../../../../tests/vectors/gpp.json")) {
        let said = gpp::said(row["string"].as_str().unwrap());
        let too_long = row["string"].as_str().unwrap().len() > limits::RECORD_TEXT;
        if row["decoded"].is_null() || too_long {
            assert!(said == Answer::Unreadable || too_long, "{row}");
            continue;
        }
        assert_ne!(said, Answer::Unreadable, "{row}");
        let objects = said == Answer::OptedOut;
        assert_eq!(objects, row["derived"]["us_opted_out_of_ads"] == true, "{row}");
        let purposes = row["derived"]["tcf_purposes"].as_array();
        let refused = purposes
            .is_some_and(|all| [1, 3, 4, 7].iter().any(|purpose| !all.contains(&json!(purpose))));
        assert_eq!(said.verdict() == Verdict::Denied, objects || refused, "{row}");
    }
}
