use super::*;
use crate::consent::Cmp;

fn settings() -> Settings {
    Settings {
        storefronts: vec!["shop.acme.example".into()],
        url_parameters: vec!["campaign".into()],
        ..Settings::new("acme.myshopify.com".parse().unwrap(), Cmp::Shopify)
    }
}

/// Expected values worked out by hand from docs/contract.md#addresses.
#[test]
fn a_page_keeps_marketing_parameters_and_loses_secrets() {
    for (url, cleaned) in [
        ("https://shop.acme.example", "https://shop.acme.example/"),
        ("https://SHOP.acme.example/a?b=1#c", "https://shop.acme.example/a"),
        (
            "https://shop.acme.example/products/x?variant=4&ttclid=E.C.P.aB_-9&utm_source=tiktok&campaign=7&email=a%40b.c",
            "https://shop.acme.example/products/x?ttclid=E.C.P.aB_-9&utm_source=tiktok&campaign=7",
        ),
        (
            "https://shop.acme.example/checkouts/cn/3f9a1c0b/information?key=9",
            "https://shop.acme.example/checkouts/cn/information",
        ),
        (
            "https://shop.acme.example/en-gb/checkouts/cn/3f9a1c0b/thank-you",
            "https://shop.acme.example/en-gb/checkouts/cn/thank-you",
        ),
        (
            "https://shop.acme.example/en-latam/checkouts/cn/3f9a1c0b/information",
            "https://shop.acme.example/en-latam/checkouts/cn/information",
        ),
        (
            "https://shop.acme.example/de-benelux/account/orders/8ac0ff",
            "https://shop.acme.example/de-benelux/account",
        ),
        (
            "https://shop.acme.example/pt-br-europe2/orders/8ac0ff",
            "https://shop.acme.example/pt-br-europe2/orders",
        ),
        (
            "https://shop.acme.example/en-global/12345/orders/8ac0ff",
            "https://shop.acme.example/en-global/12345/orders",
        ),
        ("https://shop.acme.example/en%2Dlatam/checkouts/3f9a1c0b", "https://shop.acme.example/"),
        ("https://shop.acme.example/checkouts/3f9a1c0b", "https://shop.acme.example/checkouts"),
        (
            "https://shop.acme.example/12345/orders/8ac0ff?key=1",
            "https://shop.acme.example/12345/orders",
        ),
        (
            "https://shop.acme.example/orders/8ac0ff/authenticate",
            "https://shop.acme.example/orders",
        ),
        (
            "https://shop.acme.example/account/login?return_url=/x",
            "https://shop.acme.example/account/login",
        ),
        (
            "https://shop.acme.example/de/account/orders/8ac0ff",
            "https://shop.acme.example/de/account",
        ),
        (
            "https://shop.acme.example/12345/checkouts/3f9a1c0b",
            "https://shop.acme.example/12345/checkouts",
        ),
        ("https://user:secret@shop.acme.example/cart", "https://shop.acme.example/cart"),
        ("https://shop.acme.example/a/%63heckouts", "https://shop.acme.example/a/%63heckouts"),
        ("https://shop.acme.example/%63heckouts/3f9a1c0b", "https://shop.acme.example/"),
        ("https://shop.acme.example/x/../checkouts/3f9a1c0b", "https://shop.acme.example/"),
        (
            "https://shop.acme.example/collections/orders/x",
            "https://shop.acme.example/collections/orders/x",
        ),
        ("http://shop.localhost:8080/cart?x", "http://shop.localhost:8080/cart"),
    ] {
        assert_eq!(clean(url, &settings()).as_deref(), Some(cleaned), "{url}");
        assert_eq!(
            clean(cleaned, &settings()).as_deref(),
            Some(cleaned),
            "cleaning twice changes nothing: {url}"
        );
    }
    for no in [
        "",
        "about:blank",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://a b/",
        "/checkouts/cn/x",
    ] {
        assert_eq!(clean(no, &settings()), None, "{no}");
    }
}

#[test]
fn a_folder_of_a_market_hides_no_secret_whatever_the_merchant_called_it() {
    for url in [
        "/en-latam/checkouts/cn/3f9a1c0b",
        "/en-global/account/orders/8ac0ff",
        "/de-de-benelux/orders/8ac0ff",
    ] {
        assert!(is_secret(&["https://shop.acme.example", url].concat()), "{url}");
    }
    assert!(!is_secret("https://shop.acme.example/en-latam/collections/orders/x"));
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
    assert_eq!(of(""), None);
}

#[test]
fn a_click_id_is_kept_to_the_letter() {
    let id = "E.C.P.Cq8BAbcXYZ_-".to_owned() + &"x".repeat(600);
    let url = format!("https://shop.acme.example/?a=1&ttclid={id}&b");
    assert_eq!(parameter(&url, "ttclid"), Some(id.into()));
    assert_eq!(
        parameter("https://shop.acme.example/?ttclid=a%2Bb", "ttclid").as_deref(),
        Some("a+b")
    );
    assert_eq!(parameter("https://shop.acme.example/?ttclid=", "ttclid"), None);
    assert_eq!(parameter("https://shop.acme.example/?xttclid=1", "ttclid"), None);
}
