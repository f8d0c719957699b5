//! What a person reads who has made a mistake in `assent.toml`: which line, what was meant, what is
//! allowed.

use crate::command_line::{stderr, stdout};
use crate::support::server::World;

/// What `assent webhooks`, which needs no secret, says of this file, a line each, without the file's
/// folder.
fn said_of(text: &str) -> Vec<String> {
    let world = World::new();
    std::fs::write(world.config(), text).expect("a file");
    let output = world.run(&["webhooks"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""));
    let folder = format!("{}/", world.dir.path().display());
    let lines = stderr(&output).lines().skip(1);
    lines.map(|line| line.trim_start_matches("  - ").replace(&folder, "")).collect()
}

const SHOP: &str = r#"[[shops]]
domain = "acme.myshopify.com"
pixel_code = "C4EXAMPLE0000000000"
access_token_env = "ACME_TIKTOK_TOKEN"
"#;

#[test]
fn every_fault_has_its_line_and_they_come_in_the_files_order() {
    let text = format!(
        "public_urll = \"https://events.example.com\"\nstore = 7\n\n[limits]\nconnections = 99999999999\n{SHOP}\
         colour = \"red\"\nconsent.cmp = \"OneTrust\"\n[shops.purchase]\nhold_seconds = 271\n[shops.events]\nPurchse = [\"brwser\"]\n"
    );
    let said = said_of(&text);
    for (line, begins, asks) in [
        (0, "assent.toml:1:1: public_urll: unknown key", "did you mean `public_url`?"),
        (1, "assent.toml:2:9: store: text, in quotes is expected", ""),
        (2, "assent.toml:5: limits.connections: from 16 to 1000000", ""),
        (3, "assent.toml:10:1: shops.0.colour: unknown key", "is it in the wrong section?"),
        (
            4,
            "assent.toml:11: shops (acme.myshopify.com): consent.cmp: `OneTrust`",
            "did you mean `onetrust`?",
        ),
        (5, "assent.toml:13: shops (acme.myshopify.com): purchase.hold_seconds: from 0 to 270", ""),
        (
            6,
            "assent.toml:15: shops (acme.myshopify.com): events.Purchse",
            "did you mean `Purchase`?",
        ),
        (
            7,
            "assent.toml:15: shops (acme.myshopify.com): events.Purchse",
            "did you mean `browser`?",
        ),
        (8, "assent.toml: public_url: missing", ""),
    ] {
        let said = said.get(line).map_or("", String::as_str);
        assert!(said.starts_with(begins) && said.contains(asks), "{line}: {said}");
    }
    assert_eq!(said.len(), 9, "{said:#?}");
}

/// Whoever does not know the name of a tool finds it in the message.
#[test]
fn a_tool_that_is_not_known_or_not_named_is_answered_with_all_that_can_be() {
    let top = "public_url = \"https://events.example.com\"\n";
    for (cmp, begins) in [
        ("consent.cmp = \"homemade\"\n", "`homemade` is none of shopify, auto"),
        ("", "missing, and there is no default; one of shopify, auto"),
    ] {
        let said = said_of(&format!("{top}{SHOP}{cmp}")).join("\n");
        assert!(said.contains(begins), "{said}");
        for tool in assent_gate::consent::Source::CMPS {
            assert!(said.contains(tool), "{tool} is not named in {said}");
        }
    }
}

#[test]
fn text_without_quotes_is_called_that_and_several_broken_lines_are_told_at_once() {
    let said = said_of("listen = 127.0.0.1:8899\nstore = sqlite:assent.db\n[[shops]\n");
    assert_eq!(
        &said[..2],
        [
            "assent.toml:1:15: text needs quotes: listen = \"…\"",
            "assent.toml:2:9: text needs quotes: store = \"…\""
        ]
    );
    assert!(said[2].starts_with("assent.toml:3:9: this is no TOML: "), "{said:?}");
    assert_eq!(said.len(), 3, "{said:?}");
}

/// A secret in base64 may end with an equals sign, and stand where no key should.
#[test]
fn what_stands_before_an_equals_sign_is_repeated_only_where_it_is_a_setting() {
    let said =
        said_of("webhook_secret_envs = [\n5ecretInBase64==\n]\n5ecretInBase64 = x\n").join("\n");
    assert!(said.contains("assent.toml:2:") && !said.contains("5ecret"), "{said}");
}

#[test]
fn one_entry_of_another_type_is_one_fault_and_hides_no_other() {
    let text = format!(
        "public_url = \"https://events.example.com\"\n{SHOP}storefronts = [\"shop.acme.example\", 7]\n\
         consent.cmp = \"shopify\"\nconsent.held = \"keep\"\n"
    );
    let said = said_of(&text);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].starts_with("assent.toml:6:37: shops.0.storefronts.1: text, in quotes"),
        "{said:?}"
    );
    assert!(said[1].contains("consent.held: `keep` is none of release, forget"), "{said:?}");
}

#[test]
fn a_store_that_is_a_folder_or_no_database_is_named() {
    only_sqlite!();
    let world = World::new();
    std::fs::create_dir(world.dir.path().join("folder")).expect("a folder");
    std::fs::write(
        world.dir.path().join("text.db"),
        "no database, but long enough to be one\n".repeat(40),
    )
    .expect("a file");
    for (store, says) in
        [("folder", "this is a folder; name a file in it"), ("text.db", "it is not a database")]
    {
        world.configure(&world.tiktok.base_url());
        world.rewrite("sqlite:assent.db", &format!("sqlite:{store}"));
        for command in ["serve", "report"] {
            let output = world.run(&[command]);
            let said = stderr(&output);
            assert!(said.contains(store) && said.contains(says), "{command}: {said}");
        }
    }
}
