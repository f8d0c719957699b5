//! What is printed to be pasted at Shopify.

use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::command_line::{stderr, stdout};
use crate::support::server::{PIXEL, SHOP, World};

#[test]
fn snippet_has_the_settings_on_top_or_says_what_to_run() {
    let world = World::new();
    let output = world
        .command(&["snippet", "--shop", SHOP])
        .env_remove("ACME_TIKTOK_TOKEN")
        .output()
        .expect("it runs");
    if output.status.success() {
        let code = stdout(&output);
        assert!(code.len() <= 64_000, "{} bytes", code.len());
        // What a script in a page would trip over.
        let lower = code.to_ascii_lowercase();
        for trap in ["<script", "</script", "<!--"] {
            assert!(!lower.contains(trap), "{trap}");
        }
        let (top, _) = code
            .strip_prefix("const ASSENT = ")
            .and_then(|rest| rest.split_once("};\n"))
            .expect("settings");
        let settings: Value = serde_json::from_str(&format!("{top}}}")).expect("JSON");
        assert_eq!((&settings["shop"], &settings["pixelCode"]), (&json!(SHOP), &json!(PIXEL)));
        assert_eq!(settings["endpoint"], "https://events.example.com");
    } else {
        assert!(stderr(&output).contains("npm run build"), "{}", stderr(&output));
    }
    assert_eq!(world.run(&["snippet", "--shop", "other.myshopify.com"]).status.code(), Some(1));
}

/// What `snippet --hosted` prints: settings, the module's hash, and the code below; `None` where this
/// binary has no module.
pub(crate) fn hosted(world: &World) -> Option<(Value, String, String)> {
    let output = world
        .command(&["snippet", "--shop", SHOP, "--hosted"])
        .env_remove("ACME_TIKTOK_TOKEN")
        .output();
    let output = output.expect("it runs");
    if !output.status.success() {
        assert!(stderr(&output).contains("npm run build"), "{}", stderr(&output));
        return None;
    }
    let code = stdout(&output);
    // Issue 11's budget.
    assert!(code.len() <= 2_048, "{} bytes", code.len());
    let rest = code.strip_prefix("const ASSENT = ").expect("settings");
    let (settings, rest) = rest.split_once("};\n").expect("settings");
    let rest = rest.strip_prefix("const ASSENT_MODULE = ").expect("a module");
    let (module, body) = rest.split_once(";\n").expect("a line of its own");
    let settings = serde_json::from_str(&format!("{settings}}}")).expect("JSON");
    Some((settings, serde_json::from_str(module).expect("a JSON string"), body.to_owned()))
}

#[test]
fn the_hosted_snippet_is_a_short_function_body_with_settings_and_module_on_top() {
    let Some((settings, module, body)) = hosted(&World::new()) else { return };
    assert_eq!(
        (&settings["shop"], &settings["endpoint"]),
        (&json!(SHOP), &json!("https://events.example.com"))
    );
    // 32 bytes in base64.
    assert!(module.starts_with("sha256-") && module.len() == 7 + 44, "{module}");

    assert!(!body.contains("</") && !body.contains("<!--"));
    // None of them is allowed in a function of a classic script.
    for line in body.lines() {
        for start in ["import ", "export ", "await "] {
            assert!(!line.starts_with(start), "{line}");
        }
    }
}

#[test]
fn a_snippet_that_shopify_could_cut_is_not_printed_in_either_form() {
    let long: Vec<_> = (0..100).map(|n| format!("\"{n:0700}\"")).collect();
    let world = World::with(&format!("consent.categories = [{}]", long.join(",")));
    for form in [&["snippet", "--shop", SHOP][..], &["snippet", "--shop", SHOP, "--hosted"]] {
        let output = world.run(form);
        assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""), "{form:?}");
        let said = stderr(&output);
        assert!(said.contains("64000") || said.contains("npm run build"), "{said}");
    }
}

