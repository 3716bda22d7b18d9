//! The ladder as an SVG picture: no external font, script or style, light or dark by the reader's
//! preference, with a description in words for people who cannot see it.

use std::fmt::Write;

use textwrap::{Options, WordSeparator, WordSplitter, core::Word};

use super::{Ladder, Rung, Shown, seconds};

const WIDTH: usize = 860;
/// The two lifelines.
const TWILIO: usize = 112;
const ENDPOINT: usize = 772;
const MIDDLE: usize = (TWILIO + ENDPOINT) / 2;
const MARGIN: usize = 28;
/// Columns of the monospaced font between the lifelines, with some air.
const LABEL_COLUMNS: usize = 76;
/// Columns of the other font from margin to margin.
const TEXT_COLUMNS: usize = 94;
/// The same for what is bold.
const TITLE_COLUMNS: usize = 78;
/// The most lines of one text.
const MAX_LINES: usize = 8;

const STYLE: &str = include_str!("style.css");

/// Draws the ladders, one below the other.
pub(crate) fn draw(ladders: &[Ladder]) -> String {
    let mut picture = Picture { marks: String::new(), y: MARGIN };
    for ladder in ladders {
        picture.ladder(ladder);
    }
    let height = picture.y;
    let titles: Vec<_> = ladders.iter().map(|ladder| ladder.title.as_str()).collect();
    let words: String = ladders.iter().map(description).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n<style>{STYLE}</style>\n\
         <rect class=\"card\" x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"10\"/>\n{}</svg>\n",
        escape(&titles.join("; ")),
        escape(&words),
        WIDTH - 1,
        height.saturating_sub(1),
        picture.marks,
    )
}

struct Picture {
    marks: String,
    /// The height so far.
    y: usize,
}

impl Picture {
    fn ladder(&mut self, ladder: &Ladder) {
        self.paragraph(&ladder.title, "title", (TITLE_COLUMNS, 21));
        if let Some(place) = &ladder.place {
            self.paragraph(place, "sans quiet", (TEXT_COLUMNS, 20));
        }
        self.y += 12;
        for (x, name) in [(TWILIO, "Twilio"), (ENDPOINT, "endpoint")] {
            let (left, top, baseline) = (x - 46, self.y, self.y + 18);
            self.mark(format_args!(
                "<rect class=\"box\" x=\"{left}\" y=\"{top}\" width=\"92\" height=\"26\" rx=\"6\"/>"
            ));
            self.text(x, baseline, "head middle", name);
        }
        self.y += 26;
        let (rungs, top) = (std::mem::take(&mut self.marks), self.y);
        let mut shown = None;
        for Rung { at_ms, what } in &ladder.rungs {
            let time =
                (shown.replace(*at_ms) != Some(*at_ms)).then(|| format!("{} s", seconds(*at_ms)));
            self.rung(what, time.as_deref());
        }
        self.y += 12;
        // They are drawn behind the rungs, and only now is their length known.
        let (rungs, above) = (std::mem::replace(&mut self.marks, rungs), self.y);
        for x in [TWILIO, ENDPOINT] {
            self.mark(format_args!("<path class=\"life\" d=\"M{x} {top}V{above}\"/>"));
        }
        self.marks.push_str(&rungs);
        if let Some(why) = &ladder.why {
            self.y += 12;
            self.paragraph(why, "sans", (TEXT_COLUMNS, 20));
        }
        self.y += MARGIN;
    }

    fn rung(&mut self, what: &Shown, time: Option<&str>) {
        self.y += 8;
        match what {
            Shown::Sent(label) => self.arrow(label, "sent", (TWILIO, ENDPOINT), time),
            Shown::Received(label) => self.arrow(label, "received", (ENDPOINT, TWILIO), time),
            Shown::Remark(text) => {
                for (number, line) in wrap(text, LABEL_COLUMNS).iter().enumerate() {
                    self.y += 18;
                    self.time(time.filter(|_| number == 0));
                    self.text(MIDDLE, self.y, "remark middle", line);
                }
            }
            Shown::Completed { outcome, params, kind } => {
                let class = match *kind {
                    "transferred" => "good",
                    "canceled" | "unconfirmed" => "open",
                    _ => "bad",
                };
                let top = self.y;
                self.outcome(class, outcome, params, time);
                self.text(ENDPOINT - 40, top + 30, "quiet end", "callback");
            }
            Shown::Failed { title, message } => {
                self.outcome("bad", title, std::slice::from_ref(message), time);
            }
        }
    }

