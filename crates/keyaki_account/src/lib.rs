//! What accounts and organisations look like offline.
//!
//! A [`Snapshot`] is put together from files: answers of AWS's interfaces, reports, and trees that
//! collectors write. [`read`] makes a [`Fragment`] of one file, told by its content wherever that
//! is possible; [`assemble`] joins them. Reading never fails: what was not understood stands
//! beside what was, as [`Remark`]s.
//!
//! Nothing here decides who may do what, and nothing here reads a file or a clock.

mod snapshot;

mod json;
mod stored;
mod twice;

mod accessed;
mod authorization;
mod collected;
mod configuration;
mod credentials;
mod endpoint;
mod fragment;
mod kind;
mod organization;
mod permission_set;
mod place;
mod resource;
mod shares;
mod workload;

mod assemble;
mod coverage;

pub use assemble::assemble;
pub use coverage::{Coverage, Missing, Noun, coverage};
pub use endpoint::Endpoint;
pub use fragment::{Format, Fragment, read};
pub use kind::ResourceKind;
pub use organization::{Guardrail, Node, Organization};
pub use shares::{Grantee, Share};
pub use snapshot::{
    AccessKey, Account, Credentials, Group, Kind, Managed, Principal, Remark, Resource, RootUser,
    ServiceAccess, Snapshot,
};
pub use stored::Stored;
pub use workload::{RoleName, WORKLOADS, Workload};
