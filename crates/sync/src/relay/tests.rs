//! What the server lets in and hands out.