    /// Draws a label, and below it an arrow from one lifeline to the other.
    fn arrow(&mut self, label: &str, class: &str, (from, to): (usize, usize), time: Option<&str>) {
        for line in wrap(label, LABEL_COLUMNS) {
            self.y += 17;
            self.text(MIDDLE, self.y, "middle", &line);
        }
        self.y += 9;
        self.time(time);
        let y = self.y;
        let (start, tip, back) =
            if from < to { (from + 2, to - 2, to - 12) } else { (from - 2, to + 2, to + 12) };
        let (high, low) = (y - 5, y + 5);
        self.mark(format_args!(
            "<path class=\"{class}\" stroke-width=\"1.5\" d=\"M{start} {y}H{back}\"/>\
             <path class=\"{class}\" stroke=\"none\" d=\"M{tip} {y}L{back} {high}V{low}Z\"/>"
        ));
    }

    /// Draws a box across the ladder.
    fn outcome(&mut self, class: &str, title: &str, lines: &[String], time: Option<&str>) {
        let lines: Vec<_> = lines.iter().flat_map(|line| wrap(line, LABEL_COLUMNS - 8)).collect();
        let titles = wrap(title, LABEL_COLUMNS - 8);
        let (top, height) = (self.y + 6, 20 * titles.len() + 19 * lines.len() + 22);
        let (left, width) = (TWILIO + 24, ENDPOINT - TWILIO - 48);
        self.mark(format_args!(
            "<rect class=\"box\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" \
             rx=\"6\"/><rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"6\" \
             height=\"{height}\" rx=\"3\"/>"
        ));
        self.y = top + 4;
        for (number, line) in titles.iter().enumerate() {
            self.y += 20;
            self.time(time.filter(|_| number == 0));
            self.text(left + 22, self.y, &format!("head {class}"), line);
        }
        for line in lines {
            self.y += 19;
            self.text(left + 22, self.y, "", &line);
        }
        self.y = top + height;
    }

    /// Writes a time beside the ladder, at the current height.
    fn time(&mut self, time: Option<&str>) {
        if let Some(time) = time {
            self.text(TWILIO - 14, self.y + 4, "quiet end", time);
        }
    }

    fn paragraph(&mut self, text: &str, class: &str, (columns, leading): (usize, usize)) {
        for line in wrap(text, columns) {
            self.text(MARGIN, self.y + 14, class, &line);
            self.y += leading;
        }
    }

    fn text(&mut self, x: usize, y: usize, class: &str, text: &str) {
        let text = escape(text);
        self.mark(format_args!("<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{text}</text>"));
    }

    fn mark(&mut self, mark: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.marks, "{mark}");
    }
}

/// Describes what the picture shows.
fn description(ladder: &Ladder) -> String {
    let mut words = [&ladder.title, ladder.place.as_deref().unwrap_or_default(), ""].join(". ");
    for Rung { at_ms, what } in &ladder.rungs {
        let said = match what {
            Shown::Sent(label) => format!("Twilio to endpoint: {label}"),
            Shown::Received(label) => format!("endpoint to Twilio: {label}"),
            Shown::Remark(text) => text.clone(),
            Shown::Completed { outcome, params, .. } => {
                format!("over: {outcome}, {}", params.join(", "))
            }
            Shown::Failed { title, message } => format!("{title}: {message}"),
        };
        let _ = write!(words, "{} s, {said}. ", seconds(*at_ms));
    }
    words.extend(ladder.why.as_deref());
    words
}

/// Breaks a text into lines, after a space or a separator where there is one.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    fn words(text: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
        Box::new(text.split_inclusive([' ', ',', ';', '&', '?']).map(Word::from))
    }
    // A character has at most two columns or none; of what cannot fit into the lines nothing is wrapped.
    let end = text.char_indices().nth((MAX_LINES + 1) * columns).map_or(text.len(), |(at, _)| at);
    let options = Options::new(columns)
        .word_separator(WordSeparator::Custom(words))
        .word_splitter(WordSplitter::NoHyphenation);
    let mut lines: Vec<String> = textwrap::wrap(text.get(..end).unwrap_or(text), options)
        .into_iter()
        .map(|line| line.into_owned())
        .collect();
    if lines.len() > MAX_LINES || end < text.len() {
        lines.truncate(MAX_LINES);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines
}

/// Escapes text for an element, and replaces the characters that XML 1.0 does not allow.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}
