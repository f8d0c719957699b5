//! Prometheus' text format, read strictly, by the words of its description
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>): what a lenient
//! reader lets pass fails here.

use std::collections::{BTreeMap, BTreeSet};

type Labels = BTreeMap<String, String>;

/// What a scrape brought.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    /// The type of each metric.
    pub(crate) types: BTreeMap<String, String>,
    pub(crate) samples: BTreeMap<(String, Labels), f64>,
}

impl Exposition {
    pub(crate) fn read(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line must end with a line feed");
        let mut read = Self::default();
        let (mut helped, mut closed) = (BTreeSet::new(), BTreeSet::new());
        let mut group = String::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let name = match line.strip_prefix("# ") {
                Some(comment) => read.comment(comment, &mut helped),
                None => read.sample(line),
            };
            if name != group {
                assert!(closed.insert(name.clone()), "{name} is not in one group: {line}");
                group = name;
            }
        }
        read.check_histograms();
        read
    }

    /// The sample of this name with exactly these labels.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels = labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.samples.get(&(name.to_owned(), labels)).copied()
    }

    /// Names and labels of all samples.
    pub(crate) fn series(&self) -> BTreeSet<(String, Labels)> {
        self.samples.keys().cloned().collect()
    }

    fn comment(&mut self, comment: &str, helped: &mut BTreeSet<String>) -> String {
        let (word, rest) = comment.split_once(' ').expect("HELP or TYPE");
        let (name, said) = rest.split_once(' ').expect("a name and its help or type");
        assert!(is_metric_name(name), "{name}");
        match word {
            "HELP" => {
                unescaped(said, false);
                assert!(helped.insert(name.to_owned()), "a second HELP of {name}");
            }
            "TYPE" => {
                let known = ["counter", "gauge", "histogram", "summary", "untyped"];
                assert!(known.contains(&said), "{name} has no type {said}");
                let sampled = self.samples.keys().any(|(sample, _)| sample == name);
                assert!(!sampled, "the TYPE of {name} comes after a sample of it");
                let earlier = self.types.insert(name.to_owned(), said.to_owned());
                assert_eq!(earlier, None, "a second TYPE of {name}");
            }
            other => panic!("neither HELP nor TYPE: {other}"),
        }
        name.to_owned()
    }

    /// The metric's name: a histogram's samples have suffixes of their own.
    fn sample(&mut self, line: &str) -> String {
        let end = line.find(['{', ' ']).unwrap_or_else(|| panic!("no value: {line}"));
        let (name, rest) = line.split_at(end);
        assert!(is_metric_name(name), "{line}");
        let (labels, value) = match rest.strip_prefix('{') {
            Some(rest) => labels(rest),
            None => (Labels::new(), rest),
        };
        let mut words = value.split_whitespace();
        let value = number(words.next().unwrap_or_else(|| panic!("no value: {line}")));
        assert_eq!(words.next(), None, "a timestamp is not ours to give: {line}");
        let suffixes = ["_bucket", "_sum", "_count"];
        let stem = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix));
        let of_histogram = |stem: &&str| self.types.get(*stem).is_some_and(|t| t == "histogram");
        let metric = stem.filter(of_histogram).unwrap_or(name).to_owned();
        assert!(self.types.contains_key(&metric), "{metric} has no TYPE");
        let earlier = self.samples.insert((name.to_owned(), labels), value);
        assert_eq!(earlier, None, "twice: {line}");
        metric
    }

    fn check_histograms(&self) {
        for (name, _) in self.types.iter().filter(|(_, of)| *of == "histogram") {
            let buckets =
                self.samples.iter().filter(|((of, _), _)| *of == format!("{name}_bucket"));
            let mut buckets: Vec<(f64, f64)> =
                buckets.map(|((_, labels), n)| (number(&labels["le"]), *n)).collect();
            buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
            let growing = buckets.windows(2).all(|pair| pair[0].1 <= pair[1].1);
            assert!(growing, "{name}: buckets are cumulative: {buckets:?}");
            let last = buckets.last().copied();
            let count = self.value(&format!("{name}_count"), &[]).expect("a count");
            assert_eq!(last, Some((f64::INFINITY, count)), "{name}: le=\"+Inf\" is the count");
            assert!(self.value(&format!("{name}_sum"), &[]).is_some(), "{name} has no sum");
        }
    }
}

