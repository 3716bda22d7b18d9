//! `replay` of one call in the notations of many tools: the verdict is the same, and so are the times wherever the
//! tool prints them. The forms are those of the tools; the call is our own.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use crate::run::{Run, run_with};
use crate::traces::{BUSY, OFFSETS, busy, ending, endings};

/// A message and when it was, in milliseconds since 2025-11-25 14:15:05.155.
type Timed = (u64, String);

fn call() -> Vec<Timed> {
    OFFSETS.into_iter().zip(busy("a84b4c76e66710@192.0.2.20")).collect()
}

/// The time of day, so many milliseconds after 14:15:05.155.
fn clock(offset: u64, separator: char) -> String {
    let at = ((14 * 60 + 15) * 60 + 5) * 1000 + 155 + offset;
    let (seconds, milliseconds) = (at / 1000, at % 1000);
    let (hours, minutes, seconds) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{separator}{milliseconds:03}")
}

/// As `clock`, to the second.
fn seconds(offset: u64) -> String {
    clock(offset, '.')[..8].to_owned()
}

fn unix(offset: u64) -> u64 {
    1_764_080_105_155 + offset
}

/// Each message behind a line that `head` prints.
fn headed(head: impl Fn(u64, &str) -> String) -> String {
    call().iter().map(|(at, message)| format!("{}\n{message}\n\n", head(*at, message))).collect()
}

/// Each line of a message behind a prefix.
fn prefixed(prefix: impl Fn(u64, usize) -> String) -> String {
    let mut text = String::new();
    for (at, message) in call() {
        for (number, line) in message.lines().chain([""]).enumerate() {
            writeln!(text, "{}{line}", prefix(at, number)).unwrap();
        }
    }
    text
}

/// Each message as one string, with its line ends as `end`.
fn escaped(end: &str, line: impl Fn(u64, &str) -> String) -> String {
    call()
        .iter()
        .map(|(at, message)| line(*at, &message.replace('"', "\\\"").replace("\r\n", end)) + "\n")
        .collect()
}

fn is_received(message: &str) -> bool {
    message.starts_with("REFER") || message.contains("NOTIFY\r\n") && message.starts_with("SIP/2.0")
}

