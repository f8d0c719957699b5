//! Bars of days, stacked, as SVG; the same figures stand in a table beside it.

use maud::{Markup, html};

use super::words::grouped;

/// One colour of the bars: its class, and its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) class: &'static str,
    pub(super) name: &'static str,
}

/// One day's figures, in the sequence of the parts.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) of_parts: Vec<i64>,
}

const HEIGHT: i64 = 120;
const STEP: i64 = 24;
const WIDTH: i64 = 18;

/// `zone`: whose days they are.
pub(super) fn chart(title: &str, zone: &str, parts: &[Part], bars: &[Bar]) -> Markup {
    let highest = bars.iter().map(Bar::all).max().unwrap_or(0).max(1);
    let width = STEP * i64::try_from(bars.len()).unwrap_or(0);
    html! {
        div.chart {
            figure {
                svg viewBox=(format!("0 0 {width} {HEIGHT}")) role="img" aria-label=(format!("{title}; the table has the figures")) {
                    line.axis x1="0" x2=(width) y1=(HEIGHT - 1) y2=(HEIGHT - 1) {}
                    @for (n, bar) in bars.iter().enumerate() { (stack(n, bar, parts, highest)) }
                }
                figcaption {
                    ul.legend {
                        @for part in parts { li { span class={ "key " (part.class) } aria-hidden="true" {} (part.name) } }
                    }
                }
            }
            (table(title, zone, parts, bars))
        }
    }
}

/// Whole units of the drawing, each part on top of those before it, so that rounding leaves no gap.
fn stack(n: usize, bar: &Bar, parts: &[Part], highest: i64) -> Markup {
    let x = STEP * i64::try_from(n).unwrap_or(0) + (STEP - WIDTH) / 2;
    let height = |figure: i64| figure * (HEIGHT - 2) / highest;
    let mut below = 0;
    html! {
        g {
            title { (bar.label) ": " (bar.all()) }
            @for (part, figure) in parts.iter().zip(&bar.of_parts) {
                @let (from, to) = (height(below), height(below + figure));
                @let () = below += figure;
                @if to > from {
                    rect class=(part.class) x=(x) width=(WIDTH) y=(HEIGHT - 1 - to) height=(to - from) {}
                }
            }
        }
    }
}

fn table(title: &str, zone: &str, parts: &[Part], bars: &[Bar]) -> Markup {
    html! {
        details {
            summary { "As a table" }
            div.wide role="region" aria-label=(title) tabindex="0" {
                table {
                    thead {
                        tr {
                            th scope="col" { "Day (" (zone) ")" }
                            @for part in parts { th.number scope="col" { (part.name) } }
                            th.number scope="col" { "all" }
                        }
                    }
                    tbody {
                        @for bar in bars.iter().rev() {
                            tr {
                                th scope="row" { (bar.label) }
                                @for figure in &bar.of_parts { td.number { (grouped(*figure)) } }
                                td.number { (grouped(bar.all())) }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Bar {
    fn all(&self) -> i64 {
        self.of_parts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_day_fills_the_drawing_and_the_table_has_every_figure() {
        let parts = [Part { class: "a", name: "sent" }, Part { class: "b", name: "held" }];
        let bar = |label: &str, of_parts: [i64; 2]| Bar {
            label: label.to_owned(),
            of_parts: of_parts.to_vec(),
        };
        let bars = [bar("1", [1, 1]), bar("2", [0, 0]), bar("3", [1, 3])];
        let drawn = chart("Orders", "UTC", &parts, &bars).into_string();
        // 118 units are 4 orders: one is 29, three are 89.
        assert_eq!(drawn.matches("<rect ").count(), 4);
        assert!(drawn.contains(r#"y="90" height="29""#), "{drawn}");
        assert!(drawn.contains(r#"y="1" height="89""#), "{drawn}");
        assert_eq!(drawn.matches("<tr>").count(), 4, "a heading and three days");
    }
}
