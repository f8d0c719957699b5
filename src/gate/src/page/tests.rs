use super::*;
use crate::consent::Cmp;

fn settings() -> Settings {
    Settings {
        storefronts: vec!["shop.acme.example".into()],
        url_parameters: vec!["campaign".into()],
        url_paths: vec!["apps/quiz".into()],
        ..Settings::new("acme.myshopify.com".parse().unwrap(), Cmp::Shopify)
    }
}

#[derive(serde::Deserialize)]
struct Row {
    why: String,
    url: String,
    told: String,
}

fn rows() -> Vec<Row> {
    let rows = include_str!("../../../../tests/vectors/addresses.json");
    serde_json::from_str(rows).expect("the vectors are JSON")
}

/// tests/vectors/addresses.json: worked out by hand from docs/contract.md#addresses.
#[test]
fn of_an_address_is_told_what_is_known_to_be_public() {
    for Row { why, url, told } in rows() {
        assert_eq!(clean(&url, &settings()).as_deref(), Some(&*told), "{why}: {url}");
        let again = clean(&told, &settings());
        assert_eq!(again.as_deref(), Some(&*told), "{why}: cleaning twice changes nothing");
    }
}

/// The same answer to both questions: what the frame may keep, and what may be told.
#[test]
fn a_path_is_secret_where_it_is_not_told_whole() {
    for Row { why, url, told } in rows() {
        let path = |url: &str| Parts::of(url).expect("an address").path.to_owned();
        assert_eq!(is_secret(&url, &settings()), path(&url) != path(&told), "{why}: {url}");
        assert!(!is_secret(&told, &settings()), "{why}: what is told is no secret");
    }
    assert!(is_secret("about:blank", &settings()), "what cannot be read may be anything");
}

#[test]
fn what_is_no_web_address_is_not_told() {
    for no in [
        "",
        "about:blank",
        "javascript:alert(1)",
        "mailto:jane@example.com",
        "https://",
        "https:///x",
        "https://a b/",
        "/checkouts/cn/x",
    ] {
        assert_eq!(clean(no, &settings()), None, "{no}");
    }
}

/// Whatever a merchant writes there: nothing opens a checkout, and nothing opens everything.
#[test]
fn a_path_of_the_shops_own_opens_no_private_one() {
    for own in ["", "/", "checkouts", "/checkouts", "checkouts/cn", "orders", "account"] {
        let settings = Settings { url_paths: vec![own.into()], ..settings() };
        for word in ["checkouts/cn", "orders", "account", "gift_cards"] {
            let url = ["https://shop.acme.example/", word, "/3f9a1c0b"].concat();
            let told = clean(&url, &settings).expect("an address");
            assert!(!told.contains("3f9a1c0b"), "{own}: {told}");
        }
    }
    let slashed = Settings { url_paths: vec!["/apps/quiz".into()], ..settings() };
    assert!(!is_secret("https://shop.acme.example/apps/quiz/1", &slashed));
    let like_a_locale = Settings { url_paths: vec!["our-story".into()], ..settings() };
    assert!(!is_secret("https://shop.acme.example/our-story/team", &like_a_locale));
    assert!(!is_secret("https://shop.acme.example/de/our-story/team", &like_a_locale));
}

#[test]
fn a_foreign_referrer_is_cut_to_its_origin() {
    let of = |url| clean_referrer(url, &settings());
    assert_eq!(
        of("https://www.tiktok.com/@someone/video/7?x=1").as_deref(),
        Some("https://www.tiktok.com/")
    );
    assert_eq!(
        of("https://shop.acme.example/cart?token=x").as_deref(),
        Some("https://shop.acme.example/cart")
    );
    assert_eq!(
        of("https://shop.acme.example/en-europe/checkouts/cn/3f9a1c0b/payment").as_deref(),
        Some("https://shop.acme.example/en-europe/checkouts/cn/payment")
    );
    assert_eq!(
        of("https://shop.acme.example/gift_cards/1/3f9a1c0b").as_deref(),
        Some("https://shop.acme.example/gift_cards")
    );
    assert_eq!(of(""), None);
}

#[test]
fn a_click_id_is_kept_to_the_letter() {
    let id = "E.C.P.Cq8BAbcXYZ_-".to_owned() + &"x".repeat(600);
    let url = format!("https://shop.acme.example/?a=1&ttclid={id}&b");
    assert_eq!(click_id(&url), Some(id.into()));
    let of = |query: &str| click_id(&["https://shop.acme.example/?", query].concat());
    assert_eq!(of("ttclid=a%2Bb").as_deref(), Some("a+b"));
    assert_eq!(of("ttclid=E.C.P.__x__-").as_deref(), Some("E.C.P.__x__-"));
    assert_eq!(of("ttclid="), None);
    assert_eq!(of("xttclid=1"), None);
}

/// The spellings of TikTok's help and of other networks' (tests/vectors/addresses.json).
#[test]
fn a_macro_is_no_click_and_the_first_real_one_counts() {
    let of = |query: &str| click_id(&["https://shop.acme.example/?", query].concat());
    for id in [
        "__CLICKID__",
        "__clickid__",
        "_CLICKID_",
        "%5F%5FCLICKID%5F%5F",
        "%255F%255FCLICKID%255F%255F",
        "{{click_id}}",
        "%7B%7Bclick_id%7D%7D",
        "{clickid}",
        "${CLICK_ID}",
        "$%7BCLICK_ID%7D",
        "%%CLICK_ID%%",
        "%%AD_ID%%",
        "%25%25CLICK_ID%25%25",
        "[CLICK_ID]",
        "%5Bclickid%5D",
        "%3Cclickid%3E",
        "[[CLICK_ID]]",
        "%3C%3Cclickid%3E%3E",
        "*|CLICK_ID|*",
        "%23CLICKID%23",
    ] {
        assert_eq!(of(&["ttclid=", id].concat()), None, "{id}");
        let with_real = ["ttclid=", id, "&ttclid=&ttclid=E.C.P.real&ttclid=other"].concat();
        assert_eq!(of(&with_real).as_deref(), Some("E.C.P.real"), "{id}");
    }
}
