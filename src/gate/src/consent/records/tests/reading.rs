use serde_json::json;

use super::*;
use crate::hex::Digest;
use crate::time::Timestamp;

#[test]
fn every_format_has_a_slug_of_the_list() {
    for format in FORMATS {
        assert_eq!(format.source.as_str().parse(), Ok(format.source));
    }
}

pub(super) fn one(cookie: &str, source: &str) -> Option<Record> {
    let jar = Jar { cookie: Some(cookie.into()), ..Jar::default() };
    read(&jar, Cmp::Auto, &[]).into_iter().find(|record| record.source.as_str() == source)
}

#[test]
fn of_two_cookies_of_one_name_the_denial_wins() {
    let yes = "CookieConsent={stamp:%27a%27%2Cmarketing:true}";
    let no = "CookieConsent={stamp:%27a%27%2Cmarketing:false}";
    assert_eq!(one(yes, "cookiebot").unwrap().verdict, Verdict::Granted);
    for cookie in [format!("{yes}; {no}"), format!("{no}; {yes}")] {
        assert_eq!(one(&cookie, "cookiebot").unwrap().verdict, Verdict::Denied);
    }
    assert!(one("usprivacy=1YNN; us_privacy=1YYN", "usp").unwrap().opt_out);
}

/// One that cannot be read keeps a yes from counting, hides no no, and is named beside the other.
#[test]
fn a_copy_that_cannot_be_read_stands_beside_one_that_can() {
    let yes = "CookieConsent={stamp:%27a%27%2Cmarketing:true}";
    let no = "CookieConsent={stamp:%27a%27%2Cmarketing:false}";
    let odd = "CookieConsent=rubbish";
    let verdicts = |jar: &Jar, source: &str| -> Vec<Verdict> {
        let records = read(jar, Cmp::Auto, &[]);
        let own = records.iter().filter(|record| record.source.as_str() == source);
        own.map(|record| record.verdict).collect()
    };
    for (readable, verdict) in [(yes, Verdict::Granted), (no, Verdict::Denied)] {
        for cookie in [format!("{readable}; {odd}"), format!("{odd}; {readable}; {odd}")] {
            let found = verdicts(&cookies(&cookie), "cookiebot");
            assert_eq!(found, [verdict, Verdict::Unreadable], "{cookie}");
        }
    }
    // The same tool's record in a cookie, cut, and in localStorage, whole.
    let c15t = "{\"consents\":{\"marketing\":true},\"consentInfo\":{\"time\":1}}";
    let jar = Jar { cookie: Some("c15t={".into()), ..stored("privacy-consent-storage", c15t) };
    let records = read(&jar, Cmp::Auto, &[]);
    let keys: Vec<&str> = records.iter().map(|record| record.key.as_str()).collect();
    assert_eq!(keys, ["privacy-consent-storage", "c15t"]);
    assert_eq!(verdicts(&jar, "c15t"), [Verdict::Granted, Verdict::Unreadable]);
    // One that cannot even be fetched.
    let storage = vec![
        ("c15t".into(), Stored::Unreadable),
        ("privacy-consent-storage".into(), Stored::Text(c15t.replace("true", "false").into())),
    ];
    let jar = Jar { storage, ..Jar::default() };
    assert_eq!(verdicts(&jar, "c15t"), [Verdict::Denied, Verdict::Unreadable]);
}

/// A refusal that stands there whole, in a value that was cut behind it.
#[test]
fn a_no_of_onetrust_counts_where_the_value_was_cut() {
    let closed = "OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z; OptanonConsent=groups=";
    for (groups, wanted) in [
        ("C0004%3A0%2CC00", Verdict::Denied),
        ("C0004%3A1%2CC00", Verdict::Undecided),
        ("C0004%3A0%2CC00&AwaitingReconsent=true", Verdict::Undecided),
    ] {
        assert_eq!(verdict(&cookies(&[closed, groups].concat()), "onetrust"), wanted, "{groups}");
    }
}

