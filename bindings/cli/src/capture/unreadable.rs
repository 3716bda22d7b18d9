//! Text about SIP in which no whole messages are: what it is, and the command that prints them.

use memchr::memmem;

use super::layout::first_line;
use super::open::Refused;

const SUMMARY: &str = "this is a summary with one line for each message, without the messages: give the pcap file itself, or print whole \
     messages with tshark -r FILE -Y sip -V or tcpdump -A -s 0 -r FILE";

/// Bytes of a text that are looked at.
const LOOKED_AT: usize = 256 * 1024;

/// Names a text without messages that some tool printed.
pub(crate) fn text(text: &[u8]) -> Option<Refused> {
    let message = named(text)?;
    Some(Refused::new("capture-unreadable", message))
}

/// Names a text that has first lines of messages, so many at least, and nothing of the rest.
pub(super) fn first_lines(text: &[u8], least: usize) -> Option<Refused> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| first_line(line).is_some());
    let is_summary = lines.take(least).count() == least;
    is_summary.then(|| Refused::new("capture-unreadable", SUMMARY))
}

/// Names it as a hint, where messages were found but no REFER.
pub(super) fn hint(text: &[u8]) -> Option<String> {
    let head = head(text);
    if is_hex(head) || is_summary(head) { named(text) } else { None }
}

fn head(text: &[u8]) -> &[u8] {
    text.get(..LOOKED_AT.min(text.len())).unwrap_or_default()
}

fn named(text: &[u8]) -> Option<String> {
    let head = head(text);
    let has = |what: &str| memmem::find(head, what.as_bytes()).is_some();
    let says = |what: &str, remedy: &str| Some(format!("this is {what}: {remedy}"));
    if has("\"_source\"") && has("\"layers\"")
        || has("\"layers\":{\"")
        || has("\"layers\": {")
        || has("\"_index\":\"packets-")
    {
        return says(
            "tshark's JSON, in which the messages are in pieces",
            "give the pcap file itself, or print its tree with tshark -r FILE -Y sip -V",
        );
    }
    if has("<pdml") || has("<psml") {
        return says(
            "tshark's XML, in which the messages are in pieces",
            "give the pcap file itself, or print its tree with tshark -r FILE -Y sip -V",
        );
    }
    if is_hex(head) {
        return says(
            "a hex dump",
            "give the pcap file itself (tcpdump -w FILE), or print text with tcpdump -A -s 0; a dump with offsets \
             becomes a pcap file with text2pcap DUMP FILE (add -u 5060,5060 if it holds only the SIP message)",
        );
    }
    if [&b"1MOyoQ"[..], b"obLD1A", b"TTyyoQ", b"obI8TQ", b"Cg0NCg", b"H4sI"]
        .iter()
        .any(|magic| head.starts_with(magic))
    {
        return says("a capture in base64", "decode it with base64 -d FILE > FILE.pcap");
    }
    if is_summary(head) {
        return Some(SUMMARY.to_owned());
    }
    if has("Session Initiation Protocol") {
        return says(
            "Wireshark's tree with SIP folded up",
            "unfold it: export with \"all expanded\", or print it with tshark -r FILE -Y sip -V",
        );
    }
    if head.iter().filter(|byte| **byte == 0).count() > 16 {
        return says(
            "a binary file of an unknown kind",
            "give a pcap or pcapng file, or text with whole SIP messages",
        );
    }
    None
}

/// Returns whether three lines in a row have an offset and bytes in hex.
fn is_hex(text: &[u8]) -> bool {
    let mut in_a_row = 0_usize;
    text.split(|byte| *byte == b'\n').any(|line| {
        in_a_row = if is_hex_line(line) { in_a_row.saturating_add(1) } else { 0 };
        in_a_row >= 3
    }) || is_hex_string(text)
}

fn is_hex_line(line: &[u8]) -> bool {
    let mut words =
        line.trim_ascii().split(|byte| b" \t|".contains(byte)).filter(|word| !word.is_empty());
    let Some(offset) = words.next() else { return false };
    let offset = offset.strip_suffix(b":").unwrap_or(offset);
    let offset = offset.strip_prefix(b"0x").unwrap_or(offset);
    let is_hex = |word: &[u8]| word.iter().all(u8::is_ascii_hexdigit);
    (4..=8).contains(&offset.len())
        && is_hex(offset)
        && words.take_while(|word| matches!(word.len(), 2 | 4) && is_hex(word)).count() >= 4
}

/// Returns whether there is nothing but hex digits, as "copy as hex stream" gives it.
fn is_hex_string(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    text.len() >= 64
        && text.iter().all(|byte| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace())
}

/// Returns whether lines of tcpdump, tshark or a table name methods and codes.
fn is_summary(text: &[u8]) -> bool {
    const SIGNS: [&str; 9] = [
        "Request: REFER",
        "Request: NOTIFY",
        "Request: INVITE",
        "Status: 202",
        "Status: 200",
        ": SIP: ",
        " SIP/SDP ",
        " SIP, length",
        ": SIP, length",
    ];
    SIGNS.iter().any(|sign| memmem::find(text, sign.as_bytes()).is_some())
}
