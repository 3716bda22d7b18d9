//! The ladder as a picture that stands by itself: no font, script or style from elsewhere, light or
//! dark as its reader likes, and in words for who cannot see it.

use std::fmt::Write;

use super::{Ladder, Rung, Shown, seconds};

const WIDTH: usize = 860;
/// The two lines of life.
const PLATFORM: usize = 112;
const ENDPOINT: usize = 772;
const MIDDLE: usize = (PLATFORM + ENDPOINT) / 2;
const MARGIN: usize = 28;
/// Columns of the monospaced font between the lines of life, with some air.
const LABEL_COLUMNS: usize = 76;
/// Columns of the other font from margin to margin.
const TEXT_COLUMNS: usize = 94;
/// The same for what is bold.
const TITLE_COLUMNS: usize = 78;
/// More lines of one text than these are left out.
const MOST_LINES: usize = 8;

const STYLE: &str = "\
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328}\
.sans,.title{font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif}\
.title{font-size:15px;font-weight:600}.sans{font-size:14px}.head{font-weight:600}\
.quiet{font-size:12px;fill:#59636e}.remark{fill:#9a6700}.middle{text-anchor:middle}.end{text-anchor:end}\
.card{fill:#fff;stroke:#d1d9e0}.box{fill:#f6f8fa;stroke:#d1d9e0}.life{stroke:#afb8c1;stroke-width:2}\
.sent{stroke:#0969da;fill:#0969da}.heard{stroke:#8250df;fill:#8250df}\
.good{fill:#1a7f37}.open{fill:#9a6700}.bad{fill:#cf222e}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.quiet{fill:#9198a1}.remark{fill:#d29922}\
.card{fill:#0d1117;stroke:#3d444d}.box{fill:#151b23;stroke:#3d444d}.life{stroke:#656c76}\
.sent{stroke:#4493f8;fill:#4493f8}.heard{stroke:#ab7df8;fill:#ab7df8}\
.good{fill:#3fb950}.open{fill:#d29922}.bad{fill:#f85149}}";

/// One picture with all the ladders, one below the other.
pub(crate) fn draw(ladders: &[Ladder]) -> String {
    let mut picture = Picture { marks: String::new(), y: MARGIN };
    for ladder in ladders {
        picture.ladder(ladder);
    }
    let height = picture.y;
    let titles: Vec<_> = ladders.iter().map(|ladder| ladder.title.as_str()).collect();
    let words: String = ladders.iter().map(in_words).collect();
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
    /// How far down it is drawn.
    y: usize,
}

impl Picture {
    fn ladder(&mut self, ladder: &Ladder) {
        self.paragraph(&ladder.title, "title", (TITLE_COLUMNS, 21));
        if let Some(place) = &ladder.place {
            self.paragraph(place, "sans quiet", (TEXT_COLUMNS, 20));
        }
        self.y += 12;
        for (x, name) in [(PLATFORM, "platform"), (ENDPOINT, "endpoint")] {
            let (left, top, baseline) = (x - 46, self.y, self.y + 18);
            self.mark(format_args!(
                "<rect class=\"box\" x=\"{left}\" y=\"{top}\" width=\"92\" height=\"26\" rx=\"6\"/>"
            ));
            self.text(x, baseline, "head middle", name);
        }
        self.y += 26;
        let (rungs, top) = (std::mem::take(&mut self.marks), self.y);
        let mut shown = None;
        for Rung { at, what } in &ladder.rungs {
            let time = (shown.replace(*at) != Some(*at)).then(|| format!("{} s", seconds(*at)));
            self.rung(what, time.as_deref());
        }
        self.y += 12;
        // Behind the rungs, now that it is known how long they are.
        let (rungs, above) = (std::mem::replace(&mut self.marks, rungs), self.y);
        for x in [PLATFORM, ENDPOINT] {
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
            Shown::Sent(label) => self.arrow(label, "sent", (PLATFORM, ENDPOINT), time),
            Shown::Heard(label) => self.arrow(label, "heard", (ENDPOINT, PLATFORM), time),
            Shown::Remark(text) => {
                for (number, line) in wrap(text, LABEL_COLUMNS).iter().enumerate() {
                    self.y += 18;
                    self.time(time.filter(|_| number == 0));
                    self.text(MIDDLE, self.y, "remark middle", line);
                }
            }
            Shown::Over { outcome, params, kind } => {
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

    /// A label, and below it an arrow from one line of life to the other.
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

    /// A box across the ladder.
    fn outcome(&mut self, class: &str, title: &str, lines: &[String], time: Option<&str>) {
        let lines: Vec<_> = lines.iter().flat_map(|line| wrap(line, LABEL_COLUMNS - 8)).collect();
        let titles = wrap(title, LABEL_COLUMNS - 8);
        let (top, height) = (self.y + 6, 20 * titles.len() + 19 * lines.len() + 22);
        let (left, width) = (PLATFORM + 24, ENDPOINT - PLATFORM - 48);
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

    /// Beside the ladder, at the height that is reached.
    fn time(&mut self, time: Option<&str>) {
        if let Some(time) = time {
            self.text(PLATFORM - 14, self.y + 4, "quiet end", time);
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

/// What is seen, as it is told.
fn in_words(ladder: &Ladder) -> String {
    let mut words = [&ladder.title, ladder.place.as_deref().unwrap_or_default(), ""].join(". ");
    for Rung { at, what } in &ladder.rungs {
        let said = match what {
            Shown::Sent(label) => format!("platform to endpoint: {label}"),
            Shown::Heard(label) => format!("endpoint to platform: {label}"),
            Shown::Remark(text) => text.clone(),
            Shown::Over { outcome, params, .. } => {
                format!("over: {outcome}, {}", params.join(", "))
            }
            Shown::Failed { title, message } => format!("{title}: {message}"),
        };
        let _ = write!(words, "{} s, {said}. ", seconds(*at));
    }
    words.extend(ladder.why.as_deref());
    words
}

/// The lines of a text, broken behind a space or a separator where there is one.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    for word in text.split_inclusive([' ', ',', ';', '&', '?']) {
        let width: usize = word.trim_end().chars().map(columns_of).sum();
        if used > 0 && used + width > columns {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        for c in word.chars() {
            if used + columns_of(c) > columns && c != ' ' {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += columns_of(c);
        }
        if lines.len() > MOST_LINES {
            break;
        }
    }
    lines.push(line);
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// From the CJK radicals on most characters are wide.
const fn columns_of(c: char) -> usize {
    if c < '\u{2e80}' { 1 } else { 2 }
}

/// Text for an element, without the characters that XML 1.0 has no place for.
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