#[test]
fn a_gpc_that_a_tool_echoes_is_an_opt_out() {
    for cookie in [
        "OptanonConsent=isGpcEnabled=1&groups=C0004%3A1",
        "OptanonConsent=browserGpcFlag=1",
        "gpcishonored=true",
        "gpcsignal=1",
        "__privaci_cookie_consents={\"consents\":{},\"gpcInBrowserOnConsent\":true}",
    ] {
        assert!(
            one(cookie, "gpc").is_some_and(|record| record.opt_out && !record.deciding),
            "{cookie}"
        );
    }
    // It answers in the shopper's place.
    let fides = "fides_consent={\"consent\":{},\"fides_meta\":{\"consentMethod\":\"gpc\"}}";
    assert!(one(fides, "fides").is_some_and(|record| record.opt_out));
    for cookie in
        ["OptanonConsent=isGpcEnabled=0&x=isGpcEnabled=1", "gpcishonored=false", "gpcsignal=0"]
    {
        assert_eq!(one(cookie, "gpc"), None, "{cookie}");
    }
}

#[test]
fn a_record_carries_its_proof_and_never_its_raw_value() {
    let cookie = "OptanonConsent=version=202501.2.0&consentId=11111111-2222&groups=C0004%3A1; OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z";
    let record = one(cookie, "onetrust").unwrap();
    assert_eq!(record.decided_at, "2026-03-02T09:00:01Z".parse().ok());
    assert_eq!(record.version.as_deref(), Some("202501.2.0"));
    assert_eq!(record.id, Some(Digest::of(b"11111111-2222")));
    assert_eq!(
        record.value,
        Digest::of(b"version=202501.2.0&consentId=11111111-2222&groups=C0004%3A1")
    );
    assert!(!serde_json::to_string(&record).unwrap().contains("11111111-2222"));
}

#[test]
fn a_record_says_itself_when_it_ends() {
    let vanilla =
        json!({"categories": ["marketing"], "expirationTime": 1_788_166_800_000_i64}).to_string();
    let record = one(&format!("cc_cookie={vanilla}"), "vanilla-cookieconsent").unwrap();
    assert!(
        !record.is_stale(Timestamp(1_788_166_799)) && record.is_stale(Timestamp(1_788_166_800))
    );
    let civic = json!({"optionalCookies": {"Ads": "accepted"}, "interactedWith": true, "consentDate": 1_772_442_000_000_i64, "consentExpiry": 90}).to_string();
    let record = one(&format!("CookieControl={civic}"), "civic").unwrap();
    assert_eq!(
        (record.verdict, record.expires_at),
        (Verdict::Granted, Some(Timestamp(1_772_442_000 + 90 * 86400)))
    );
}

#[test]
fn what_could_not_be_read_is_unreadable_and_what_is_too_long_too() {
    let jar = Jar { storage: vec![("ucData".into(), Stored::Unreadable)], ..Jar::default() };
    assert_eq!(read(&jar, Cmp::Auto, &[])[0].verdict, Verdict::Unreadable);
    // Of a name with a `*`, the list of what begins so.
    let jar =
        Jar { storage: vec![("_sp_user_consent_*".into(), Stored::Unreadable)], ..Jar::default() };
    assert_eq!(read(&jar, Cmp::Auto, &[])[0].verdict, Verdict::Unreadable);
    let long = format!("klaro={{\"tiktok\":true,\"x{}\":true}}", "x".repeat(limits::RECORD_TEXT));
    assert_eq!(one(&long, "klaro").unwrap().verdict, Verdict::Unreadable);
}

