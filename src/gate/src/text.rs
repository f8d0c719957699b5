//! Small conversions that several readers share.

/// Decimal digits, without `format!`, which would double the module's size.
pub fn decimal(mut n: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(b'0' + u8::try_from(n % 10).expect("a remainder of ten")));
        n /= 10;
        if n == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

/// Decodes exactly once. `None` for a bare `%` or what is no UTF-8.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => nibble(rest.next()?)? << 4 | nibble(rest.next()?)?,
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Whether `part` stands in `text`. The standard library's search is made for long texts and weighs accordingly.
pub fn holds(text: &str, part: &str) -> bool {
    !part.is_empty() && text.as_bytes().windows(part.len()).any(|window| window == part.as_bytes())
}
