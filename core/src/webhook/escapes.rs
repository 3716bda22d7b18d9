//! The spellings of a URL that mean the same but that platform and framework may write differently:
//! `'` or `%27`, in a SIP URI `:` or `%3A`, `@` or `%40`, and characters beyond ASCII, which a framework
//! may hand over without the escapes that they had on the wire. They are tried only where asked for.

use percent_encoding::{AsciiSet, utf8_percent_encode};

/// What is done with the characters of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rewrite {
    AsGiven,
    Decoded,
    Encoded,
}

/// What is done with each class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Escapes {
    quotes: Rewrite,
    sip: Rewrite,
    /// Whether what is not ASCII is escaped.
    wide: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Quote,
    Sip,
}

enum Token<'a> {
    Text(&'a str),
    /// One character of a class, as it is spelled and could be.
    Twofold {
        class: Class,
        spelled: &'a str,
        decoded: &'static str,
        encoded: &'static str,
    },
}

impl Escapes {
    pub(super) const AS_GIVEN: Self =
        Self { quotes: Rewrite::AsGiven, sip: Rewrite::AsGiven, wide: false };

    /// Those that spell the texts differently from each other, as given first.
    pub(super) fn of(texts: [&str; 2]) -> Vec<Self> {
        let mut quotes = vec![Rewrite::AsGiven];
        let mut sip = vec![Rewrite::AsGiven];
        for text in texts {
            tokens(text, |token| {
                if let Token::Twofold { class, spelled, decoded, .. } = token {
                    let known = if class == Class::Quote { &mut quotes } else { &mut sip };
                    let change =
                        if spelled == decoded { Rewrite::Encoded } else { Rewrite::Decoded };
                    if !known.contains(&change) {
                        known.push(change);
                    }
                }
            });
        }
        let mut all = Vec::new();
        for wide in [false, true] {
            if wide && texts.iter().all(|text| text.is_ascii()) {
                break;
            }
            for &quotes in &quotes {
                all.extend(sip.iter().map(|&sip| Self { quotes, sip, wide }));
            }
        }
        all
    }

    /// Writes `text` so spelled.
    pub(super) fn write(self, text: &str, sink: &mut impl FnMut(&str)) {
        if self == Self::AS_GIVEN {
            return sink(text);
        }
        tokens(text, |token| match token {
            Token::Text(text) if self.wide => {
                utf8_percent_encode(text, &AsciiSet::EMPTY).for_each(&mut *sink);
            }
            Token::Text(text) => sink(text),
            Token::Twofold { class, spelled, decoded, encoded } => {
                let rewrite = if class == Class::Quote { self.quotes } else { self.sip };
                sink(match rewrite {
                    Rewrite::AsGiven => spelled,
                    Rewrite::Decoded => decoded,
                    // What is escaped already stays so, in the case of its digits.
                    Rewrite::Encoded if spelled == decoded => encoded,
                    Rewrite::Encoded => spelled,
                });
            }
        });
    }
}

/// Takes a path or query apart. A SIP URI is what begins with its scheme after a delimiter.
fn tokens<'a>(text: &'a str, mut each: impl FnMut(Token<'a>)) {
    for segment in text.split_inclusive(['/', '?', '&', '=']) {
        let sip = is_sip(segment);
        let mut rest = segment;
        while let Some(at) = rest.find(['\'', '%', ':', '@']) {
            let Some((text, found)) = rest.split_at_checked(at) else { break };
            if !text.is_empty() {
                each(Token::Text(text));
            }
            let twofold = twofold(found, sip);
            let length = twofold.map_or(1, |(length, ..)| length);
            let Some((spelled, after)) = found.split_at_checked(length) else { break };
            each(match twofold {
                Some((_, class, decoded, encoded)) => {
                    Token::Twofold { class, spelled, decoded, encoded }
                }
                None => Token::Text(spelled),
            });
            rest = after;
        }
        each(Token::Text(rest));
    }
}

/// The character of a class at the beginning of `text`: bytes it is spelled with, class, spellings.
fn twofold(text: &str, sip: bool) -> Option<(usize, Class, &'static str, &'static str)> {
    const KNOWN: [(Class, &str, &str); 3] =
        [(Class::Quote, "'", "%27"), (Class::Sip, ":", "%3A"), (Class::Sip, "@", "%40")];
    KNOWN.into_iter().filter(|&(class, ..)| sip || class == Class::Quote).find_map(
        |(class, decoded, encoded)| {
            let spelled = [decoded, encoded].into_iter().find(|spelled| {
                text.get(..spelled.len()).is_some_and(|head| head.eq_ignore_ascii_case(spelled))
            })?;
            Some((spelled.len(), class, decoded, encoded))
        },
    )
}

fn is_sip(segment: &str) -> bool {
    ["sip:", "sips:", "sip%3A", "sips%3A"].iter().any(|scheme| {
        segment.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    })
}