#[test]
fn localstorage_is_read_for_the_tool_that_was_named_and_for_few_on_auto() {
    let keys = |cmp: &str| {
        let mut keys = Vec::new();
        storage_keys(cmp.parse().unwrap(), &mut |key| keys.push(key.to_owned()));
        keys
    };
    assert!(keys("shopify").is_empty() && keys("onetrust").is_empty());
    assert_eq!(keys("sourcepoint"), ["_sp_user_consent_*"]);
    assert_eq!(keys("klaro"), ["klaro"]);
    assert_eq!(keys("ketch"), ["_ketch_consent_v1_", "_ketch_gpp_v1_"]);
    assert_eq!(
        keys("auto"),
        [
            "ucData",
            "uc_settings",
            "uc_user_interaction",
            "uc_gcm",
            "uc_tcf",
            "uc_usprivacy",
            "TERMLY_API_CACHE",
            "tcmConsent",
            "_ketch_consent_v1_",
            "_ketch_gpp_v1_",
            "IABGPP_HDR_GppString"
        ]
    );
}

/// What the deciding records of `source` say together.
fn verdict(jar: &Jar, source: &str) -> Verdict {
    let records = read(jar, Cmp::Auto, &[]);
    let own = records.iter().filter(|record| record.source.as_str() == source);
    own.map(|record| record.verdict).max().expect("a record")
}

pub(super) fn cookies(cookie: &str) -> Jar {
    Jar { cookie: Some(cookie.into()), ..Jar::default() }
}

pub(super) fn stored(key: &str, value: &str) -> Jar {
    let storage = vec![
        (key.into(), Stored::Text(value.into())),
        ("uc_user_interaction".into(), Stored::Text("true".into())),
    ];
    Jar { storage, ..Jar::default() }
}

#[test]
fn a_yes_is_none_where_the_value_was_cut() {
    let tcf = "euconsent-v2=CQgYw8AQgYw8AAKAHBENCyFgAPLAAAAAAAYgAAAAAAAA";
    let optanon = "OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z; OptanonConsent=groups=C0001%3A1%2CC0004%3A1";
    let trustarc = "notice_preferences=2:; notice_gdpr_prefs=0,1,2";
    let consentmo =
        "cookieconsent_status=accept_selected; cookieconsent_preferences_disabled=analytics%2C";
    for (source, whole, cuts) in [
        (
            "onetrust",
            [optanon, "&AwaitingReconsent=false"],
            &["&A", "&AwaitingReconsent=", "&AwaitingReconsent=tr", "%2CC00"][..],
        ),
        ("cookieyes", ["cookieyes-consent=action:yes,advertisement:yes", ",other:no"], &[",oth"]),
        ("tarteaucitron", ["tarteaucitron=!tiktok=true", "!youtube=true"], &["!you"]),
        ("axeptio", ["axeptio_authorized_vendors=%2Ca%2Ctiktok", "%2C"], &["", "%2", "%2Cb"]),
        (
            "consentmo",
            [consentmo, "functionality"],
            &["m", "marketin", "marketing%2", "functional"],
        ),
        ("trustarc", [trustarc, ":"], &["", "::", "::impl", ":implied,us"]),
        // The publisher's consents and the vendors disclosed.
        ("tcf", [tcf, ".dkAAAAAAAAAA"], &[".", ".d", ".dkAAAAAAA"]),
        ("tcf", [tcf, ".IAOgBgAAgAAA"], &[".I", ".IAOgBgA"]),
    ] {
        assert_eq!(
            verdict(&cookies(&whole.concat()), source),
            Verdict::Granted,
            "{}",
            whole.concat()
        );
        for cut in cuts {
            let cookie = [whole[0], cut].concat();
            assert_ne!(verdict(&cookies(&cookie), source), Verdict::Granted, "{cookie}");
        }
    }
}

/// A shop may let Shopify decide where nobody was asked.
#[test]
fn a_region_where_nobody_is_asked_is_undecided_and_not_unreadable() {
    for cookie in [
        "notice_gdpr_prefs=0,1,2::implied,us",
        "notice_gdpr_prefs=0%2C1%2C2::implied%2Cus; notice_preferences=2:",
    ] {
        assert_eq!(verdict(&cookies(cookie), "trustarc"), Verdict::Undecided, "{cookie}");
    }
}