fn indented(by: &str, message: &str) -> String {
    message.lines().map(|line| format!("{by}{line}\n")).collect()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().chain([]).fold(bytes(0xfeff).to_vec(), |mut all, unit| {
        all.extend(bytes(unit));
        all
    })
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn sngrep() -> String {
    headed(|at, _| format!("2025/11/25 {}257 203.0.113.10:5060 -> 192.0.2.20:5060", clock(at, '.')))
}

/// Wireshark's tree.
fn tree(has_frames: bool, ends: &str) -> String {
    let mut text = String::new();
    for (number, (at, message)) in (1..).zip(call()) {
        writeln!(text, "Frame {number}: 537 bytes on wire (4296 bits), 537 bytes captured")
            .unwrap();
        if has_frames {
            let (clock, unix) = (clock(at, '.'), unix(at));
            writeln!(
                text,
                "    Encapsulation type: Ethernet (1)\n    Arrival Time: Nov 25, 2025 {clock}257000 CET\n    \
                 Epoch Time: {}.{:03}256987 seconds\n    [Time delta from previous captured frame: 0.041000000 \
                 seconds]",
                unix / 1000,
                unix % 1000
            )
            .unwrap();
        }
        let (head, body) = message.split_once("\r\n\r\n").unwrap();
        let (first, headers) = head.split_once("\r\n").unwrap();
        let title = if first.starts_with("SIP/2.0") { "Status-Line" } else { "Request-Line" };
        writeln!(
            text,
            "User Datagram Protocol, Src Port: 5060, Dst Port: 5060\nSession Initiation Protocol (x)\n    {title}: \
             {first}\n        Method: x\n        [Resent Packet: False]\n    Message Header"
        )
        .unwrap();
        for header in headers.split("\r\n") {
            writeln!(text, "        {header}\n            Detail: of it").unwrap();
        }
        if !body.is_empty() {
            writeln!(text, "    Message Body\n        Sipfrag\n            {}{ends}", body.trim())
                .unwrap();
        }
        text.push('\n');
    }
    text
}

/// How exactly a notation tells the time.
#[derive(Clone, Copy, PartialEq)]
enum Times {
    Milliseconds,
    Seconds,
    None,
}

#[test]
fn every_notation_says_the_same_of_a_call() {
    use Times::{Milliseconds, Seconds};
    let rule = "-".repeat(72);
    let lines = |text: String, change: fn(&str) -> String| -> String {
        text.lines().map(|line| change(line) + "\n").collect()
    };
    let cases: Vec<(&str, Vec<u8>, Times)> = vec![
        ("sngrep", sngrep().into(), Milliseconds),
        ("in gzip", gzip(sngrep().as_bytes()), Milliseconds),
        ("UTF-16, as PowerShell writes it", utf16(&sngrep(), u16::to_le_bytes), Milliseconds),
        ("UTF-16, big-endian", utf16(&sngrep(), u16::to_be_bytes), Milliseconds),
        ("quoted in a mail", lines(sngrep(), |line| format!("> {line}").trim_end().to_owned()).into(), Milliseconds),
        ("behind carets", lines(sngrep(), |line| format!("^ {line}")).into(), Milliseconds),
        ("in a code block of a list", lines(sngrep(), |line| format!("    {line}")).into(), Milliseconds),
        ("with an empty line behind each", lines(sngrep(), |line| format!("{line}\n")).into(), Milliseconds),
        ("with blanks at the ends", lines(sngrep(), |line| format!("{line}   ")).into(), Milliseconds),
        ("copied from a web page", sngrep().replace('<', "&lt;").replace('>', "&gt;").into(), Milliseconds),
        ("with line ends shown as ^M", sngrep().replace("\r\n", "^M\n").into(), Milliseconds),
        ("without empty lines", {
            let plain = headed(|at, _| format!("Nov 25 {}: //-1/xxxx/SIP/Msg/ccsipDisplayMsg:\nSent: ", clock(at, '.')));
            lines(plain, |line| line.trim_end().to_owned()).replace("\n\n", "\n").replace("\n\n", "\n").into()
        }, Milliseconds),
        ("Cisco", headed(|at, _| format!("000123: *Nov 25 {}: //-1/xxxx/SIP/Msg/ccsipDisplayMsg:\nSent: ", clock(at, '.'))).into(), Milliseconds),
        ("FreeSWITCH, with log lines of another time zone", {
            call().iter().map(|(at, message)| {
                let verb = if is_received(message) { "recv 9 bytes from" } else { "send 9 bytes to" };
                format!(
                    "{verb} udp/[203.0.113.10]:5060 at {}257:\n   {rule}\n{}   {rule}\n2025-11-25 20:15:0{}.197001 \
                     [DEBUG] sofia.c:7305 Channel entering state [completed], lasts 00:00:42\n",
                    clock(*at, '.'),
                    indented("   ", message),
                    5 + at / 1000
                )
            }).collect::<String>().into()
        }, Milliseconds),
        ("pjsua", headed(|at, _| format!("{}   pjsua_core.c  .RX 495 bytes Request msg REFER/cseq=2 (rdata0x7f) from UDP 203.0.113.10:5060:", clock(at, '.'))).into(), Milliseconds),
        ("Asterisk, chan_pjsip", headed(|at, _| format!("[Nov 25 {}] VERBOSE[2154] res_pjsip_logger.c: <--- Received SIP request (495 bytes) from UDP:203.0.113.10:5060 --->", seconds(at))).into(), Seconds),
        ("Asterisk, a prefix on each line", prefixed(|at, _| format!("[2025-11-25 {}] VERBOSE[2154][C-00000001] chan_sip.c: ", clock(at, '.'))).into(), Milliseconds),
        ("JsSIP, in a browser", headed(|at, _| {
            let before = OFFSETS.into_iter().rfind(|before| *before < at).unwrap_or(0);
            format!("JsSIP:Transport received text message:  +{}ms\n", at - before)
        }).into(), Milliseconds),
        ("JsSIP, in Node.js", {
            call().iter().map(|(at, message)| {
                let next = OFFSETS.into_iter().rfind(|before| *before < *at).unwrap_or(0);
                format!("  JsSIP:Transport received text message:\n  JsSIP:Transport \n  JsSIP:Transport {message}\n  JsSIP:Transport  +{}ms\n", at - next)
            }).collect::<String>().into()
        }, Milliseconds),
        ("JsSIP, in a log", headed(|at, _| format!("2025-11-25T{}Z JsSIP:Transport sending message:\n", clock(at, '.'))).into(), Milliseconds),
        ("linphone", headed(|at, _| format!("2025-11-25 {} [app/belle-sip] MESSAGE channel [0x7f]: received [364] new bytes from [UDP://203.0.113.10:5060]:", clock(at, ':'))).into(), Milliseconds),
        ("baresip, in colour", headed(|at, _| format!("\x1b[36;1m{}#\nUDP 203.0.113.10:5060 -> 192.0.2.20:5060", clock(at, '.'))).into(), Milliseconds),
        ("SIPp", headed(|at, _| format!("{rule} 2025-11-25 {}257\nUDP message received [495] bytes :\n", clock(at, '.'))).into(), Milliseconds),
        ("SIPp, with the time since 1970 too", headed(|at, _| format!("{rule} 2025-11-25\t{}257\t{}.{:03}257\nUDP message sent (495 bytes):\n", clock(at, '.'), unix(at) / 1000, unix(at) % 1000)).into(), Milliseconds),
        ("Homer, text", headed(|at, _| format!("proto:UDP 2025-11-25T{}257Z  203.0.113.10:5060 ---> 192.0.2.20:5060\n", clock(at, '.'))).into(), Milliseconds),
        ("Homer, JSON", escaped("\\r\\n", |at, raw| format!("{{\"id\":1,\"raw\":\"{raw}\",\"create_date\":{},\"proto\":\"sip\"}}", unix(at))).into(), Milliseconds),
        ("Homer's API, all in one line", {
            let messages: Vec<_> = call().iter().map(|(at, message)| {
                let raw = message.replace('"', "\\\"").replace("\r\n", "\\r\\n");
                format!("{{\"id\":1,\"raw\":\"{raw}\",\"micro_ts\":{}000}}", unix(*at))
            }).collect();
            format!("{{\"data\":[{}]}}", messages.join(",")).into()
        }, Milliseconds),
        ("pino", escaped("\\r\\n", |at, raw| format!("{{\"level\":30,\"time\":{},\"pid\":7,\"msg\":\"recv: {raw}\"}}", unix(at))).into(), Milliseconds),
        ("JSON in JSON", escaped("\\\\r\\\\n", |at, raw| format!("{{\"time\":\"2025-11-25T{}Z\",\"log\":\"{{\\\"sip\\\":\\\"{}\\\"}}\"}}", clock(at, '.'), raw.replace("\\\"", "\\\\\\\""))).into(), Milliseconds),
        ("docker's JSON, line by line", {
            let mut text = String::new();
            for (at, message) in call() {
                for line in message.lines().chain([""]) {
                    let line = line.replace('"', "\\\"");
                    writeln!(text, "{{\"log\":\"{line}\\r\\n\",\"stream\":\"stdout\",\"time\":\"2025-11-25T{}257123Z\"}}", clock(at, '.')).unwrap();
                }
            }
            text.into()
        }, Milliseconds),
        ("docker compose, with another service between", {
            let mut text = prefixed(|at, number| {
                let other = if number == 4 { "redis     | 14:00:00.000 saved\n" } else { "" };
                let head = if number == 0 { format!("drachtio  | 2025-11-25 {}257 recv 495 bytes:\n", clock(at, '.')) } else { String::new() };
                format!("{head}{other}drachtio  | ")
            });
            text.push_str("drachtio  | \n");
            text.into()
        }, Milliseconds),
        ("Kubernetes", prefixed(|at, _| format!("2025-11-25T{}257123Z stdout F ", clock(at, '.'))).into(), Milliseconds),
        ("journald", prefixed(|at, number| format!("Nov 25 {} sbc1 asterisk[{}]: ", seconds(at), 812 + number)).into(), Seconds),
        ("logcat", prefixed(|at, number| format!("11-25 {}  1234 {:>5} D SIP     : ", clock(at, '.'), 98 + number)).into(), Milliseconds),
        ("Kamailio by syslog", escaped("#015#012", |at, raw| format!("Nov 25 {} sbc1 /usr/sbin/kamailio[812]: INFO: <script>: {}", seconds(at), raw.replace("\\\"", "\""))).into(), Seconds),
        ("OpenSIPS", headed(|at, _| format!("Nov 25 {} [812] DBG:core:parse_msg: msg is ", seconds(at))).into(), Seconds),
        ("AudioCodes", headed(|at, _| format!("{}  192.0.2.1   local0.notice  [S=1234] [SID=a1:b2:3] (N 99) ---- Incoming SIP Message from 203.0.113.10:5060 to SIPInterface #0 ---- [Time:25-11@{}]", clock(at, '.'), clock(at, '.'))).into(), Milliseconds),
        ("Avaya", headed(|at, _| format!("@2025-11-25 {}||FINEST|Tele|8513|FileName=sip/SIPTCP.cpp|SIPTCP::ProcessRead: <", clock(at, ','))).replace("ProcessRead: <\n", "ProcessRead: <").into(), Milliseconds),
        ("ngrep", headed(|at, _| format!("U 2025/11/25 {}257 203.0.113.10:5060 -> 192.0.2.20:5060 #1", clock(at, '.'))).replace('\r', ".").into(), Milliseconds),
        ("tcpdump -A", headed(|at, _| format!("{}257 IP 203.0.113.10.5060 > 192.0.2.20.5060: SIP", clock(at, '.'))).replace("SIP\nREFER", "SIP\nE..x.@.@.......REFER").into(), Milliseconds),
        ("tcpdump -tt -A", headed(|at, _| format!("{}.{:03}257 IP 203.0.113.10.5060 > 192.0.2.20.5060: SIP", unix(at) / 1000, unix(at) % 1000)).into(), Milliseconds),
        ("tcpdump -ttt -A", headed(|at, _| {
            let before = OFFSETS.into_iter().rfind(|before| *before < at).unwrap_or(0);
            let since = at - before;
            format!(" 00:00:{:02}.{:03}000 IP 203.0.113.10.5060 > 192.0.2.20.5060: SIP", since / 1000, since % 1000)
        }).into(), Milliseconds),
        ("seconds since the beginning", headed(|at, _| format!("{:>4}.{:03}257 203.0.113.10:5060 > 192.0.2.20:5060", at / 1000, at % 1000)).into(), Milliseconds),
        ("tshark -V", tree(true, "\\r\\n").into(), Milliseconds),
        ("tshark -O sip", tree(false, "").into(), Times::None),
        ("a Python log", escaped("\\r\\n", |at, raw| format!("{} DEBUG received b'{}' from peer", format_args!("2025-11-25 {}", clock(at, ',')), raw.replace("\\\"", "\""))).into(), Milliseconds),
        ("a JavaScript string", {
            let mut text = String::new();
            for (at, message) in call() {
                writeln!(text, "25.11.2025 {} sent {{ data:", clock(at, '.')).unwrap();
                for line in message.lines().chain([""]) {
                    writeln!(text, "    '{line}\\r\\n' +").unwrap();
                }
            }
            text.into()
        }, Milliseconds),
        ("a web server's time", headed(|at, _| format!("25/Nov/2025:{} +0100 dbg: packet", seconds(at))).into(), Seconds),
        ("twelve hours", headed(|at, _| format!("11/25/2025 {} PM - Received:", clock(at, '.').replacen("14", "02", 1))).into(), Milliseconds),
        ("with the year behind", headed(|at, _| format!("Tue Nov 25 {} 2025 : packet", seconds(at))).into(), Seconds),
        ("tcpdump -v", call().iter().map(|(at, message)| format!("{}257 IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto UDP (17), length 523)\n    203.0.113.10.5060 > 192.0.2.20.5060: [udp sum ok] SIP, length: 495\n{}", clock(*at, '.'), message.lines().chain([""]).map(|line| format!("\t{line}\n")).collect::<String>())).collect::<String>().into(), Milliseconds),
        ("MySQL, a column a line", headed(|at, _| format!("*************************** 1. row ***************************\n time_stamp: 2025-11-25 {}\n     method: x\n        msg: ", clock(at, '.'))).replace("msg: \n", "msg: ").into(), Milliseconds),
        ("CSV with messages in quotes", call().iter().map(|(at, message)| format!("7,2025-11-25 {},\"{}\"\n", clock(*at, '.'), message.replace('"', "\"\""))).collect::<String>().into(), Milliseconds),
        ("Polycom", prefixed(|at, _| format!("1125{}|sip  |2|00|", clock(at, '.').replace(':', ""))).into(), Milliseconds),
        ("Polycom, to the second", prefixed(|at, _| format!("1125{}|sip  |2|00|", seconds(at).replace(':', ""))).into(), Seconds),
        ("Linksys by syslog", prefixed(|at, _| format!("Nov 25 {} SPA504G [0]<<", seconds(at))).into(), Seconds),
        ("CUCM", headed(|at, _| format!("00012345.002 |{} |AppInfo  |SIPUdp - wait_UdpDataInd: Incoming SIP UDP message size 495 from 203.0.113.10:[5060]:\n[{at},NET]", clock(at, '.'))).into(), Milliseconds),
        ("Genesys", headed(|at, _| format!("{}: SIPTR: Received [495,UDP] 495 bytes from 203.0.113.10:5060 <<<<<", clock(at, '.'))).into(), Milliseconds),
        ("Acme Packet", call().iter().map(|(at, message)| format!("Nov 25 {} On [0:0]192.0.2.20:5060 received from 203.0.113.10:5060\n{message}\n\n----------------------------------------\n", clock(*at, '.'))).collect::<String>().into(), Milliseconds),
        ("Sonus", headed(|at, _| format!("107 11252025 {}000:1.01.00.12345.Info    .SIPSG: --- PDU RCVD 203.0.113.10:5060 ---", clock(at, '.').replace(':', ""))).into(), Milliseconds),
        ("reSIProcate", headed(|at, _| format!("DEBUG | 20251125-{} | app | RESIP:TRANSPORT | 140 | UdpTransport.cxx:99 | incoming from: [ V4 203.0.113.10:5060 UDP ]\n", clock(at, '.').replace(':', ""))).into(), Milliseconds),
        ("Bria", headed(|at, _| format!("[25-11-25]{} | Info | RESIP:TRANSPORT | \"incoming\" | 1234 | ", clock(at, '.'))).into(), Milliseconds),
        ("Lync, with a name before the first line", call().iter().map(|(at, message)| format!("TL_INFO(TF_PROTOCOL) [0]1234.5678::11/25/2025-{}.0000abcd (SIPStack,SIPAdminLog::ProtocolRecord::Flush:265.idx(196)) $$begin_record\r\nDirection: incoming\r\nPeer: 203.0.113.10:5060\r\nStart-Line: {message}\r\n$$end_record\r\n\r\n", clock(*at, '.'))).collect::<String>().into(), Milliseconds),
        ("Asterisk, chan_sip", call().iter().map(|(at, message)| format!("[Nov 25 {0}] VERBOSE[812] chan_sip.c: \n<--- SIP read from UDP:203.0.113.10:5060 --->\n{message}\n<------------->\n[Nov 25 {0}] VERBOSE[812] chan_sip.c: --- (11 headers 0 lines) ---\n", seconds(*at))).collect::<String>().into(), Seconds),
        ("Asterisk's history", headed(|at, _| format!("<--- History Entry 3 Received from 203.0.113.10:5060 at {} --->", unix(at) / 1000)).into(), Seconds),
        ("SIP.js, in a browser", headed(|at, _| format!("Tue Nov 25 2025 {} GMT+0100 (Central European Standard Time) | sip.transport | Received WebSocket text message:\n", seconds(at))).into(), Seconds),
        ("CloudWatch", call().iter().map(|(at, message)| format!("2025-11-25T{}Z\t7d1b\tINFO\t{message}\n", clock(*at, '.'))).collect::<String>().into(), Milliseconds),
        ("grep -n", (100..).zip(sngrep().lines()).map(|(number, line)| format!("{number}:{line}\n")).collect::<String>().into(), Milliseconds),
        ("cat -n", (1..).zip(sngrep().lines()).map(|(number, line)| format!("{number:6}\t{line}\n")).collect::<String>().into(), Milliseconds),
        ("with CR CR LF", lines(sngrep(), |line| format!("{line}\r\r")).into(), Milliseconds),
        ("with CR alone", sngrep().replace("\r\n", "\r").replace('\n', "\r").into(), Milliseconds),
        ("journald's JSON", escaped("\\r\\n", |at, raw| format!("{{\"__REALTIME_TIMESTAMP\":\"{}000\",\"_PID\":\"812\",\"MESSAGE\":\"recv: {raw}\"}}", unix(at))).into(), Milliseconds),
        ("Kibana, with the time behind the message", escaped("\\r\\n", |at, raw| format!("  {{\n    \"_index\": \"sip\",\n    \"_source\": {{\n      \"message\": \"{raw}\",\n      \"host\": \"sbc1\",\n      \"@timestamp\": \"2025-11-25T{}Z\"\n    }}\n  }},", clock(at, '.'))).into(), Milliseconds),
        ("XML", call().iter().map(|(at, message)| format!("<message time=\"2025-11-25T{}\" dir=\"in\"><![CDATA[{message}]]></message>\n", clock(*at, '.'))).collect::<String>().into(), Milliseconds),
        ("iOS", headed(|at, _| format!("default\t{}257+0100\tPhone\t[sip] rx:", clock(at, '.'))).into(), Milliseconds),
        ("a compact date and time", headed(|at, _| format!("20251125T{}Z recv", clock(at, '.').replace(':', ""))).into(), Milliseconds),
        ("a terminal's time on each line", prefixed(|at, _| format!("[Tue Nov 25 {} 2025] ", clock(at, '.'))).into(), Milliseconds),
        ("Markdown", call().iter().map(|(at, message)| format!("**{}** received\n\n```\n{message}\n```\n\n", clock(*at, '.'))).collect::<String>().into(), Milliseconds),
        ("a diff", lines(sngrep(), |line| format!("+{line}")).into(), Milliseconds),
        ("Patton", call().iter().map(|(at, message)| format!("{}  SIP_TR> [STACK] < Stack: from 203.0.113.10:5060\n{}  \n", clock(*at, '.'), indented("  ", message))).collect::<String>().into(), Milliseconds),
        ("Go's slog", escaped("\\r\\n", |at, raw| format!("time=2025-11-25T{}+01:00 level=DEBUG msg=\"sip read\" data=\"{raw}\"", clock(at, '.'))).into(), Milliseconds),
        ("arrows before each line", prefixed(|at, _| format!("2025-11-25 {} | SIP | >> ", clock(at, '.'))).into(), Milliseconds),
    ];
    assert!(cases.len() >= 80);
    for (name, content, times) in &cases {
        let found = run_with(&["replay", "-", "--json", "--expect", "target-failed"], content);
        let text = String::from_utf8_lossy(content);
        assert_eq!(
            (found.status, found.stderr.as_str()),
            (0, ""),
            "{name}: {}\n{text}",
            found.stdout
        );
        assert_eq!(endings(&found), [ending(BUSY, "target-failed")], "{name}");
        let lines = found.json_lines();
        assert_eq!(lines[0]["timed"], json!(*times != Times::None), "{name}");
        let at = |line: &serde_json::Value| line["at"].as_f64().unwrap();
        let notify =
            lines.iter().filter(|line| line["event"] == "notify").map(at).next_back().unwrap();
        let expected = match times {
            Milliseconds => 4.31,
            Seconds => 4.0,
            Times::None => 0.0,
        };
        assert!((notify - expected).abs() < 0.0005, "{name}: {notify}\n{text}");
        assert!(lines.iter().all(|line| line["error"].is_null()), "{name}");
    }
}

/// The same, with the message at another hour.
#[test]
fn midnight_passes() {
    let text: String = call()
        .iter()
        .zip([
            "23:59:57.000",
            "23:59:58.000",
            "23:59:59.500",
            "23:59:59.900",
            "00:00:01.250",
            "00:00:01.300",
        ])
        .map(|((_, message), clock)| format!("{clock} IP a > b: SIP\n{message}\n"))
        .collect();
    let lines = run_with(&["replay", "-", "--json"], text).expect(0).json_lines();
    let over = lines.iter().find(|line| line["output"] == "completed").unwrap();
    assert_eq!(over["at"], json!(4.25));
}

fn named(content: impl AsRef<[u8]>) -> Run {
    let found = run_with(&["replay", "-"], content).expect(1);
    assert_eq!(found.stdout, "");
    found
}

#[test]
fn what_cannot_be_read_is_named_with_the_command_that_helps() {
    let summary = "  1   0.000000 203.0.113.10 → 192.0.2.20   SIP 537 Request: REFER sip:desk@192.0.2.20 | \n  2   0.042000 \
                   192.0.2.20 → 203.0.113.10 SIP 408 Status: 202 Accepted | \n";
    let lines = "14:15:05.155257 IP 203.0.113.10.5060 > 192.0.2.20.5060: SIP: REFER sip:desk@192.0.2.20 SIP/2.0\n\
                 14:15:05.197257 IP 192.0.2.20.5060 > 203.0.113.10.5060: SIP: SIP/2.0 202 Accepted\n";
    let history = "00000 1764080105 * <== 203.0.113.10:5060 REFER sip:desk@192.0.2.20 SIP/2.0\n\
                   00001 1764080105 * ==> 203.0.113.10:5060 SIP/2.0 202 Accepted\n\
                   No more entries\n";
    let dump = "0000   45 00 02 0b 3d 01 00 00 40 11 2f 5c cb 00 71 0a   E...=...@./\\..q.\n\
                0010   c0 00 02 14 13 c4 13 c4 01 f7 00 00 52 45 46 45   ............REFE\n\
                0020   52 20 73 69 70 3a 2b 31 35 30 30 35 35 35 30 30   R sip:+150055500\n";
    let tcpdump = "14:15:05.155257 IP 203.0.113.10.5060 > 192.0.2.20.5060: SIP\n\
                   \t0x0000:  4500 020b 3d01 0000 4011 2f5c cb00 710a  E...=...@./\\..q.\n\
                   \t0x0010:  c000 0214 13c4 13c4 01f7 0000 5245 4645  ............REFE\n\
                   \t0x0020:  5220 7369 703a 2b31 3530 3035 3535 3030  R.sip:+150055500\n";
    let json = "[{\"_index\":\"packets-2025-11-25\",\"_source\":{\"layers\":{\"sip\":{\"sip.Request-Line\":\"REFER \
                sip:desk@192.0.2.20 SIP/2.0\"}}}}]";
    let short = "2025-11-25\t14:15:05.155257\t1764080105.155257\ta@192.0.2.20\tCSeq:2 REFER\tREFER sip:desk@192.0.2.20 \
                 SIP/2.0\n2025-11-25\t14:15:05.197257\t1764080105.197257\ta@192.0.2.20\tCSeq:2 REFER\tSIP/2.0 202 Accepted\n";
    let elastic =
        "{\"timestamp\":\"1764080105155\",\"layers\":{\"sip\":{\"sip_sip_Method\":\"REFER\"}}}\n";
    let folded = "Frame 1: 537 bytes on wire\nSession Initiation Protocol (REFER)\n";
    for (content, what, command) in [
        (summary, "a summary with one line for each message", "tshark -r FILE -Y sip -V"),
        (lines, "a summary with one line for each message", "tcpdump -A -s 0"),
        (history, "a summary with one line for each message", "-V"),
        (dump, "a hex dump", "text2pcap"),
        (tcpdump, "a hex dump", "tcpdump -w FILE"),
        (&"45000020b3d01".repeat(10), "a hex dump", "text2pcap"),
        (short, "a summary with one line for each message", "-V"),
        (json, "tshark's JSON", "-V"),
        (elastic, "tshark's JSON", "-V"),
        ("1MOyoQIABAAAAAAAAAAAAAAABAABAAAA", "a capture in base64", "base64 -d"),
        ("<?xml version=\"1.0\"?>\n<pdml version=\"0\">\n", "tshark's XML", "-V"),
        (folded, "SIP folded up", "all expanded"),
        ("PK\u{3}\u{4}rest", "a zip archive", "unzip"),
        (
            "\0binary\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            "a binary file of an unknown kind",
            "pcap",
        ),
    ] {
        let said = named(content).stderr;
        assert!(said.contains(what) && said.contains(command), "{content}: {said}");
        let refused = run_with(&["replay", "-", "--json"], content).expect(1).json();
        assert_eq!(refused["error"]["kind"], "capture-unreadable", "{content}");
    }
    for (content, what) in [
        (&b"\xfd7zXZ\0\0"[..], "xz -d"),
        (b"\x28\xb5\x2f\xfd\0", "zstd -d"),
        (b"BZh91", "bzip2 -d"),
    ] {
        assert!(named(content).stderr.contains(what));
    }
    let twice = gzip(&gzip(b"x"));
    assert!(named(twice).stderr.contains("gzip -d"));
}

/// A packed file that is cut holds what came out of it.
#[test]
fn a_packed_file_that_is_cut_is_read_as_far_as_it_goes() {
    let packed = gzip(sngrep().as_bytes());
    let found = run_with(&["replay", "-"], &packed[..packed.len() - 9]);
    assert!(found.stdout.contains("target-failed"), "{found:?}");
}

#[test]
fn without_a_clock_to_trust_there_is_no_verdict() {
    let newest_first: String = {
        let mut messages: Vec<_> = sngrep().split("\n2025").map(str::to_owned).collect();
        messages[0] = messages[0].replacen("2025", "", 1);
        // The REFER stays first, for without it there is no transfer.
        messages[1..].reverse();
        messages.iter().map(|message| format!("2025{message}\n")).collect()
    };
    let two_clocks: String = call()
        .iter()
        .enumerate()
        .map(|(number, (at, message))| {
            let clock = clock(*at, '.');
            let clock = if number < 3 {
                format!("{clock} x")
            } else {
                format!("2025-11-25T09{}Z", &clock[2..])
            };
            format!("{clock}\n{message}\n")
        })
        .collect();
    for (text, reason) in [(newest_first, "sort them by time"), (two_clocks, "two clocks")] {
        let found = run_with(&["replay", "-", "--json"], &text).expect(1);
        let lines = found.json_lines();
        let last = lines.last().unwrap();
        assert!(last["outcome"].is_null(), "{last}");
        let why = last["why"].as_str().unwrap();
        assert!(why.starts_with("No verdict: ") && why.contains(reason), "{why}");
        assert!(lines.iter().all(|line| line["output"] != "completed"), "{}", found.stdout);
        let shown = run_with(&["replay", "-", "--expect", "target-failed"], &text).expect(1);
        assert!(
            !shown.stdout.contains("over:") && shown.stdout.contains("|-- REFER --"),
            "{}",
            shown.stdout
        );
        assert!(shown.stderr.contains("no verdict"), "{}", shown.stderr);
    }
}

#[test]
fn what_a_file_is_comes_from_its_content_unless_it_is_said() {
    let scenario =
        "# SIP/2.0 486 comes\nset hangup-grace 1\n0 start\n1 response 202\n2 notify 486\n";
    assert!(run_with(&["replay", "-"], scenario).expect(0).stdout.contains("target-failed"));
    run_with(&["replay", "--scenario", "-"], scenario).expect(0);
    assert!(run_with(&["replay", "--sip", "-"], scenario).expect(1).stderr.contains("a summary"));
    run_with(&["replay", "--scenario", "-"], sngrep()).expect(2);
    run_with(&["replay", "--scenario", "--sip", "-"], scenario).expect(2);
    let said = run_with(&["replay", "-", "--set", "hangup-grace=1"], scenario).expect(2).stderr;
    assert!(said.contains("--set is for captures"), "{said}");
    assert!(
        run_with(&["replay", "-"], "some log\nof nothing\n").expect(1).stderr.contains("no REFER")
    );
}
