//! Tools that have vendors beside their purposes, and names that the shop has given.

use serde_json::json;

use super::reading::{cookies, stored};
use super::*;

/// A tool has vendors, or hosts, beside its purposes: a shop can name them, and then each counts.
#[test]
fn vendors_that_the_shop_names_are_asked_for_too() {
    let verdict = |jar: &Jar, source: &str, categories: &[&str]| {
        let categories: Vec<_> = categories.iter().map(|name| (*name).into()).collect();
        let records = read(jar, source.parse().unwrap(), &categories);
        records.iter().find(|record| record.source.as_str() == source).unwrap().verdict
    };
    let optanon = cookies(
        "OptanonConsent=groups=C0004%3A1&hosts=H16%3A1%2CH26%3A0&genVendors=V5%3A0%2C; OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z",
    );
    for (names, wanted) in [
        (&[][..], Verdict::Granted),
        (&["C0004", "H16"], Verdict::Granted),
        (&["C0004", "H26"], Verdict::Denied),
        (&["C0004", "V5"], Verdict::Denied),
        (&["C0004", "H99"], Verdict::Undecided),
    ] {
        assert_eq!(verdict(&optanon, "onetrust", names), wanted, "{names:?}");
    }
    let lists = cookies("__cmpcpcx12=__1_3__; __cmpcvcx12=__s23_c9953_U__");
    for (names, wanted) in [
        (&["3"][..], Verdict::Granted),
        (&["3", "c9953"], Verdict::Granted),
        (&["3", "s905"], Verdict::Denied),
        (&["2", "c9953"], Verdict::Denied),
        (&["c9953"], Verdict::Granted),
    ] {
        assert_eq!(verdict(&lists, "consentmanager", names), wanted, "{names:?}");
    }
    let sourcepoint = json!({"gdpr": {
        "euconsent": "CQgYw8AQgYw8AAKAHBENCyFgALIAAAAAAAYgF5wAQF5gAAAA",
        "grants": {
            "yes": {"vendorGrant": true, "purposeGrants": {"a": true, "b": true}},
            "no": {"vendorGrant": false, "purposeGrants": {"a": true}},
            "half": {"vendorGrant": true, "purposeGrants": {"a": true, "b": false}},
        },
    }});
    let sourcepoint = stored("_sp_user_consent_7417", &sourcepoint.to_string());
    for (names, wanted) in [
        (&[][..], Verdict::Granted),
        (&["yes"], Verdict::Granted),
        (&["no"], Verdict::Denied),
        (&["half"], Verdict::Denied),
        (&["unheard"], Verdict::Undecided),
    ] {
        assert_eq!(verdict(&sourcepoint, "sourcepoint", names), wanted, "{names:?}");
    }
    // {"version":2,"purposes":{"enabled":["marketing-x"],"disabled":["other-y"]},"vendors":{"enabled":["c:tiktok-KZAUQLZ9"]}}
    let didomi = cookies(
        "didomi_token=eyJ2ZXJzaW9uIjoyLCJwdXJwb3NlcyI6eyJlbmFibGVkIjpbIm1hcmtldGluZy14Il0sImRpc2FibGVkIjpbIm90aGVyLXkiXX0sInZlbmRvcnMiOnsiZW5hYmxlZCI6WyJjOnRpa3Rvay1LWkFVUUxaOSJdfX0",
    );
    for (names, wanted) in [
        (&[][..], Verdict::Undecided),
        (&["c:tiktok-KZAUQLZ9"], Verdict::Granted),
        (&["c:other"], Verdict::Undecided),
    ] {
        assert_eq!(verdict(&didomi, "didomi", names), wanted, "{names:?}");
    }
    assert!(read(&didomi, Cmp::Auto, &[])[0].held, "it is not left to Shopify either");
}

