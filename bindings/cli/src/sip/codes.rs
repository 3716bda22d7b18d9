//! Methods that are served, status codes and their phrases.

/// The methods that are served somewhere (RFC 3261 section 20.5).
pub(super) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, MESSAGE, NOTIFY";

/// Returns what a method is refused with everywhere: 405 for one of a standard (section 8.2.1), 501 for any other.
pub(super) fn method_code(method: &str) -> Option<u16> {
    match method {
        "INVITE" | "BYE" | "OPTIONS" | "INFO" | "UPDATE" | "MESSAGE" | "NOTIFY" => None,
        "REGISTER" | "SUBSCRIBE" | "PUBLISH" | "PRACK" | "REFER" => Some(405),
        _ => Some(501),
    }
}

/// Returns a reason phrase (RFC 3261 section 21, RFC 3265).
pub(super) const fn reason(code: u16) -> &'static str {
    match code {
        100 => "Trying",
        180 => "Ringing",
        200..=299 => "OK",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        415 => "Unsupported Media Type",
        416 => "Unsupported URI Scheme",
        420 => "Bad Extension",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        482 => "Loop Detected",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        489 => "Bad Event",
        491 => "Request Pending",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "Version Not Supported",
        600 => "Busy Everywhere",
        603 => "Decline",
        606 => "Not Acceptable",
        300..=399 => "Redirection",
        400..=499 => "Bad Request",
        500..=599 => "Server Internal Error",
        _ => "Global Failure",
    }
}