#[test]
fn a_yes_is_none_where_a_name_stands_twice() {
    for (source, cookie) in [
        (
            "transcend",
            "tcm={\"confirmed\":true,\"confirmed\":false,\"purposes\":{\"Advertising\":true}}",
        ),
        ("iubenda", "_iub_cs-1={\"purposes\":{\"5\":true},\"purposes\":{}}"),
        ("avada", "avada_cookie_consent={\"marketing\":true,\"marketing\":\"no\"}"),
        ("cookiebot", "CookieConsent={marketing:true,method:'explicit',method:'implicit'}"),
        ("onetrust", "OptanonAlertBoxClosed=x; OptanonConsent=groups=C0004%3A1&groups=C0001%3A1"),
        // base64 of {"behavioral_advertising":{"status":"granted"},"a":1,"a":2}
        (
            "ketch",
            "_ketch_consent_v1_=eyJiZWhhdmlvcmFsX2FkdmVydGlzaW5nIjp7InN0YXR1cyI6ImdyYW50ZWQifSwiYSI6MSwiYSI6Mn0",
        ),
    ] {
        assert_eq!(verdict(&cookies(cookie), source), Verdict::Undecided, "{cookie}");
    }
    let twice = "{\"gdpr\":{\"euconsent\":\"CQgYw8AQgYw8AAKAHBENCyFgALIAAAAAAAYgF5wAQF5gAAAA\"},\"gdpr\":{}}";
    assert_eq!(verdict(&stored("_sp_user_consent_1", twice), "sourcepoint"), Verdict::Unreadable);
    let twice = "{\"gcm\":{\"adStorage\":\"granted\",\"adUserData\":\"granted\",\"adPersonalization\":\"granted\"},\"gcm\":{}}";
    assert_eq!(verdict(&stored("ucData", twice), "usercentrics"), Verdict::Undecided);
}

/// docs/facts/consent.md#reading-a-value: percent-decode exactly once. Raw JSON is not encoded, so
/// a `%22` in it is part of a text.
#[test]
fn an_escape_within_raw_json_stays_in_its_text() {
    let value = "{\"TERMLY_COOKIE_CONSENT\":{\"value\":{\"x\":\"%22,%22advertising%22:true,%22y%22:%22\"}}}";
    assert_eq!(verdict(&stored("TERMLY_API_CACHE", value), "termly"), Verdict::Undecided);
    let encoded = "avada_cookie_consent=%7B%22marketing%22:true%7D";
    assert_eq!(verdict(&cookies(encoded), "avada"), Verdict::Granted);
}