#[test]
fn the_probe_is_printed_without_a_shop_and_without_a_configuration() {
    let nowhere = ["snippet", "--probe", "--config", "nowhere/assent.toml"];
    let output = Command::new(env!("CARGO_BIN_EXE_assent")).args(nowhere).output();
    let output = output.expect("it runs");
    if output.status.success() {
        let code = stdout(&output);
        // As long as a snippet may be, to see whether Shopify takes so much.
        assert!((63_900..=64_000).contains(&code.len()), "{} bytes", code.len());
        assert!(code.lines().last().is_some_and(|line| line.starts_with("// ")), "whole lines");
        assert!(!code.contains("</") && !code.contains("const ASSENT"), "{code}");
    } else {
        assert!(stderr(&output).contains("npm run build"), "{}", stderr(&output));
    }
    let world = World::new();
    for with in [&["--hosted"][..], &["--shop", SHOP], &["--shop", SHOP, "--hosted"]] {
        let output = world.run(&[&["snippet", "--probe"], with].concat());
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{with:?}");
    }
}

/// Whoever compares what stands in Shopify with what this endpoint would print must come to the same
/// number by any tool: the expected one is of coreutils' sha256sum, over what was printed.
#[test]
fn the_hash_is_of_exactly_what_is_printed_and_what_out_writes() {
    let world = World::new();
    let file = world.dir.path().join("pasted.js");
    let out = file.to_str().expect("a path in UTF-8");
    for form in [&["--shop", SHOP][..], &["--shop", SHOP, "--hosted"], &["--probe"]] {
        let snippet = |more: &[&str]| world.run(&[&["snippet"], form, more].concat());
        let printed = snippet(&[]);
        if !printed.status.success() {
            assert!(stderr(&printed).contains("npm run build"), "{}", stderr(&printed));
            continue;
        }
        let hashed = snippet(&["--hash"]);
        assert_eq!((hashed.status.code(), stderr(&hashed)), (Some(0), ""), "{form:?}");
        let written = snippet(&["--out", out]);
        assert_eq!((written.status.code(), stdout(&written)), (Some(0), ""), "{form:?}");
        assert!(stderr(&written).contains(out), "{}", stderr(&written));
        assert_eq!(std::fs::read(&file).expect("it was written"), printed.stdout, "{form:?}");
        let sum = Command::new("sha256sum").arg(&file).output().expect("coreutils are there");
        let sum = stdout(&sum).split(' ').next().expect("a sum").to_owned();
        assert_eq!(stdout(&hashed), format!("{sum}\n"), "{form:?}");
        std::fs::remove_file(&file).expect("it is there");
        let both = snippet(&["--hash", "--out", out]);
        assert_eq!(stdout(&both), format!("{sum}\n"), "{form:?}");
        assert_eq!(std::fs::read(&file).expect("it was written"), printed.stdout, "{form:?}");
    }
    let nowhere = world.run(&["snippet", "--shop", SHOP, "--out", "/no/such/folder/a.js"]);
    assert_eq!((nowhere.status.code(), stdout(&nowhere)), (Some(1), ""));
    let said = stderr(&nowhere);
    assert!(said.contains("/no/such/folder/a.js") || said.contains("npm run build"), "{said}");
}

/// Every setting that has a field, none of them the default.
const SETTINGS: &str = r#"
content_id = "sku"
url_parameters = ["gclid", "say \"x\""]
consent.cmp = "onetrust"
consent.undecided = "shopify"
consent.missing = "shopify"
consent.held = "forget"
consent.categories = ["ads"]
purchase.value = "subtotal"
[shops.events]
AddToCart = ["server"]
[shops.custom_events]
joined = { event = "Subscribe", to = ["browser", "server"] }
"#;

