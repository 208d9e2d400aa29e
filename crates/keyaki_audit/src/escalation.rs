//! Ways to more permissions: who can become an administrator, or get at something, and by which
//! requests.
//!
//! What somebody holds is a user or role, as it is or with its policies changed. From there each
//! of the known [`ways`] is tried: a list of actions with what they are about (a role that trusts
//! a service and can be passed to it, a function and the role that it runs with, a user, a group)
//! and what is held afterwards. Every request of a way is decided by the evaluator over all layers
//! that bear on it, with the keys that are known; where keys are open, the engine is asked for
//! values of them. So a `Deny`, a boundary, an SCP or a condition that refuses one of the requests
//! ends the way.
//!
//! Each request stands for itself: that two requests of one way might need contradicting
//! conditions, such as with and without a second factor, is not noticed. What a session may have
//! beside its role, such as tags of its own, is left open. Names of new things are the same in all
//! requests of a way.
//!
//! What is held is followed breadth first until nothing new turns up. Holdings with equal policies
//! are asked about once.

mod change;
mod class;
mod graph;
mod ground;
mod hold;
mod keys;
mod moves;
mod need;
mod picture;
mod request;
mod route;
mod search;
mod view;
mod way;

pub(crate) use ground::is_service_linked;
pub use picture::{Picture, PictureEdge, PictureNode};
pub use search::{Escalations, Goal, Spread, escalations};
pub(crate) use way::Gain;
pub use way::{Way, ways};
