//! Addresses nobody thought of (docs/contract.md#addresses): whatever stands in them, nothing that
//! opens something or names somebody is told, and what is public stays as it is.

use assent_gate::consent::Cmp;
use assent_gate::page;
use assent_gate::settings::Settings;
use proptest::prelude::*;

const ORIGIN: &str = "https://shop.acme.example";

fn settings() -> Settings {
    Settings {
        storefronts: vec!["shop.acme.example".into()],
        url_paths: vec!["apps/quiz".into()],
        ..Settings::new("acme.myshopify.com".parse().expect("a shop"), Cmp::Shopify)
    }
}

fn told(path: &str) -> String {
    page::clean(&[ORIGIN, path].concat(), &settings()).expect("an address").into()
}

/// The text with every byte of it that is no letter or digit escaped, so many times.
fn escaped(text: &str, times: usize) -> String {
    (0..times).fold(text.to_owned(), |text, _| {
        let byte = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        };
        text.bytes().map(byte).collect()
    })
}

fn locale() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "/[a-z]{2}(-[a-z]{2})?",
        "/[a-z]{2}-[a-z]{4,8}",
        Just("/es-419".into())
    ]
}

/// Something that opens something: hex, base64url, or a UUID; never a word by chance.
fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-f]{15}[0-9]",
        "[0-9][A-Za-z0-9_-]{15,40}",
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}",
    ]
}

fn email() -> impl Strategy<Value = String> {
    "[a-z0-9._+]{0,8}[a-z]@[a-z0-9-]{1,8}[.](com|de|co[.]uk)"
}

fn phone() -> impl Strategy<Value = String> {
    ("[+]|00", "[1-9][0-9]{0,2}", "[ ./()-]{0,2}", "[0-9]{3,6}[ ./()-]?[0-9]{4,6}")
        .prop_map(|(sign, country, between, rest)| [sign, country, between, rest].concat())
}

fn contact() -> impl Strategy<Value = String> {
    (prop_oneof![email(), phone()], 1_usize..4)
        .prop_map(|(contact, times)| escaped(&contact, times))
}

fn handle() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z][a-z0-9-]{0,20}",
        Just("caf%C3%A9".to_owned()),
        "[1-9][0-9]{6,18}",
        "[a-z]+[+][a-z]+"
    ]
}

fn public() -> impl Strategy<Value = String> {
    let parts = (locale(), handle(), handle(), handle());
    (parts, 0_usize..17).prop_map(|((locale, a, b, c), form)| {
        let path = match form {
            0 => String::new(),
            1 => format!("/products/{a}"),
            2 => "/collections".to_owned(),
            3 => format!("/collections/{a}"),
            4 => format!("/collections/{a}/{b}"),
            5 => format!("/collections/{a}/products/{b}"),
            6 => format!("/pages/{a}"),
            7 => format!("/blogs/{a}"),
            8 => format!("/blogs/{a}/{b}"),
            9 => "/search".to_owned(),
            10 => "/cart".to_owned(),
            11 => format!("/policies/{a}"),
            12 => "/apps/quiz".to_owned(),
            13 => format!("/apps/quiz/{a}/{b}/{c}"),
            14 => "/account/login".to_owned(),
            15 => "/account".to_owned(),
            _ => "/checkouts/cn/information".to_owned(),
        };
        let path = [locale, path].concat();
        if path.is_empty() { "/".to_owned() } else { path }
    })
}

/// A first word that is not on the list.
fn unknown() -> impl Strategy<Value = String> {
    let private = ["checkouts", "checkout", "orders", "account", "cart", "search", "gift_cards"];
    let known = ["products", "collections", "pages", "blogs", "policies"];
    prop_oneof![
        prop::sample::select(private.to_vec()).prop_map(str::to_owned),
        "[a-z_]{1,12}",
        "[0-9]{1,10}/[a-z_]{3,12}",
        "[A-Z]{4,10}",
    ]
    .prop_filter("a public one", move |word| !known.contains(&word.as_str()))
}

fn anything() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        handle(),
        token(),
        contact(),
        unknown(),
        Just("products".to_owned()),
        Just("collections".to_owned()),
        Just("..".to_owned()),
        Just("%2F".to_owned()),
        Just(String::new()),
        "[ -~]{0,8}",
        "\\PC{0,4}",
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| ["/", &parts.join("/")].concat())
}

proptest! {
    #[test]
    fn what_is_public_stays_as_it_is(path in public()) {
        prop_assert_eq!(told(&path), [ORIGIN, path.as_str()].concat());
        prop_assert!(!page::is_secret(&[ORIGIN, &path].concat(), &settings()));
    }

    #[test]
    fn no_token_behind_a_word_that_is_not_known_is_told(
        locale in locale(), word in unknown(), parts in prop::collection::vec(token(), 1..4), end in "[/]?",
    ) {
        let told = told(&format!("{locale}/{word}/{}{end}", parts.join("/")));
        for token in &parts {
            prop_assert!(!told.contains(token), "{}", told);
        }
    }

    #[test]
    fn nobody_is_named_wherever_it_stands(
        before in anything(), contact in contact(), after in anything(),
        key in prop::sample::select(vec!["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "utm_email"]),
        around in ("[a-z]{0,4}", "[ /:,]", "[ /:,]"),
    ) {
        let before = before.replace(['?', '#'], "");
        let (word, left, right) = around;
        let [left, right] = [left, right].map(|sign| escaped(&sign, 1));
        for path in [
            format!("{before}/{contact}{after}"),
            format!("/products/{contact}"),
            format!("/?{key}={word}{left}{contact}{right}{word}"),
            format!("/?utm_source=x&{key}={contact}"),
        ] {
            let told = told(&path);
            prop_assert!(!told.contains(&contact), "{} of {}", told, path);
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing(path in anything(), query in "(utm_term|ttclid|x)=[ -~]{0,12}") {
        let once = told(&format!("{path}?{query}"));
        prop_assert_eq!(page::clean(&once, &settings()), Some(once.as_str().into()));
        prop_assert_eq!(page::clean_referrer(&once, &settings()), Some(once.into()));
    }
}