/// The fields of `extension settings --json`, which is a request as the Admin API takes it.
fn extension_fields(world: &World) -> Map<String, Value> {
    let output = world
        .command(&["extension", "settings", "--shop", SHOP, "--json"])
        .env_remove("ACME_TIKTOK_TOKEN")
        .output();
    let output = output.expect("it runs");
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    let request: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let query = request["query"].as_str().expect("a query");
    for part in [
        "($webPixel: WebPixelInput!)",
        "webPixelCreate(webPixel: $webPixel)",
        "userErrors { code field message }",
        "webPixel { id settings }",
    ] {
        assert!(query.contains(part), "{part} is not in {query}");
    }
    let settings =
        request["variables"]["webPixel"]["settings"].as_str().expect("the settings as a JSON text");
    serde_json::from_str(settings).expect("an object")
}

#[test]
fn the_settings_of_the_extension_are_those_its_toml_declares_each_a_text() {
    let toml = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../extension/shopify.extension.toml");
    let toml: toml::Table =
        std::fs::read_to_string(toml).expect("the extension's toml").parse().expect("TOML");
    let declared = toml["settings"]["fields"].as_table().expect("fields");
    let required = |field: &toml::Value| {
        let validations = field.get("validations").and_then(toml::Value::as_array);
        validations.is_some_and(|all| all.iter().any(|one| one["name"].as_str() == Some("min")))
    };
    let every = extension_fields(&World::with(SETTINGS));
    assert_eq!(
        every.keys().collect::<Vec<_>>(),
        declared.keys().collect::<Vec<_>>(),
        "all are printed, in no other name"
    );

    let fewest = extension_fields(&World::new());
    for (name, field) in declared {
        assert!(fewest.contains_key(name) || !required(field), "{name} is required");
    }
    let expected = ["cmp", "endpoint", "pixelCode", "shop", "storefronts"];
    assert_eq!(fewest.keys().collect::<Vec<_>>(), expected, "defaults are left out");

    for (name, said) in [
        ("shop", SHOP),
        ("pixelCode", PIXEL),
        ("endpoint", "https://events.example.com"),
        ("cmp", "onetrust"),
        ("undecided", "shopify"),
        ("missing", "shopify"),
        ("held", "forget"),
        ("contentId", "sku"),
        ("value", "subtotal"),
        ("storefronts", r#"["shop.acme.example"]"#),
        ("categories", r#"["ads"]"#),
        ("urlParameters", r#"["gclid","say \"x\""]"#),
        ("events", r#"{"AddToCart":["server"]}"#),
        ("customEvents", r#"{"joined":{"event":"Subscribe","to":["browser","server"]}}"#),
    ] {
        assert_eq!(every[name], said, "{name}");
    }
}

#[test]
fn the_text_for_graphiql_runs_one_mutation_with_the_same_settings_and_shows_the_update() {
    let world = World::with(SETTINGS);
    let output = world.run(&["extension", "settings", "--shop", SHOP]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    let (comments, run): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with('#'));
    let run = run.join("\n");
    assert_eq!(
        (
            run.matches("mutation").count(),
            run.matches("webPixelCreate(webPixel: { settings: ").count()
        ),
        (1, 1)
    );
    for open in ["{}", "()"] {
        let [opened, closed] = [0, 1].map(|n| run.matches(&open[n..=n]).count());
        assert_eq!(opened, closed, "{run}");
    }
    let comments = comments.join("\n");
    assert!(
        comments.contains("webPixelUpdate(id: ") && comments.contains("write_pixels"),
        "{comments}"
    );
    for part in [run, comments] {
        let (_, rest) = part.split_once("settings: ").expect("settings");
        let mut literals = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        let settings =
            literals.next().expect("a string").expect("a string, as JSON and GraphQL write it");
        assert_eq!(
            serde_json::from_str::<Map<String, Value>>(&settings).expect("an object"),
            extension_fields(&world)
        );
    }
    assert_eq!(
        world.run(&["extension", "settings", "--shop", "other.myshopify.com"]).status.code(),
        Some(1)
    );
}
