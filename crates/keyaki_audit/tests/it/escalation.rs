//! Ways over several principals, and what becomes of them.
