//! TwiML documents.
