//! The shop host's own promises. What happens inside the frame is checked in a browser, by
//! `/lab/selfcheck`.

mod client;
mod lab;

use std::fs;
use std::path::PathBuf;

use lab::Lab;

const FRAME: &str =
    "/web-pixels@1ab/custom/web-pixel-135790001@1/sandbox/modern/products/x?ttclid=E.C.P";

#[tokio::test(flavor = "multi_thread")]
async fn the_frame_wraps_the_pasted_code_and_reads_it_again_at_each_view() {
    let file: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "snippet.js"].iter().collect();
    fs::write(&file, "const first = 1;").expect("a writable directory");
    let lab = Lab::start(|options| options.snippet = Some(file.clone())).await;
    let wrapped = |code: &str| {
        format!("var analytics=api.analytics,browser=api.browser,init=api.init;\n{code}\n}});}})")
    };
    assert!(lab.get(FRAME).body.contains(&wrapped("const first = 1;")));
    fs::write(&file, "const second = 2;").expect("a writable directory");
    assert!(lab.get(FRAME).body.contains(&wrapped("const second = 2;")));
    fs::remove_file(&file).expect("it was there");
    let missing = lab.get(FRAME);
    assert_eq!(missing.status, 500);
    assert!(missing.body.contains("cannot read the snippet"), "{}", missing.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_plain_mode_lets_the_guard_admit_localhost() {
    let plain = Lab::start(|_| {}).await;
    let strict = Lab::start(|options| options.plain = false).await;
    assert!(plain.get(FRAME).body.contains(r#""plain":true"#));
    assert!(strict.get(FRAME).body.contains(r#""plain":false"#));
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_are_told_apart_and_strangers_are_told_where_the_shop_is() {
    let lab = Lab::start(|_| {}).await;
    assert!(lab.get("/").body.contains("Kiln"));
    assert_eq!(lab.ask("GET", "/i18n/pixel/events.js", "tiktok.localhost", &[], "").status, 200);
    assert_eq!(lab.get("/cdn/shop/files/none.jpg").status, 404);
    let home = lab.ask("GET", "/", "127.0.0.1:1", &[], "");
    assert_eq!((home.status, home.header("location")), (307, Some("http://shop.localhost:1/")));
    assert_eq!(lab.ask("GET", "/", "evil.example", &[], "").status, 421);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_panel_the_shop_host_tells_nothing() {
    let silent = Lab::start(|_| {}).await;
    let open = Lab::start(|options| options.panel = true).await;
    assert_eq!(silent.get("/lab/state").status, 404);
    assert_eq!(open.get("/lab/state").json()["counted"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_reach_the_next_page_and_unknown_ones_are_refused() {
    let lab = Lab::start(|_| {}).await;
    let json = [("Content-Type", "application/json")];
    let put =
        |body: &str| lab.ask("PUT", "/lab/shop/settings", "shop.localhost", &json, body).status;
    assert!(lab.get("/").body.contains(r#""region":"eu""#));
    assert_eq!(put(r#"{"region":"open","permission":"required","customer":{"id":"7"}}"#), 200);
    let page = lab.get("/").body;
    assert!(
        page.contains(r#""region":"open""#)
            && page.contains(r#""permission":"required""#)
            && page.contains(r#""id":"7""#)
    );
    assert_eq!(put(r#"{"regoin":"open"}"#), 422);
    assert_eq!(put(r#"{"customer":{"id":"</script><script>x"}}"#), 200);
    assert!(!lab.get("/").body.contains("</script><script>x"));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_consent_tool_has_a_shop_and_a_code_of_its_own() {
    let folder: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "tools"].iter().collect();
    fs::create_dir_all(&folder).expect("a writable directory");
    for (name, code) in
        [("pixel.js", "first"), ("pixel-onetrust.js", "second"), ("pixel-auto.js", "third")]
    {
        fs::write(folder.join(name), code).expect("a writable directory");
    }
    let lab = Lab::start(|options| options.snippet = Some(folder.join("pixel.js"))).await;
    let json = [("Content-Type", "application/json")];
    let choose = |settings: &str| {
        lab.ask("PUT", "/lab/shop/settings", "shop.localhost", &json, settings).status
    };
    for (settings, shop, code) in [
        ("{}", "assent-lab.myshopify.com", "first"),
        (r#"{"cmp":"onetrust"}"#, "assent-lab-onetrust.myshopify.com", "second"),
        (r#"{"cmp":"onetrust","auto":true}"#, "assent-lab-auto.myshopify.com", "third"),
        (r#"{"cmp":"shopify"}"#, "assent-lab.myshopify.com", "first"),
    ] {
        assert_eq!(choose(settings), 200);
        assert!(lab.get("/").body.contains(&format!(r#""shopDomain":"{shop}""#)), "{settings}");
        assert!(lab.get(FRAME).body.contains(&format!("\n{code}\n")), "{settings}");
    }
    assert_eq!(choose(r#"{"cmp":"onetrust","tells_shopify":false}"#), 200);
    assert!(lab.get("/").body.contains(r#""tells_shopify":false"#));
    assert_eq!(choose(r#"{"cmp":"nobody"}"#), 422);
}

const WORKER: &str = "/web-pixels@1ab/app/web-pixel-135790002@1/sandbox/worker.modern.js";
const APP_PIXEL: &str = "/web-pixels/strict/app/web-pixel-135790002@1.js";

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_loads_the_extension_as_its_file_is_now() {
    let file: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "extension.js"].iter().collect();
    fs::write(&file, "first();").expect("a writable directory");
    let lab = Lab::start(|options| options.extension = Some(file.clone())).await;
    let worker = lab.get(WORKER);
    assert_eq!(worker.header("content-type"), Some("application/javascript; charset=utf-8"));
    assert!(worker.body.contains(&format!(r#""pixel":"{APP_PIXEL}""#)));
    assert_eq!(lab.get(APP_PIXEL).body, "first();");
    fs::write(&file, "second();").expect("a writable directory");
    assert_eq!(lab.get(APP_PIXEL).body, "second();");
    fs::remove_file(&file).expect("it was there");
    let missing = lab.get(APP_PIXEL);
    assert_eq!(missing.status, 500);
    assert!(missing.body.contains("cannot read the extension"), "{}", missing.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_extensions_settings_are_texts_and_asked_for_only_where_it_runs() {
    let file: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "extension-settings.json"].iter().collect();
    let lab = Lab::start(|options| options.extension_settings = Some(file.clone())).await;
    assert_eq!(lab.get("/").status, 200);
    let json = [("Content-Type", "application/json")];
    let both = r#"{"pixels":["custom","app"],"scopes":["email"]}"#;
    assert_eq!(lab.ask("PUT", "/lab/shop/settings", "shop.localhost", &json, both).status, 200);
    assert_eq!(lab.get("/").status, 500);
    fs::write(&file, r#"{"cmp":"shopify"}"#).expect("a writable directory");
    assert!(lab.get("/").body.contains(r#""configuration":"{\"cmp\":\"shopify\"}""#));
    fs::write(&file, r#"{"cmp":1}"#).expect("a writable directory");
    assert!(lab.get("/").body.contains("cmp is not a text"));
    fs::remove_file(&file).expect("it was there");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gpc_switch_reaches_the_frame() {
    let lab = Lab::start(|_| {}).await;
    let frame = lab.ask("GET", FRAME, "shop.localhost", &[("Cookie", "a=b; lab_gpc=1")], "");
    assert!(frame.body.contains(r#""gpc":true"#));
    assert!(lab.get(FRAME).body.contains(r#""gpc":false"#));
}
