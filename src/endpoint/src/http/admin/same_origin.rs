//! Was a form sent by one of our own pages? Besides this each has to bring a token that only such a page
//! knows.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName};

/// `Sec-Fetch-Site` is said by every browser of today wherever the connection can be trusted; `Origin` else.
/// Our pages have `Referrer-Policy: no-referrer`, by which `Origin` may be `null`; that says nothing.
/// `public_url`: where a proxy has put another name into `Host`.
pub(super) fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    let said = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = said(&HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| site != "same-origin") {
        return false;
    }
    let Some(origin) = said(&ORIGIN).filter(|origin| *origin != "null") else { return true };
    let host = || {
        let (_, of_origin) = origin.split_once("://")?;
        said(&HOST).filter(|host| host.eq_ignore_ascii_case(of_origin))
    };
    origin.eq_ignore_ascii_case(public_url) || host().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_page_is_told_from_ours() {
        const OURS: &str = "https://events.example.com";
        for (pairs, expected) in [
            (vec![], true),
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (vec![("origin", "null")], true),
            (vec![("origin", OURS)], true),
            (vec![("origin", "http://127.0.0.1:8788"), ("host", "127.0.0.1:8788")], true),
            (vec![("origin", "http://127.0.0.1:8789"), ("host", "127.0.0.1:8788")], false),
            (vec![("origin", "https://events.example.com.evil.example"), ("host", "h")], false),
            (vec![("origin", "https://evil.example"), ("host", "events.example.com")], false),
            (vec![("origin", ""), ("host", "")], false),
            (vec![("sec-fetch-site", "same-site"), ("origin", OURS)], false),
            (vec![("sec-fetch-site", "cross-site")], false),
            (vec![("sec-fetch-site", "none")], false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in &pairs {
                headers.insert(*name, value.parse().expect("a header"));
            }
            assert_eq!(is_ours(&headers, OURS), expected, "{pairs:?}");
        }
    }
}
