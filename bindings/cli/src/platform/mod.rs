//! The platform that is played against a webhook: `http` asks for documents, `roots` says whose
//! certificates are trusted, `call` says which call
//! it is about, `walk` runs what comes back (`verbs`), `endpoint` is the caller's device, `fault` is what may
//! be wrong with a webhook, and `show` prints all of it.

pub(crate) mod call;
pub(crate) mod endpoint;
pub(crate) mod fault;
pub(crate) mod http;
pub(crate) mod roots;
pub(crate) mod show;
mod verbs;
pub(crate) mod walk;
