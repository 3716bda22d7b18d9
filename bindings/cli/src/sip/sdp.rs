//! Session descriptions (RFC 8866), offered and answered (RFC 3264): one audio stream with PCMU or PCMA, and digits as
//! telephone-event (RFC 4733).

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

/// More media than these are not described by any endpoint that calls.
const MAX_MEDIA: usize = 16;

/// The payload type of telephone-event in our own offer; any of the dynamic ones (RFC 3551 section 6).
const OWN_EVENT: u8 = 101;

/// Our side of a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    pub(super) address: SocketAddr,
    /// Numbers the session, and its descriptions.
    pub(super) session: u64,
    pub(super) version: u64,
}

/// What was negotiated: where silence goes, and what digits come as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stream {
    /// Where the endpoint has its media; absent: it names no numeric address.
    pub(super) remote: Option<SocketAddr>,
    /// Whether the endpoint wants to hear something: not on hold.
    pub(super) wants_media: bool,
    pub(super) payload: u8,
    /// The octet that is silence.
    pub(super) silence: u8,
    pub(super) event: Option<u8>,
}

/// One `m=` with what belongs to it.
#[derive(Debug)]
struct Media<'a> {
    /// All that follows `m=`: kind, port, protocol, formats.
    line: &'a str,
    address: Option<IpAddr>,
    direction: &'a str,
    /// Payload types and encodings, as `0 PCMU/8000`.
    maps: Vec<&'a str>,
}

/// The endpoint's description.
#[derive(Debug)]
pub(super) struct Description<'a> {
    timing: &'a str,
    media: Vec<Media<'a>>,
}

impl<'a> Description<'a> {
    /// Reads a description. `None`: it is not one.
    pub(super) fn read(body: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let mut lines = text.lines().map(str::trim_end);
        let is_sdp = lines.next()? == "v=0";
        let (mut address, mut direction, mut timing) = (None, "sendrecv", "0 0");
        let mut media: Vec<Media<'_>> = Vec::new();
        for line in lines {
            let Some((kind, value)) = line.split_once('=') else { continue };
            if kind == "m" {
                media.push(Media { line: value, address, direction, maps: Vec::new() });
            }
            match (kind, media.last_mut()) {
                ("t", None) => timing = value,
                ("c", None) => address = connection(value),
                ("c", Some(media)) => media.address = connection(value),
                ("a", Some(media)) if is_direction(value) => media.direction = value,
                ("a", None) if is_direction(value) => direction = value,
                ("a", Some(media)) => media.maps.extend(value.strip_prefix("rtpmap:")),
                _ => {}
            }
        }
        (is_sdp && media.len() <= MAX_MEDIA).then_some(Self { timing, media })
    }

    /// Returns the answer (RFC 3264 section 6), and what was negotiated. `None`: there is no codec that we have.
    pub(super) fn answer(&self, own: Own) -> Option<(String, Stream)> {
        let (chosen, (stream, codec)) =
            (0..).zip(&self.media).find_map(|(at, media)| Some((at, media.negotiate()?)))?;
        let mut text = head(own, self.timing);
        for (at, media) in (0..).zip(&self.media) {
            if at == chosen {
                let direction = match media.direction {
                    "sendonly" => "recvonly",
                    "recvonly" => "sendonly",
                    both_or_none => both_or_none,
                };
                write_audio(&mut text, own, (stream.payload, codec), stream.event, direction);
            } else {
                // Refused, with the same formats (section 6).
                let mut words = media.line.split(' ');
                let (kind, _) = (words.next().unwrap_or("audio"), words.next());
                let rest = words.collect::<Vec<_>>().join(" ");
                let _ = write!(text, "m={kind} 0 {rest}\r\n");
            }
        }
        Some((text, stream))
    }

    /// Returns what an answer to our offer says.
    pub(super) fn accepted(&self) -> Option<Stream> {
        self.media.iter().find_map(Media::negotiate).map(|(stream, _)| stream)
    }
}

