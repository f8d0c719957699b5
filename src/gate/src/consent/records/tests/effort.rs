//! What the worst input costs: of the longest value that is read, and of the longest cookie string
//! that a browser could hold.

use std::time::{Duration, Instant};

use super::*;

/// More than any browser keeps for one page.
const COOKIES: usize = 64 * 1024;
/// A net, not a measure: in a debug build, on a busy machine. What is quadratic fell through it
/// once (a copy of a cookie for each copy of another), which
/// `of_many_copies_the_first_sixteen_are_looked_into` keeps from coming back.
const MOST: Duration = Duration::from_secs(10);

/// `unit` as often as it fits in what a value may have.
fn filled(start: &str, unit: &str, end: &str) -> String {
    [start, &unit.repeat((limits::RECORD_TEXT - start.len() - end.len()) / unit.len()), end]
        .concat()
}

fn cookie(name: &str, value: &str) -> Jar {
    Jar { cookie: Some(format!("{name}={value}").into()), ..Jar::default() }
}

fn stored(key: &str, value: String) -> Jar {
    Jar { storage: vec![(key.into(), Stored::Text(value.into()))], ..Jar::default() }
}

/// `pair` again and again; `beside` stands at the end.
fn many(pair: &str, beside: &str) -> Jar {
    let pairs = [pair, "; "].concat().repeat(COOKIES / (pair.len() + 2));
    Jar { cookie: Some([&pairs, beside].concat().into()), ..Jar::default() }
}

/// Bits as IAB's strings are written.
fn coded(bits: &str) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let six = |chunk: &[u8]| {
        chunk.iter().fold(0_usize, |six, bit| six * 2 + usize::from(bit - b'0'))
            << (6 - chunk.len())
    };
    bits.as_bytes().chunks(6).map(|chunk| char::from(SIGNS[six(chunk)])).collect()
}

/// The fixed fields of a TC string that consents to everything.
fn core() -> String {
    ["000010", &"0".repeat(132), "1", &"0".repeat(13), &"1".repeat(24), &"0".repeat(37)].concat()
}

fn worst() -> Vec<(&'static str, Jar)> {
    let members: Vec<String> = (0..1500).map(|n| format!("\"{n}\":true")).collect();
    let wide = format!(
        "{{\"consents\":{{{}}},\"implicit_consent\":false}}",
        members.join(",").replace("true", "1")
    );
    let services =
        filled("{\"services\":[", "{\"id\":\"a\",\"status\":true,\"history\":\"[{}]\"},", "{}]}");
    let named = filled(
        "{\"consent\":{\"services\":{",
        "\"a\":{\"name\":\"TikTok\",\"consent\":true},",
        "\"b\":{}}}}",
    );
    let every = "1".repeat(12); // the most of whatever is counted in twelve bits
    let range = ["1", &"0".repeat(15), "1", &"1".repeat(16)].concat();
    let ranges = [core().as_str(), &"1".repeat(17), &every, &range.repeat(4095)].concat();
    let restriction = ["00000101", "000000000001", &range].concat();
    let restrictions =
        [core().as_str(), &"0".repeat(34), &every, &restriction.repeat(4095)].concat();
    let short = |bits: &str| coded(&bits[..bits.len().min(limits::RECORD_TEXT * 6)]);
    let wide_range = ["1", "1010101010101010101011", "1010101010101010101011"].concat();
    let gpp = ["000011", "000001", &every, &wide_range.repeat(2000)].concat();
    let singles = ["000011", "000001", &every, &"011".repeat(4095)].concat();
    let long_code = ["000011", "000001", "000000000001", "0", &"10".repeat(45_000)].concat();
    vec![
        ("JSON that opens 16,000 lists", cookie("klaro", &"[".repeat(limits::RECORD_TEXT))),
        (
            "JSON nested twelve deep, again and again",
            cookie("klaro", &filled("[", "[[[[[[[[[[[]]]]]]]]]]],", "1]")),
        ),
        ("JSON of many members", cookie("__privaci_cookie_consents", &wide)),
        (
            "JSON of one name many times",
            cookie("klaro", &filled("{", "\"tiktok\":true,", "\"tiktok\":true}")),
        ),
        (
            "JSON in which everything is escaped",
            cookie("klaro", &filled("{\"tiktok\":\"", "\\u0061", "\"}")),
        ),
        ("a text of percent signs", cookie("klaro", &filled("", "%7B", ""))),
        ("lists within texts", stored("uc_settings", services)),
        ("services by name", stored("ucData", named)),
        ("base64 to its end", cookie("didomi_token", &"e30".repeat(limits::RECORD_TEXT / 3))),
        ("a literal of many names", cookie("CookieConsent", &filled("{a:1", ",a:1", "}"))),
        ("many groups", cookie("OptanonConsent", &filled("groups=", "C0004%3A1%2C", ""))),
        ("many words", cookie("axeptio_authorized_vendors", &filled(",", "tiktok,", ""))),
        ("many numbers", cookie("cmapi_cookie_privacy", &filled("permit ", "1,", ""))),
        ("a TC string of all ones", cookie("euconsent-v2", &filled("C", "_", ""))),
        ("a TC string of the widest ranges", cookie("euconsent-v2", &short(&ranges))),
        ("a TC string of restrictions", cookie("euconsent-v2", &short(&restrictions))),
        (
            "a TC string of many segments",
            cookie(
                "euconsent-v2",
                &filled(&coded(&[&core(), &"0".repeat(46)[..]].concat()), ".YAAAAAAAAAAA", ""),
            ),
        ),
        ("a GPP header of the widest ranges", cookie("__gpp", &short(&gpp))),
        (
            "a GPP header of single ids and as many sections",
            cookie("__gpp", &filled(&short(&singles), "~B", "")),
        ),
        ("a GPP number that never ends", cookie("__gpp", &short(&long_code))),
        (
            "GPP sections of usnat's parts",
            cookie("__gpp", &filled("DBABLA~BVVVVVVVVWA", ".QA", "")),
        ),
        ("64 KB of other cookies", many("a=b", "")),
        ("OptanonConsent 4,000 times", many("OptanonConsent=", "OptanonAlertBoxClosed=x")),
        (
            "cmplz_marketing 3,000 times",
            many("cmplz_marketing=allow", "cmplz_banner-status=dismissed"),
        ),
        (
            "cmapi_cookie_privacy 2,000 times",
            many("cmapi_cookie_privacy=permit 3", "notice_preferences=3"),
        ),
        ("cookieconsent_status 2,000 times", many("cookieconsent_status=accept_selected", "x")),
        (
            "__privaci_cookie_consents 2,000 times",
            many("__privaci_cookie_consents={}", "__privaci_cookie_no_action=1"),
        ),
        ("CookieConsent 3,000 times", many("CookieConsent={a:1}", "")),
    ]
}

#[test]
fn the_worst_input_is_read_in_bounded_time() {
    let mut slowest = Duration::ZERO;
    for (what, jar) in worst() {
        let start = Instant::now();
        let records = read(&jar, Cmp::Auto, &[]);
        let time = start.elapsed();
        println!("{:>9.2} ms  {what}: {} records", time.as_secs_f64() * 1000.0, records.len());
        assert!(time < MOST, "{what}: {time:?}");
        slowest = slowest.max(time);
    }
    println!("slowest: {slowest:?}");
}
