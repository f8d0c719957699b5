//! `assent consent read`: what a merchant pastes, and what they are told. The gate's own tests hold
//! every record; here it is the command: where its input comes from, what it prints, and that it
//! exits 0 whatever the decision.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::server::{SHOP, World};

const AT: &str = "2026-03-03T09:00:00Z";
const ONETRUST_YES: &str =
    "OptanonConsent=groups=C0001%3A1%2CC0004%3A1; OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z";
const ONETRUST_NO: &str =
    "OptanonConsent=groups=C0001%3A1%2CC0004%3A0; OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z";

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("it can be written");
        path
    }

    fn shopify(&self, marketing: bool, sale: bool) -> String {
        let signal = json!({ "marketingAllowed": marketing, "saleOfDataAllowed": sale,
            "analyticsProcessingAllowed": true, "preferencesProcessingAllowed": true });
        self.file(&format!("shopify-{marketing}-{sale}.json"), &signal.to_string())
            .display()
            .to_string()
    }
}

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
    command.args(["consent", "read", "--at", AT]).args(arguments).output().expect("it runs")
}

fn read(arguments: &[&str]) -> Value {
    let output = run(&[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

fn decided(arguments: &[&str]) -> (String, String) {
    let answer = read(arguments);
    let text = |key: &str| answer[key].as_str().expect("a word").to_owned();
    (text("decision"), text("rule"))
}

fn is(decision: &str, rule: &str) -> (String, String) {
    (decision.to_owned(), rule.to_owned())
}

#[test]
fn every_decision_is_an_answer_and_exits_0() {
    let desk = Desk::new();
    let allowed = desk.shopify(true, true);
    let with = |more: &[&'static str]| {
        [
            &["--shopify".to_owned(), allowed.clone()],
            more.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>().as_slice(),
        ]
        .concat()
    };
    let with_allowed =
        |more: &[&'static str]| decided(&with(more).iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(decided(&[]), is("unknown", "shopify_silent"), "without --shopify nobody allows");
    assert_eq!(with_allowed(&[]), is("unknown", "cmp_missing"), "the default is auto");
    assert_eq!(with_allowed(&["--cmp", "shopify"]), is("granted", "shopify_only"));
    assert_eq!(with_allowed(&["--cookies", ONETRUST_YES]), is("granted", "all_yes"));
    assert_eq!(
        with_allowed(&["--cookies", ONETRUST_YES, "--cmp", "onetrust"]),
        is("granted", "all_yes")
    );
    assert_eq!(
        with_allowed(&["--cookies", ONETRUST_YES, "--cmp", "cookiebot"]),
        is("unknown", "cmp_missing")
    );
    assert_eq!(
        with_allowed(&["--cookies", ONETRUST_NO, "--cmp", "shopify"]),
        is("denied", "cmp_denied")
    );
    assert_eq!(with_allowed(&["--cookies", ONETRUST_YES, "--gpc"]), is("denied", "gpc"));
    assert_eq!(decided(&["--cookies", ONETRUST_YES]), is("unknown", "shopify_silent"));
    assert_eq!(
        with_allowed(&["--cookies", "usprivacy=1YYN", "--cmp", "shopify"]),
        is("denied", "us_opt_out")
    );
    let undecided = "OptanonConsent=groups=C0004%3A1";
    assert_eq!(
        with_allowed(&["--cookies", undecided, "--cmp", "onetrust"]),
        is("unknown", "cmp_undecided")
    );
    let shopify_decides = ["--cookies", undecided, "--cmp", "onetrust", "--undecided", "shopify"];
    assert_eq!(with_allowed(&shopify_decides), is("granted", "undecided_shopify"));
    let old = with(&["--cookies", ONETRUST_YES, "--at", "2027-06-01T00:00:00Z"]);
    let output = Command::new(env!("CARGO_BIN_EXE_assent"))
        .args(["consent", "read", "--json"])
        .args(old)
        .output();
    let answer: Value =
        serde_json::from_slice(&output.expect("it runs").stdout).expect("one JSON document");
    assert_eq!((&answer["rule"], &answer["records"][0]["stale"]), (&json!("stale"), &json!(true)));
    assert_eq!(answer["records"][0]["decision"], "granted", "a record keeps its own word");
    let narrowed = desk.shopify(true, false);
    assert_eq!(decided(&["--shopify", &narrowed]), is("denied", "sale_opt_out"));
}

/// A real US jar of a Consentmo shop (2026; values made up): the app writes no status where it shows no
/// banner.
const CONSENTMO_WITHOUT_BANNER: &str = "localization=US; cookieconsent_preferences_disabled=; \
     _shopify_essential=:AZAm:; _shopify_analytics=:AaBG:; _shopify_marketing=:AaBG:";

#[test]
fn where_a_tool_writes_no_record_the_shop_may_leave_it_to_shopify() {
    let desk = Desk::new();
    let (allowed, silent) = (desk.shopify(true, true), desk.shopify(false, false));
    let with = |shopify: &str, more: &[&str]| {
        let base =
            ["--cmp", "consentmo", "--cookies", CONSENTMO_WITHOUT_BANNER, "--shopify", shopify];
        read(&[&base, more].concat())
    };
    let decided = |answer: &Value| (answer["decision"].clone(), answer["rule"].clone());
    let is = |decision: &str, rule: &str| (json!(decision), json!(rule));
    let undecided = ["--undecided", "shopify"];
    let both = ["--undecided", "shopify", "--missing", "shopify"];
    assert_eq!(decided(&with(&allowed, &undecided)), is("unknown", "cmp_missing"));
    assert_eq!(decided(&with(&allowed, &both)), is("granted", "missing_shopify"));
    assert_eq!(decided(&with(&silent, &both)), is("unknown", "shopify_silent"));
    let no = ["--cookies", "cookieconsent_status=deny"];
    assert_eq!(decided(&with(&allowed, &[&both[..], &["--gpc"]].concat())), is("denied", "gpc"));
    let base = ["--cmp", "consentmo", "--shopify", &allowed];
    let denied = read(&[&base, &no[..], &both].concat());
    assert_eq!(denied["decision"], "denied", "a record that is there decides");
    let answer = with(&allowed, &[]);
    let missing = |word: &str, rule: &str| json!({ "decision": word, "rule": rule });
    assert_eq!(
        answer["settings"],
        json!({
            "undecided": { "hold": missing("unknown", "cmp_missing"),
                "shopify": missing("unknown", "cmp_missing") },
            "missing": { "hold": missing("unknown", "cmp_missing"),
                "shopify": missing("granted", "missing_shopify") },
        })
    );
    let output = run(&[&base[..], &["--cookies", CONSENTMO_WITHOUT_BANNER]].concat());
    let text = String::from_utf8(output.stdout).expect("text");
    for line in [
        "missing = \"hold\": unknown by cmp_missing",
        "missing = \"shopify\": granted by missing_shopify",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[test]
fn missing_needs_a_named_tool_and_goes_with_undecided() {
    for arguments in [
        &["--missing", "shopify"][..],
        &["--missing", "shopify", "--undecided", "shopify"],
        &["--missing", "shopify", "--undecided", "shopify", "--cmp", "bridge"],
        &["--missing", "shopify", "--undecided", "shopify", "--cmp", "shopify"],
        &["--missing", "shopify", "--cmp", "onetrust"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("--undecided shopify"));
    }
}

/// A whole localStorage is pasted and shown; what the module would not ask the browser for does not
/// decide here either.
#[test]
fn of_a_pasted_storage_only_what_a_browser_would_be_asked_for_decides() {
    let desk = Desk::new();
    let allowed = desk.shopify(true, true);
    let stored = json!({ "klaro": r#"{"tiktok":false}"# });
    let file = desk.file("storage.json", &stored.to_string()).display().to_string();
    let with = |cmp: &'static str| {
        ["--storage", &file, "--shopify", &allowed, "--cmp", cmp].map(str::to_owned)
    };
    for (cmp, answer, is_read) in [
        ("klaro", is("denied", "cmp_denied"), true),
        ("auto", is("unknown", "cmp_missing"), false),
        ("shopify", is("granted", "shopify_only"), false),
    ] {
        let arguments = with(cmp);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert_eq!(decided(&arguments), answer, "{cmp}");
        let record = &read(&arguments)["records"][0];
        assert_eq!(
            (&record["source"], &record["decision"]),
            (&json!("klaro"), &json!("denied")),
            "{cmp}"
        );
        assert_eq!(record["read"], json!(is_read), "{cmp}");
        let table = String::from_utf8(run(&arguments).stdout).expect("text");
        assert_eq!(table.contains("not read with this --cmp"), !is_read, "{table}");
    }
}

/// Field reports: real jars with made-up choices.
#[test]
fn a_us_opt_out_of_onetrust_stands_in_its_own_gpp_cookie() {
    let desk = Desk::new();
    let allowed = desk.shopify(true, true);
    let beside = "usprivacy=1YNN; OptanonAlertBoxClosed=2026-02-10T10:00:00.000Z; OptanonConsent=isGpcEnabled=0&datestamp=Tue+Feb+10+2026&version=202604.1.0&browserGpcFlag=0&consentId=00000000-0000-4000-8000-000000000000&interactionCount=2&GPPCookiesCount=1&gppSid=7&groups=C0001%3A1%2CC0002%3A1%2CC0003%3A1%2CC0004%3A1&AwaitingReconsent=false";
    let (no, open) = ("OTGPPConsent=DBABLA~BVQVAAAABgA.QA", "OTGPPConsent=DBABLA~BVQqAAAABgA.QA");
    let with = |cookies: &str, cmp: &str| {
        let cookies = format!("{cookies}; {beside}");
        decided(&["--cookies", &cookies, "--shopify", &allowed, "--cmp", cmp])
    };
    for cmp in ["onetrust", "auto", "shopify"] {
        for cookies in [no.to_owned(), format!("{no}; {open}"), format!("{open}; {no}")] {
            assert_eq!(with(&cookies, cmp), is("denied", "us_opt_out"), "{cmp} {cookies}");
        }
        assert_eq!(with(open, cmp).0, "granted", "{cmp}");
    }
}

#[test]
fn a_vendor_of_didomi_counts_with_its_purposes() {
    let desk = Desk::new();
    let allowed = desk.shopify(true, true);
    let token = "didomi_token=eyJ1c2VyX2lkIjoiMThmMDAwMDAtMDAwMC02MDAwLTgwMDAtMDAwMDAwMDAwMDAwIiwiY3JlYXRlZCI6IjIwMjYtMTEtMTBUMDk6MDA6MDAuMDAwWiIsInVwZGF0ZWQiOiIyMDI2LTExLTEwVDA5OjAwOjAxLjAwMFoiLCJ2ZXJzaW9uIjoyLCJwdXJwb3NlcyI6eyJlbmFibGVkIjpbImF1ZGllbmNlLXgiXSwiZGlzYWJsZWQiOlsiY29va2llcyIsImNyZWF0ZV9hZHNfcHJvZmlsZSIsInNlbGVjdF9wZXJzb25hbGl6ZWRfYWRzIiwibWVhc3VyZV9hZF9wZXJmb3JtYW5jZSJdfSwidmVuZG9ycyI6eyJlbmFibGVkIjpbImdvb2dsZSIsImM6dGlrdG9rLUtaQVVRTFo5Il19fQ==";
    let arguments = ["--cookies", token, "--shopify", &allowed, "--cmp", "didomi"];
    assert_eq!(decided(&arguments), is("denied", "cmp_denied"));
}

#[test]
fn measuring_on_legitimate_interest_is_neither_a_yes_nor_a_refusal() {
    let desk = Desk::new();
    let allowed = desk.shopify(true, true);
    let tc = "euconsent-v2=CQcuwYAQcuwYAAHABBENCJFgALFAAELAAAKIF5wAQF5gXnABAXmAAAAA.digACFgAAAAA";
    let token = "didomi_token=eyJ1c2VyX2lkIjoiMThmMDAwMDAtMDAwMC02MDAwLTgwMDAtMDAwMDAwMDAwMDAwIiwiY3JlYXRlZCI6IjIwMjYtMTEtMTBUMDk6MDA6MDAuMDAwWiIsInVwZGF0ZWQiOiIyMDI2LTExLTEwVDA5OjAwOjAxLjAwMFoiLCJ2ZXJzaW9uIjoyLCJwdXJwb3NlcyI6eyJlbmFibGVkIjpbImF1ZGllbmNlLXgiXX0sInZlbmRvcnMiOnsiZW5hYmxlZCI6WyJnb29nbGUiLCJjOnRpa3Rvay1LWkFVUUxaOSJdfX0=";
    let both = format!("{token}; {tc}");
    for undecided in ["hold", "shopify"] {
        for (cookies, cmp) in
            [(both.as_str(), "didomi"), (&both, "auto"), (&both, "shopify"), (tc, "tcf")]
        {
            let with = [
                "--cookies",
                cookies,
                "--shopify",
                &allowed,
                "--cmp",
                cmp,
                "--undecided",
                undecided,
            ];
            assert_eq!(decided(&with), is("unknown", "cmp_undecided"), "{cmp} {undecided}");
            let records = read(&with)["records"].clone();
            let held = |record: &&Value| record["held"] == true;
            let record = records.as_array().expect("a list").iter().find(held).expect("one held");
            assert_eq!(
                (&record["source"], &record["decision"]),
                (&json!("tcf"), &json!("unknown"))
            );
            let table = String::from_utf8(run(&with).stdout).expect("text");
            assert!(table.contains("neither a yes nor a refusal"), "{table}");
        }
    }
    // The first that applies: where what the shop asks for is missing, that is what is told.
    let other = ["--cookies", tc, "--shopify", &allowed, "--cmp", "onetrust"];
    assert_eq!(decided(&other), is("unknown", "cmp_missing"));
}

/// A copy that cannot be read holds a yes back, hides no no, and both are named.
#[test]
fn a_copy_that_cannot_be_read_is_named_beside_one_that_can() {
    let desk = Desk::new();
    let allowed = desk.shopify(true, true);
    for (marketing, answer, says) in [
        ("true", is("unknown", "cmp_unreadable"), "marketing accepted"),
        ("false", is("denied", "cmp_denied"), "marketing refused"),
    ] {
        let cookies = format!(
            "CookieConsent={{stamp:%27a%27%2Cmarketing:{marketing}%2Cmethod:%27explicit%27}}; CookieConsent=rubbish"
        );
        let arguments = ["--cookies", &cookies, "--shopify", &allowed, "--cmp", "cookiebot"];
        assert_eq!(decided(&arguments), answer);
        let table = String::from_utf8(run(&arguments).stdout).expect("text");
        assert!(table.contains(says) && table.contains("cannot be read"), "{table}");
    }
}

/// Google's Funding Choices keeps everything in one cookie.
#[test]
fn the_cookie_of_funding_choices_is_read() {
    let desk = Desk::new();
    let allowed = desk.shopify(true, true);
    let cookie = |text: &str| {
        let coded = text.replace('[', "%5B").replace(']', "%5D").replace(',', "%2C");
        format!("FCCDCF={}", coded.replace('"', "%22").replace('\\', "%5C"))
    };
    let (yes, no) = (
        "CQgYw8AQgYw8AAKAHBENCyFgALIAAAAAAAYgF5wAQF5gAAAA",
        "CQgYw8AQgYw8AAKAHBENCyFgAIGAAAAAAAYgAAAAAAAA",
    );
    let europe =
        |tc: &str| cookie(&format!("[null,null,null,[\"{tc}\",\"2~70~dv.\",\"E\"],null,null,[]]"));
    let us = |gpp: &str| {
        cookie(&format!("[null,null,null,null,null,null,[[13,\"[\\\"{gpp}\\\",[[7,[1,2]]]]\"]]]"))
    };
    for (cookies, cmp, answer) in [
        (europe(yes), "tcf", is("granted", "all_yes")),
        (europe(no), "tcf", is("denied", "cmp_denied")),
        (europe(no), "shopify", is("denied", "cmp_denied")),
        (us("DBABL~BVQVAAAAAg"), "shopify", is("denied", "us_opt_out")),
        (us("DBABL~BVQqAAAAAg"), "shopify", is("granted", "shopify_only")),
        (us("DBABL~BVQqAAAAAg"), "tcf", is("unknown", "cmp_undecided")),
    ] {
        let arguments = ["--cookies", &cookies, "--shopify", &allowed, "--cmp", cmp];
        assert_eq!(decided(&arguments), answer, "{cookies}");
    }
}

#[test]
fn a_record_is_shown_as_it_travels_with_whether_it_is_stale() {
    let answer = read(&["--cookies", ONETRUST_YES, "--cmp", "onetrust"]);
    let [record] = answer["records"].as_array().expect("a list").as_slice() else {
        panic!("one record: {answer}")
    };
    assert_eq!(
        (
            &record["source"],
            &record["key"],
            &record["decision"],
            &record["deciding"],
            &record["stale"]
        ),
        (
            &json!("onetrust"),
            &json!("OptanonConsent"),
            &json!("granted"),
            &json!(true),
            &json!(false)
        )
    );
    assert_eq!(record["decided_at"], 1_772_442_001);
    assert!(!answer.to_string().contains("groups="), "only its hash is shown");
}

#[test]
fn conflicts_are_named_with_who_says_what() {
    let desk = Desk::new();
    let allowed = desk.shopify(true, true);
    let answer = read(&["--shopify", &allowed, "--cookies", ONETRUST_NO]);
    assert_eq!(answer["conflicts"], json!([{ "yes": "shopify", "no": "onetrust" }]));
    let silent = desk.shopify(false, false);
    let answer = read(&["--shopify", &silent, "--cookies", ONETRUST_YES]);
    assert_eq!(
        answer["conflicts"],
        json!([{ "yes": "onetrust", "no": "shopify" }]),
        "what keeps many a shop silent"
    );
    let output = run(&["--shopify", &allowed, "--cookies", ONETRUST_NO]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for line in [
        "onetrust  OptanonConsent  marketing refused  a no",
        "denied by cmp_denied:",
        "shopify says yes, onetrust says no",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[test]
fn localstorage_is_read_from_a_file_and_a_copied_header_is_understood() {
    let desk = Desk::new();
    let ucdata =
        r#"{"gcm":{"adStorage":"granted","adUserData":"granted","adPersonalization":"granted"}}"#;
    let storage = desk.file(
        "storage.json",
        &json!({ "ucData": ucdata, "uc_user_interaction": "true" }).to_string(),
    );
    let storage = storage.display().to_string();
    let answer = read(&["--storage", &storage, "--cmp", "usercentrics"]);
    assert_eq!(
        (&answer["records"][0]["source"], &answer["records"][0]["decision"]),
        (&json!("usercentrics"), &json!("granted"))
    );
    let header = format!("Cookie: {ONETRUST_NO}");
    assert_eq!(decided(&["--cookies", &header]), is("denied", "cmp_denied"));
}

#[test]
fn categories_of_the_shop_can_be_tried() {
    let cookies =
        "OptanonConsent=groups=C0004%3A1%2Cadv%3A0; OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z";
    let answer = read(&["--cookies", cookies, "--cmp", "onetrust", "--categories", "adv"]);
    assert_eq!(answer["records"][0]["decision"], "denied");
}

#[test]
fn what_cannot_be_read_is_said_with_where_it_is() {
    let desk = Desk::new();
    let broken = desk.file("broken.json", "{\n \"a\": }").display().to_string();
    let list = desk.file("list.json", "[]").display().to_string();
    for (arguments, code, words) in [
        (&["--storage", broken.as_str()][..], 1, "is not JSON: line 2"),
        (&["--shopify", list.as_str()], 1, "must hold one JSON object"),
        (&["--storage", "/nonesuch.json"], 1, "/nonesuch.json"),
        (&["--cmp", "nonesuch"], 2, "shopify, auto, avada"),
        (&["--undecided", "maybe"], 2, "hold or shopify"),
        (&["--missing", "maybe"], 2, "hold or shopify"),
        (&["--at", "today"], 2, "2026-03-02T09:00:00Z"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_assent"))
            .args(["consent", "read"])
            .args(arguments)
            .output()
            .expect("it runs");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{message}");
        assert!(message.contains(words), "{words} is not in\n{message}");
        assert!(output.stdout.is_empty());
    }
}

/// Records of tools that say no in a second place, or in a form of before or since.
#[test]
fn a_no_in_a_second_place_is_heard_and_every_form_of_a_tool_is_read() {
    let desk = Desk::new();
    let allowed = desk.shopify(true, true);
    let osano = |opted_out| {
        format!(
            "osano_consentmanager=%7B%22MARKETING%22%3A%22ACCEPT%22%2C%22OPT_OUT%22%3A%22{opted_out}%22%7D"
        )
    };
    let onetrust = |groups: &str| {
        let groups = groups.replace(':', "%3A").replace(',', "%2C");
        format!(
            "OptanonAlertBoxClosed=2026-11-10T10:00:00.000Z; OptanonConsent=isGpcEnabled=0&browserGpcFlag=0&groups={groups}&AwaitingReconsent=false"
        )
    };
    let trustarc = |prefs| {
        format!("notice_behavior=expressed|eu; notice_preferences=1:; notice_gdpr_prefs={prefs}:")
    };
    let iubenda = |targeted| {
        format!(
            "_iub_cs-90483436=%7B%22id%22%3A90483436%7D; _iub_cs-90483436-uspr=%7B%22s%22%3Atrue%2C%22sh%22%3Atrue%2C%22adv%22%3A{targeted}%7D"
        )
    };
    let yes_of_iubenda = "%22timestamp%22%3A%222026-11-10T09%3A00%3A00.391Z%22%2C%22purposes%22%3A%7B%221%22%3Atrue%2C%225%22%3Atrue%7D";
    let both_laws = |targeted| iubenda(targeted).replacen("%22id%22%3A90483436", yes_of_iubenda, 1);
    let axeptio = |word| {
        format!(
            "axeptio_authorized_vendors=%2C%2C; axeptio_cookies={{%22$$date%22:%222026-11-05T12:00:15.804Z%22%2C%22$$googleConsentMode%22:{{%22version%22:2%2C%22ad_storage%22:%22{word}%22%2C%22ad_user_data%22:%22{word}%22%2C%22ad_personalization%22:%22{word}%22}}%2C%22$$completed%22:true}}"
        )
    };
    let vanilla = |last| {
        format!(
            "cc_cookie=%7B%22level%22%3A%5B%22necessary%22%2C%22{last}%22%5D%2C%22revision%22%3A1%7D"
        )
    };
    let enzuzo = |word| {
        format!("cookies-marketing={word}; cookies-analytics={word}; cookies-functional=true")
    };
    let c15t = |more| format!("c15t=c.necessary:1,{more}i.t:1793730704482,i.sid:sub_0,i.y:custom");
    let stored = r#"{"consents":{"necessary":true,"marketing":true},"consentInfo":{"time":1793730704482,"subjectId":"sub_0","type":"all"}}"#;
    let storage = desk.file("c15t.json", &json!({ "c15t": stored }).to_string());
    let storage = storage.display().to_string();
    let signals = r#"{"adStorage":"denied","adUserData":"denied","adPersonalization":"denied"}"#;
    let services = |kind| {
        json!({ "services": [{ "id": "a", "status": true, "history": [{ "type": kind }] }] })
            .to_string()
    };
    let usercentrics = |kind| {
        let both = json!({ "uc_settings": services(kind), "uc_gcm": signals });
        desk.file(&format!("{kind}.json"), &both.to_string()).display().to_string()
    };
    let (answered, unanswered) = (usercentrics("explicit"), usercentrics("implicit"));
    let (yes, no) = (is("granted", "all_yes"), is("denied", "cmp_denied"));
    for (cmp, cookies, storage, answer) in [
        ("onetrust", onetrust("C0004:1,OSSTA_BG:0"), None, no.clone()),
        ("shopify", onetrust("C0004:1,OSSTA_BG:0"), None, no.clone()),
        ("onetrust", onetrust("C0004:1,OSSTA_BG:1"), None, yes.clone()),
        ("shopify", onetrust("1:1,2:1,3:1,4:0"), None, no.clone()),
        ("trustarc", trustarc("0|1|2"), None, yes.clone()),
        ("shopify", trustarc("0|1"), None, no.clone()),
        ("shopify", iubenda("false"), None, is("denied", "us_opt_out")),
        ("iubenda", iubenda("true"), None, is("unknown", "cmp_undecided")),
        // Who is asked under both laws, and refuses under none.
        ("iubenda", both_laws("true"), None, yes.clone()),
        ("iubenda", both_laws("false"), None, is("denied", "us_opt_out")),
        (
            "shopify",
            "usprivacy=%257B%2522uspString%2522%253A%25221YYN%2522%257D".into(),
            None,
            is("denied", "us_opt_out"),
        ),
        ("osano", osano("ACCEPT"), None, is("denied", "us_opt_out")),
        ("shopify", osano("ACCEPT"), None, is("denied", "us_opt_out")),
        ("osano", osano("DENY"), None, yes.clone()),
        ("axeptio", axeptio("granted"), None, yes.clone()),
        ("axeptio", axeptio("denied"), None, no.clone()),
        ("shopify", axeptio("denied"), None, no.clone()),
        ("vanilla-cookieconsent", vanilla("marketing"), None, yes.clone()),
        ("vanilla-cookieconsent", vanilla("analytics"), None, no.clone()),
        ("enzuzo", enzuzo("true"), None, yes.clone()),
        ("shopify", enzuzo("false"), None, no.clone()),
        ("c15t", c15t("c.marketing:1,"), None, yes.clone()),
        ("c15t", c15t("c.marketing:1,"), Some(&storage), yes.clone()),
        ("c15t", c15t(""), Some(&storage), no.clone()),
        ("shopify", c15t(""), None, no.clone()),
        ("usercentrics", String::new(), Some(&answered), no.clone()),
        ("usercentrics", String::new(), Some(&unanswered), is("unknown", "cmp_undecided")),
        (
            "auto",
            "CONSENTMGR=dns:true%7Cconsent:true%7Cts:1".into(),
            None,
            is("denied", "us_opt_out"),
        ),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
        command.args(["consent", "read", "--json", "--at", "2026-11-29T09:00:00Z"]);
        command.args(["--shopify", &allowed, "--cmp", cmp, "--cookies", &cookies]);
        command.args(storage.into_iter().flat_map(|file| ["--storage", file]));
        let output = command.output().expect("it runs");
        let said: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        let (decision, rule) = answer;
        assert_eq!(
            (&said["decision"], &said["rule"]),
            (&json!(decision), &json!(rule)),
            "{cmp} {cookies}"
        );
    }
}

/// Of a shop that leaves what is undecided to Shopify and has its own name for marketing.
#[test]
fn a_shop_of_the_configuration_brings_its_settings_and_a_flag_prevails() {
    let world = World::with(
        "consent.cmp = \"onetrust\"\nconsent.undecided = \"shopify\"\nconsent.categories = [\"C0009\"]",
    );
    let file = world.dir.path().join("shopify.json");
    std::fs::write(&file, r#"{"marketingAllowed":true,"saleOfDataAllowed":true}"#).expect("a file");
    let file = file.to_str().expect("a path");
    let decided = |more: &[&str]| {
        let cookies = "OptanonConsent=groups=C0001%3A1%2CC0009%3A1%2CC0004%3A0; \
                       OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z";
        let signal = ["--shopify", file, "--cookies", cookies, "--at", AT];
        let always = [&["consent", "read", "--json"][..], &signal].concat();
        let output = world.run(&[&always[..], more].concat());
        let answer: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        (answer["decision"].as_str().unwrap_or_default().to_owned(), answer["rule"].clone())
    };
    assert_eq!(decided(&["--shop", SHOP]), ("granted".to_owned(), "all_yes".into()));
    let usual = decided(&["--shop", SHOP, "--categories", "C0004"]);
    assert_eq!(usual, ("denied".to_owned(), "cmp_denied".into()));
    assert_eq!(decided(&[]), usual, "without --shop the usual category counts");
    let unknown = world.run(&["consent", "read", "--shop", "other.myshopify.com"]);
    assert_eq!(unknown.status.code(), Some(1));
}

#[test]
fn that_no_signal_of_shopifys_was_given_is_not_put_on_the_tool() {
    let output = run(&["--cookies", ONETRUST_YES]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("no --shopify file was given"), "{said}");
    assert!(!said.contains("it does not tell Shopify"), "{said}");
}
