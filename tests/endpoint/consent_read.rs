//! `assent consent read`: what a merchant pastes, and what they are told. The gate's own tests hold
//! every record; here it is the command: where its input comes from, what it prints, and that it
//! exits 0 whatever the decision.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};

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
