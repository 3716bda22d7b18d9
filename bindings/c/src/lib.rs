//! The C ABI of the library. Every function is one call of it between views, handles and buffers;
//! the conventions stand at the head of the header (`conventions.txt`), and no rule stands here.
#![allow(non_camel_case_types)] // the names are C's

pub mod callback;
pub mod document;
pub mod error;
pub mod findings;
pub mod guard;
pub mod rest;
pub mod text;
pub mod transfer;
pub mod uri;
pub mod user_to_user;
pub mod validator;