/// `a="b",c="d"} 1` from behind the opening bracket: the labels and what follows them.
fn labels(text: &str) -> (Labels, &str) {
    let (mut labels, mut rest) = (Labels::new(), text);
    while !rest.starts_with('}') {
        let (name, after) = rest.split_once("=\"").expect("a label and its value in quotes");
        let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        assert!(is_name && !name.starts_with("__"), "{name}");
        let mut escaped = false;
        let end = after.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let (value, after) = after.split_at(end.expect("a value ends with a quote"));
        let earlier = labels.insert(name.to_owned(), unescaped(value, true));
        assert_eq!(earlier, None, "the label {name} twice");
        rest = &after[1..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    (labels, &rest[1..])
}

/// `\\` and `\n`, in a label's value also `\"`; no other escape is known.
fn unescaped(text: &str, in_label: bool) -> String {
    let (mut plain, mut signs) = (String::new(), text.chars());
    while let Some(sign) = signs.next() {
        plain.push(match sign {
            '\\' => match signs.next() {
                Some('\\') => '\\',
                Some('n') => '\n',
                Some('"') if in_label => '"',
                other => panic!("no escape: \\{other:?} in {text}"),
            },
            other => other,
        });
    }
    plain
}

fn is_metric_name(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':')
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
}

/// As Go's `ParseFloat` takes it: the words for what is no number are these.
fn number(text: &str) -> f64 {
    match text {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        "NaN" => f64::NAN,
        plain => {
            let is_plain = plain.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
            assert!(is_plain, "no number: {plain}");
            plain.parse().unwrap_or_else(|error| panic!("{plain}: {error}"))
        }
    }
}

/// The reader itself must be able to fail, and takes the description's own example.
#[test]
fn the_reader_of_expositions_is_strict() {
    let example = "# HELP http_requests_total The total number of HTTP requests.\n\
        # TYPE http_requests_total counter\n\
        http_requests_total{method=\"post\",code=\"200\"} 1027\n\
        http_requests_total{method=\"post\",code=\"400\"} 3\n\
        # TYPE msdos_file_access_time_seconds gauge\n\
        msdos_file_access_time_seconds{path=\"C:\\\\DIR\\\\FILE.TXT\",error=\"Cannot find file:\\n\\\"FILE.TXT\\\"\"} 1.458255915e9\n\
        # TYPE something_weird gauge\n\
        something_weird{problem=\"division by zero\"} +Inf\n\
        # HELP http_request_duration_seconds A histogram of the request duration.\n\
        # TYPE http_request_duration_seconds histogram\n\
        http_request_duration_seconds_bucket{le=\"0.05\"} 24054\n\
        http_request_duration_seconds_bucket{le=\"+Inf\"} 144320\n\
        http_request_duration_seconds_sum 53423\n\
        http_request_duration_seconds_count 144320\n";
    let read = Exposition::read(example);
    assert_eq!(
        read.value("http_requests_total", &[("code", "400"), ("method", "post")]),
        Some(3.0)
    );
    let escaped = [("path", "C:\\DIR\\FILE.TXT"), ("error", "Cannot find file:\n\"FILE.TXT\"")];
    assert_eq!(read.value("msdos_file_access_time_seconds", &escaped), Some(1.458_255_915e9));
    let typed = "# TYPE a counter\n# TYPE b gauge\n";
    for wrong in [
        "# TYPE a counter\na 1",
        "a 1\n",
        "# TYPE a number\na 1\n",
        "# TYPE a counter\n# TYPE a counter\na 1\n",
        "# TYPE a counter\na 1\na 1\n",
        "# TYPE a counter\na{x=\"1\",x=\"2\"} 1\n",
        "# TYPE a counter\na{x=\"\\t\"} 1\n",
        "# TYPE a counter\na{1=\"x\"} 1\n",
        "# TYPE a counter\na one\n",
        "# TYPE a counter\na inf\n",
        "# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        "# TYPE a histogram\na_bucket{le=\"1\"} 2\na_sum 1\na_count 2\n",
        &format!("{typed}a 1\nb 1\na{{x=\"1\"}} 1\n"),
    ] {
        let read = std::panic::catch_unwind(|| Exposition::read(wrong));
        assert!(read.is_err(), "{wrong}");
    }
}
