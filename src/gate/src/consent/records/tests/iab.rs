//! What keeps an objection or a refusal in IAB's strings from being heard: nothing.

use super::reading::one;
use super::*;

#[test]
fn of_several_gpp_strings_any_objection_counts_whatever_their_names_are() {
    let (no, open) = ("DBABLA~BVQVAAAABgA.QA", "DBABLA~BVQqAAAAAgA.QA");
    for name in [
        "OTGPPConsent",
        "OTGPPConsent2",
        "IABGPP_HDR_GppString",
        "__gpp",
        "_gpp",
        "gpp",
        "GPP",
        "gppstring",
        "gpp-string",
        "am_gpp",
    ] {
        for cookie in [
            format!("{name}={no}"),
            format!("{name}={open}; {name}={no}"),
            format!("{name}={no}; {name}={open}"),
            format!("{name}={no}; {name}=rubbish; other={open}"),
            format!("__gpp={open}; {name}=%22{no}%22"),
            format!("{name}={}", no.replace('~', "%257E")),
            format!("{name}={no}%"),
        ] {
            let record = one(&cookie, "gpp").unwrap();
            assert!(record.opt_out && !record.deciding, "{cookie}");
        }
        let record = one(&format!("{name}={open}"), "gpp").unwrap();
        assert!(!record.opt_out && record.verdict == Verdict::Undecided, "{name}");
        assert_eq!(one(&format!("{name}=x"), "gpp").unwrap().verdict, Verdict::Unreadable);
    }
    for cookie in
        ["__gpp_sid=7", "gpp_sid=-1", "IABGPP_GppSID=7_8", "__gpp=", "other=DBABLA~BVQVAAAABgA.QA"]
    {
        assert_eq!(one(cookie, "gpp"), None, "{cookie}");
    }
}

/// A section that cannot be read takes no objection of another's back, nor does one that is missing.
#[test]
fn an_objection_in_a_gpp_string_that_was_cut_still_counts() {
    // Sections 2 and 6; 7 and 8.
    for text in [
        "DBACNYA~AAAA~1YYN",
        "DBACNYA~~1YYN",
        "DBABrw~CFQaAAAAAABA.QA",
        "DBABrw~CFQaAAAAAABA.QA~?",
        "DBABrw~?~BUYAAABA",
    ] {
        assert!(gpp::said(text) == Answer::OptedOut, "{text}");
    }
    for text in ["DBACNYA~AAAA~1YNN", "DBABrw~CFQqAAAAAABA.QA", "DBABrw~CFQqAAAAAABA.QA~?"] {
        assert_eq!(gpp::said(text), Answer::Unreadable, "{text}");
    }
}

#[test]
fn a_core_that_refuses_is_not_muted_by_what_follows_it() {
    let (no, yes) = (
        "CQgYw8AQgYw8AAKAHBENCyFgAIGAAAAAAAYgAAAAAAAA",
        "CQgYw8AQgYw8AAKAHBENCyFgALIAAAAAAAYgF5wAQF5gAAAA",
    );
    for behind in [".?", ".", ".AAAA", ".IAOgBgA", "B"] {
        let said = |core: &str| tcf::said(&[core, behind].concat()).unwrap().answer.verdict();
        assert_eq!((said(no), said(yes)), (Verdict::Denied, Verdict::Unreadable), "{behind}");
    }
    let cut = |at: usize| tcf::said(&no[..at]).unwrap().answer.verdict();
    assert_eq!((cut(20), cut(34)), (Verdict::Unreadable, Verdict::Denied));
}