/// Returns our offer.
pub(super) fn offer(own: Own) -> String {
    let mut text = head(own, "0 0");
    let _ = write!(text, "m=audio {} RTP/AVP 0 8 {OWN_EVENT}\r\n", own.address.port());
    let _ = write!(text, "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n");
    write_event(&mut text, OWN_EVENT);
    text.push_str("a=sendrecv\r\n");
    text
}

impl Media<'_> {
    /// Returns the first codec that we have, in the endpoint's order, with the name of its encoding.
    fn negotiate(&self) -> Option<(Stream, &'static str)> {
        let mut words = self.line.split_ascii_whitespace();
        let is_audio = words.next()? == "audio";
        let port = words.next()?.split('/').next()?.parse().ok()?;
        let is_rtp = words.next()? == "RTP/AVP";
        if !is_audio || !is_rtp || port == 0 {
            return None;
        }
        let formats = words.filter_map(|format| format.parse::<u8>().ok());
        let formats: Vec<_> = formats.filter(|format| *format < 128).take(64).collect();
        let (payload, codec, silence) = formats.iter().find_map(|format| {
            let name = self.encoding(*format);
            let is = |codec| name.is_some_and(|name: &str| name.eq_ignore_ascii_case(codec));
            match format {
                0 if name.is_none() => Some((*format, "PCMU/8000", 0xFF)),
                8 if name.is_none() => Some((*format, "PCMA/8000", 0xD5)),
                _ if is("PCMU/8000") || is("PCMU/8000/1") => Some((*format, "PCMU/8000", 0xFF)),
                _ if is("PCMA/8000") || is("PCMA/8000/1") => Some((*format, "PCMA/8000", 0xD5)),
                _ => None,
            }
        })?;
        let event = formats.into_iter().find(|format| {
            let name = self.encoding(*format);
            name.is_some_and(|name| name.eq_ignore_ascii_case("telephone-event/8000"))
        });
        // On hold, silence is sent neither to an endpoint that takes none, nor to 0.0.0.0 (RFC 3264 section 8.4).
        let wants_media = matches!(self.direction, "sendrecv" | "recvonly");
        let address = self.address.filter(|address| !address.is_unspecified());
        let remote = address.map(|address| SocketAddr::new(address, port));
        Some((Stream { remote, wants_media, payload, silence, event }, codec))
    }

    fn encoding(&self, format: u8) -> Option<&str> {
        self.maps.iter().find_map(|map| {
            let (payload, encoding) = map.split_once(' ')?;
            (payload.parse() == Ok(format)).then(|| encoding.trim())
        })
    }
}

fn is_direction(value: &str) -> bool {
    matches!(value, "sendrecv" | "sendonly" | "recvonly" | "inactive")
}

/// Reads `IN IP4 192.0.2.1`.
fn connection(value: &str) -> Option<IpAddr> {
    value.split_ascii_whitespace().nth(2)?.split('/').next()?.parse().ok()
}

fn head(own: Own, timing: &str) -> String {
    let (ip, session, version) = (own.address.ip(), own.session, own.version);
    let kind = if ip.is_ipv4() { "IP4" } else { "IP6" };
    format!(
        "v=0\r\no=- {session} {version} IN {kind} {ip}\r\ns=-\r\nc=IN {kind} {ip}\r\nt={timing}\r\n"
    )
}

fn write_audio(
    text: &mut String,
    own: Own,
    (payload, codec): (u8, &str),
    event: Option<u8>,
    direction: &str,
) {
    let formats = event.map_or_else(String::new, |event| format!(" {event}"));
    // Writing to a String does not fail.
    let _ = write!(text, "m=audio {} RTP/AVP {payload}{formats}\r\n", own.address.port());
    let _ = write!(text, "a=rtpmap:{payload} {codec}\r\n");
    if let Some(event) = event {
        write_event(text, event);
    }
    let _ = write!(text, "a={direction}\r\n");
}

fn write_event(text: &mut String, event: u8) {
    let _ = write!(text, "a=rtpmap:{event} telephone-event/8000\r\na=fmtp:{event} 0-15\r\n");
}