#[test]
fn an_odd_value_is_no_yes() {
    for (source, cookie) in [
        // base64 of {"status":"allow","preferences":8}, …:40}, and {"preferences":0}: three
        // categories, and an answer.
        ("pandectes", "_pandectes_gdpr=eyJzdGF0dXMiOiJhbGxvdyIsInByZWZlcmVuY2VzIjo4fQ=="),
        ("pandectes", "_pandectes_gdpr=eyJzdGF0dXMiOiJhbGxvdyIsInByZWZlcmVuY2VzIjo0MH0="),
        ("pandectes", "_pandectes_gdpr=eyJwcmVmZXJlbmNlcyI6MH0="),
        ("c15t", "c15t={\"consents\":{\"marketing\":true},\"consentInfo\":null}"),
        ("cookiebot", "CookieConsent={marketing:true,pref}nces:true}"),
        ("trustarc", "notice_preferences=2:; cmapi_cookie_privacy=0ermit 1,2 required"),
        ("trustarc", "notice_preferences=2:; cmapi_cookie_privacy=permit 1 requi3red"),
        ("trustarc", "notice_preferences=2:; notice_gdpr_prefs=99999999999:"),
        (
            "trustarc",
            "notice_preferences=2:; notice_behavior=none; cmapi_cookie_privacy=permit 1,2,3",
        ),
        (
            "complianz",
            "cmplz_banner-status=dismissed; cmplz_banner-status=show; cmplz_marketing=allow",
        ),
        (
            "consentmo",
            "cookieconsent_status=accept_selected; cookieconsent_preferences_disabled=narketing",
        ),
        ("tcf", "euconsent-v2=CQgYw8AQgYw8AAKAHBENCyFgAPLAAAAAAAYgAAAAAAAA.QQQ"),
        ("tcf", "euconsent-v2=CQgYw8AQgYw8AAKAHBENCyFgAPLAAAAAAAYgAAAAAAAAAAAB"),
    ] {
        assert_ne!(verdict(&cookies(cookie), source), Verdict::Granted, "{cookie}");
    }
    let beside =
        "cmapi_cookie_privacy=permit 1,2,3; notice_preferences=2:; notice_gdpr_prefs=0,1v,2:";
    assert_eq!(verdict(&cookies(beside), "trustarc"), Verdict::Unreadable);
    let denied = "CookieInformationConsent={\"consents_approved\":[\"cookie_cat_marketing\"],\"consents_denied\":\"x\"}";
    assert_eq!(verdict(&cookies(denied), "cookie-information"), Verdict::Undecided);
    let termly =
        "{\"TERMLY_COOKIE_CONSENT\":{\"value\":{\"do_not_sell\":\"true\",\"advertising\":true}}}";
    assert_eq!(verdict(&stored("TERMLY_API_CACHE", termly), "termly"), Verdict::Undecided);
    let services =
        "{\"services\":[{\"status\":true,\"history\":[{\"type\":\"explicit\"}]},{\"id\":\"x\"}]}";
    assert_eq!(verdict(&stored("uc_settings", services), "usercentrics"), Verdict::Undecided);
}

#[test]
fn of_many_copies_the_first_sixteen_are_looked_into() {
    let yes = "cmplz_banner-status=dismissed; ".to_owned() + &"cmplz_marketing=allow; ".repeat(15);
    assert_eq!(
        verdict(&cookies(&[&yes, "cmplz_marketing=allow"].concat()), "complianz"),
        Verdict::Granted
    );
    assert_eq!(
        verdict(&cookies(&[&yes, "cmplz_marketing=deny"].concat()), "complianz"),
        Verdict::Denied
    );
    let more = [&yes, "cmplz_marketing=allow; cmplz_marketing=allow"].concat();
    assert_eq!(verdict(&cookies(&more), "complianz"), Verdict::Unreadable);
}

/// The endpoint refuses a beacon whose evidence is larger than a real one's.
#[test]
fn a_record_of_any_size_fits_a_beacon() {
    let long = "9".repeat(200);
    let record =
        one(&format!("OptanonConsent=version={long}&groups=C0004%3A1"), "onetrust").unwrap();
    assert_eq!(record.version, None);
    assert_eq!(one(&format!("_iub_cs-{long}=%7B%22consent%22%3Atrue%7D"), "iubenda"), None);
    assert_eq!(one(&format!("us_privacy_{long}=1YNN"), "usp"), None);
    assert!(2 * FORMATS.len() <= limits::RECORDS);
}

/// Undecided would leave it to Shopify where `undecided = "shopify"`: what is no record at all says
/// nothing of a choice.
#[test]
fn what_holds_no_pair_is_unreadable_and_not_undecided() {
    for value in ["%FF%FE", "xyz", "0", "<script>alert(1)</script>"] {
        let cookie =
            format!("OptanonConsent={value}; OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z");
        assert_eq!(one(&cookie, "onetrust").unwrap().verdict, Verdict::Unreadable, "{cookie}");
        assert_eq!(one(&cookie, "gpc"), None, "{cookie}");
        let cookie = format!("cookieyes-consent={value}");
        assert_eq!(one(&cookie, "cookieyes").unwrap().verdict, Verdict::Unreadable, "{cookie}");
    }
}