#[test]
fn names_given_by_the_shop_replace_the_usual_ones() {
    let jar = |cookie: &str| Jar { cookie: Some(cookie.into()), ..Jar::default() };
    let optanon = "OptanonConsent=groups=C0004%3A1%2Cadv%3A0%2Csoc%3A1; OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z";
    let verdict = |cookie: &str, source: &str, categories: &[&str]| {
        let categories: Vec<_> = categories.iter().map(|name| (*name).into()).collect();
        let cmp = source.parse().unwrap();
        read(&jar(cookie), cmp, &categories)
            .iter()
            .find(|record| record.source.as_str() == source)
            .unwrap()
            .verdict
    };
    assert_eq!(verdict(optanon, "onetrust", &[]), Verdict::Granted);
    assert_eq!(verdict(optanon, "onetrust", &["soc"]), Verdict::Granted);
    assert_eq!(verdict(optanon, "onetrust", &["soc", "adv"]), Verdict::Denied);
    assert_eq!(verdict(optanon, "onetrust", &["soc", "unheard"]), Verdict::Undecided);
    assert_eq!(verdict("__cmpcpcx12=__1_3__", "consentmanager", &["3"]), Verdict::Granted);
    assert_eq!(verdict("__cmpcpcx12=__1_3__", "consentmanager", &["2"]), Verdict::Denied);
    assert_eq!(verdict("__cmpcpcs12=__1_3__", "consentmanager", &["2"]), Verdict::Denied);
    // The site may have chosen another sign than `@`.
    for sign in ["@", "%40", "%21"] {
        let privacy =
            ["TC_PRIVACY=0", "032%7C13%7C1665", "2%2C3", "1", "1772442000000%2C1772442000000", ""]
                .join(sign);
        for (wanted, said) in [
            (&["3"][..], Verdict::Granted),
            (&["2", "3"], Verdict::Granted),
            (&["3", "4"], Verdict::Denied),
            (&["13"], Verdict::Denied),
        ] {
            assert_eq!(verdict(&privacy, "commanders-act", wanted), said, "{privacy} {wanted:?}");
        }
        let cut = &privacy[..privacy.len() - sign.len() - 30];
        assert_eq!(verdict(cut, "commanders-act", &["3"]), Verdict::Unreadable, "{cut}");
        let refused = privacy.replace("=0", "=1");
        assert_eq!(verdict(&refused, "commanders-act", &["3"]), Verdict::Denied, "{refused}");
    }
    let tealium = "CONSENTMGR=c1:1%7Cc3:0%7Cc5:1%7Cts:1772442000000%7Cconsent:true";
    assert_eq!(verdict(tealium, "tealium", &["c5"]), Verdict::Granted);
    assert_eq!(verdict(tealium, "tealium", &["c1", "c3"]), Verdict::Denied);
    let whole = "CONSENTMGR=ts:1772442000000%7Cconsent:true";
    assert_eq!(verdict(whole, "tealium", &["c5"]), Verdict::Undecided);
    let compact = "c15t=c.necessary:1,c.ads:1,i.t:1793730704482";
    assert_eq!(verdict(compact, "c15t", &["ads"]), Verdict::Granted);
    assert_eq!(verdict(compact, "c15t", &["ads", "marketing"]), Verdict::Denied);
}

/// A yes for one of two that the shop has named is none for both, nor do two that are named alike
/// stand for one that is not there; and a word of another tool's is not this one's.
#[test]
fn a_yes_is_of_all_that_was_named_and_of_nothing_else() {
    let verdict = |jar: &Jar, source: &str, categories: &[&str]| {
        let categories: Vec<_> = categories.iter().map(|name| (*name).into()).collect();
        let records = read(jar, source.parse().unwrap(), &categories);
        records.iter().find(|record| record.source.as_str() == source).unwrap().verdict
    };
    let purposes = "__cmpcpcx123=__1_2_3__";
    let both = "__cmpcpcx123=__1_2_3__; __cmpcvcx123=__s905__";
    for (cookie, categories, expected) in [
        (purposes, &["3", "s905"][..], Verdict::Undecided),
        ("__cmpcvcx123=__s905__", &["3", "s905"], Verdict::Undecided),
        (purposes, &["4", "s905"], Verdict::Denied),
        (both, &["3", "s905"], Verdict::Granted),
        (both, &["3", "s906"], Verdict::Denied),
    ] {
        let said = verdict(&cookies(cookie), "consentmanager", categories);
        assert_eq!(said, expected, "{cookie} {categories:?}");
    }
    let twice = r#"{"consent":{"services":{"a":{"name":"TikTok","consent":true},"b":{"name":"TikTok","consent":true}}}}"#;
    let mut jar = stored("ucData", twice);
    jar.storage.push(("uc_user_interaction".into(), Stored::Text("true".into())));
    assert_eq!(verdict(&jar, "usercentrics", &["TikTok"]), Verdict::Granted);
    assert_eq!(verdict(&jar, "usercentrics", &["TikTok", "Ads"]), Verdict::Undecided);
    assert_eq!(verdict(&jar, "usercentrics", &[]), Verdict::Granted);
    for name in ["sales_support", "data_safety", "targeted_x"] {
        let cookie = ["cc_cookie={\"categories\":[\"necessary\",\"", name, "\"]}"].concat();
        assert_eq!(verdict(&cookies(&cookie), "vanilla-cookieconsent", &[]), Verdict::Denied);
    }
}

/// Whatever other cookies hold a signal's word in their names.
#[test]
fn an_opt_out_under_its_own_name_is_heard_among_many() {
    for (other, own) in [
        ("usp_", "usprivacy=1YYN"),
        ("x_privacy_", "us_privacy=1YYN"),
        ("gpp_", "__gpp=DBABLA~BVQqAAAAAgA.YA"),
    ] {
        let many: String = (0..20).map(|n| format!("{other}{n}=1; ")).collect();
        let records = read(&cookies(&[&many, own].concat()), Cmp::Shopify, &[]);
        assert!(records.iter().any(|record| record.opt_out), "{own}");
    }
}
