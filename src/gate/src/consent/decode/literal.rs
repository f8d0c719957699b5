use crate::json::Json;

/// A flat JavaScript object literal, `{name:true,other:'text',third:12}`, as Cookiebot writes it
/// after percent-decoding: read as the JSON that it becomes with its names and texts in double
/// quotes.
pub(in crate::consent) fn literal(text: &str) -> Option<Json> {
    if matches!(text, "-1" | "0") {
        return Some(Json::Object(Vec::new())); // where nobody is asked
    }
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let (mut json, mut quoted) = (String::from("{\""), false);
    for c in inner.chars() {
        match c {
            '"' | '\\' => return None,
            '{' | '}' | '[' | ']' if !quoted => return None,
            '\'' => {
                quoted = !quoted;
                json.push('"');
            }
            ',' if !quoted => json.push_str(",\""),
            ':' if !quoted => json.push_str("\":"),
            c => json.push(c),
        }
    }
    json.push('}');
    Json::parse(&json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_literal_is_read_and_nothing_else() {
        let json = literal("{stamp:'a==',necessary:true,ver:1,x:''}").unwrap();
        assert_eq!((json.text_at("stamp"), json.number_at("ver")), (Some("a==".into()), Some(1)));
        for wrong in [
            "",
            "{",
            "{}",
            "{a}",
            "{a:}",
            "{a:tr",
            "{a:true",
            "{a:true}x",
            "{a:true,}",
            "{'a':true}",
            "{a:'x}",
            "{a: b}",
            "{a}b:true}",
            "{a:[1]}",
            "{a:{b:1}}",
            "1",
        ] {
            assert_eq!(literal(wrong), None, "{wrong}");
        }
    }
}
