//! What is printed to be pasted at Shopify, and what a hosted snippet then loads from here.

use std::path::Path;

use assent_gate::hex::Digest;
use serde_json::{Map, Value, json};

use crate::command_line::{stderr, stdout};
use crate::support::http::{Answer, request};
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
        assert!(!code.contains("</"));
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

/// What `snippet --hosted` prints, and the path of the module's address in it; `None` where this
/// binary has no module.
fn hosted(world: &World) -> Option<(String, String)> {
    let output = world
        .command(&["snippet", "--shop", SHOP, "--hosted"])
        .env_remove("ACME_TIKTOK_TOKEN")
        .output();
    let output = output.expect("it runs");
    if !output.status.success() {
        assert!(stderr(&output).contains("npm run build"), "{}", stderr(&output));
        return None;
    }
    let code = stdout(&output).to_owned();
    let (_, rest) = code
        .split_once("const ASSENT_MODULE = \"https://events.example.com/v1/module-")
        .expect("an address");
    let (hash, _) = rest.split_once(".js\";\n").expect("an address");
    let path = format!("/v1/module-{hash}.js");
    Some((code, path))
}

#[test]
fn the_hosted_snippet_is_a_short_function_body_with_settings_and_address_on_top() {
    let Some((code, path)) = hosted(&World::new()) else { return };
    assert!(code.len() < 1_500, "{} bytes", code.len());
    assert!(code.is_ascii() && !code.contains("</") && !code.contains("<!--"));
    // Neither is allowed in a function of a classic script.
    for line in code.lines() {
        assert!(
            !line.starts_with("import ")
                && !line.starts_with("export ")
                && !line.starts_with("await "),
            "{line}"
        );
    }
    let (top, _) = code
        .strip_prefix("const ASSENT = ")
        .and_then(|rest| rest.split_once("};\n"))
        .expect("settings");
    let settings: Value = serde_json::from_str(&format!("{top}}}")).expect("JSON");
    assert_eq!(
        (&settings["shop"], &settings["endpoint"]),
        (&json!(SHOP), &json!("https://events.example.com"))
    );
    assert_eq!(path.len(), "/v1/module-0123456789abcdef.js".len());
}

fn headers<'a>(answer: &'a Answer, names: [&str; 4]) -> [Option<&'a str>; 4] {
    names.map(|name| answer.header(name))
}

#[test]
fn the_module_is_served_under_the_hash_of_its_bytes_to_be_kept_for_ever() {
    const NAMES: [&str; 4] =
        ["Content-Type", "Access-Control-Allow-Origin", "Cache-Control", "Vary"];
    const FOR_EVER: [Option<&str>; 4] = [
        Some("text/javascript"),
        Some("*"),
        Some("public, max-age=31536000, immutable"),
        Some("Accept-Encoding"),
    ];
    let world = World::new();
    let server = world.serve();
    let Some((_, path)) = hosted(&world) else {
        let answer = server.get("/v1/module-0123456789abcdef.js");
        assert_eq!((answer.status, answer.header("Cache-Control")), (503, Some("no-store")));
        assert!(answer.body.contains("npm run build"), "{}", answer.body);
        return;
    };
    let whole = server.get(&path);
    assert_eq!((whole.status, headers(&whole, NAMES)), (200, FOR_EVER));
    assert_eq!(whole.header("Content-Encoding"), None);
    let hash = Digest::of(whole.body.as_bytes());
    assert_eq!(path, format!("/v1/module-{}.js", &hash.as_str()[..16]));
    assert!(whole.body.contains("export{"), "an ES module");

    let length = |answer: &Answer| {
        answer.header("Content-Length").and_then(|length| length.parse::<usize>().ok())
    };
    let ask = |method: &str, accepted: &str| {
        request(&server.address, method, &path, &[("Accept-Encoding", accepted)], b"")
            .expect("an answer")
    };
    let head = ask("HEAD", "identity");
    assert_eq!((head.status, headers(&head, NAMES)), (200, FOR_EVER));
    assert_eq!((length(&head), head.body.as_str()), (Some(whole.body.len()), ""));
    for accepted in ["gzip, deflate, br, zstd", "BR;q=0.5"] {
        let small = ask("GET", accepted);
        assert_eq!((small.status, headers(&small, NAMES)), (200, FOR_EVER), "{accepted}");
        assert_eq!(small.header("Content-Encoding"), Some("br"), "{accepted}");
        assert!(length(&small) < length(&whole), "{accepted}");
    }
    for accepted in ["gzip", "br;q=0", "br; q=0.000, gzip", "brotli"] {
        assert_eq!(ask("GET", accepted).header("Content-Encoding"), None, "{accepted}");
    }
    assert_eq!(ask("POST", "identity").status, 405);
}

/// A pasted loader outlives upgrades of the endpoint.
#[test]
fn a_loader_of_another_release_gets_the_module_that_is_here_and_asks_again_the_next_time() {
    let world = World::new();
    let server = world.serve();
    let Some((_, path)) = hosted(&world) else { return };
    let own = server.get(&path);
    for hash in ["0123456789abcdef", &"ab".repeat(32)] {
        let other = server.get(&format!("/v1/module-{hash}.js"));
        assert_eq!(
            (other.status, other.header("Cache-Control")),
            (200, Some("no-cache")),
            "{hash}"
        );
        assert_eq!(other.header("Access-Control-Allow-Origin"), Some("*"));
        assert_eq!(other.body, own.body);

        let ask = |tag: &str| {
            let path = format!("/v1/module-{hash}.js");
            request(
                &server.address,
                "GET",
                &path,
                &[("If-None-Match", tag), ("Accept-Encoding", "br")],
                b"",
            )
        };
        let tag = own.header("ETag").expect("a tag");
        let again = ask(tag).expect("an answer");
        assert_eq!(
            (again.status, again.header("Cache-Control"), again.body.as_str()),
            (304, Some("no-cache"), "")
        );
        assert_eq!(ask("W/\"module-of-another-release\"").expect("an answer").status, 200);
    }
}

#[test]
fn what_no_release_could_have_named_is_not_found_and_says_what_to_do() {
    let world = World::new();
    let server = world.serve();
    let long = "a".repeat(65);
    for hash in [
        "",
        "0123456789abcde",
        "0123456789ABCDEF",
        "0123456789abcdeg",
        "..%2f0123456789abcd",
        &long,
    ] {
        let answer = server.get(&format!("/v1/module-{hash}.js"));
        assert_eq!(
            (answer.status, answer.header("Cache-Control")),
            (404, Some("no-store")),
            "{hash}"
        );
        assert!(answer.body.contains("assent snippet --hosted"), "{}", answer.body);
    }
    for path in ["/v1/", "/v1/nothing", "/v1/module", "/v1/module-0123456789abcdef.js/x"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

/// Every setting that has a field, none of them the default.
const SETTINGS: &str = r#"
content_id = "sku"
url_parameters = ["gclid", "say \"x\""]
consent.undecided = "shopify"
consent.categories = ["ads"]
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
        ("cmp", "shopify"),
        ("undecided", "shopify"),
        ("contentId", "sku"),
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
