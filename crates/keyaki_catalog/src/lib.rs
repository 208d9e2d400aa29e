//! What AWS services define, as an immutable table with a snapshot date.
//!
//! [`embedded`] is the table that was compiled in: services, actions, resource types with their
//! ARN templates, condition keys, partitions. It lies in the binary in the form in which it is
//! read, so that starting costs nothing and looking up allocates nothing.
//! A refreshed table is made by [`service_reference::refresh`] and read by [`Catalog::from_bytes`].
//!
//! Three rules hold everywhere. Names match without regard to ASCII case, as in IAM.
//! What AWS has retired stays known, marked as such. And "not known" is not "no": an answer that
//! no source gives is `None`.
//!
//! ```
//! let catalog = keyaki_catalog::embedded();
//! let action = catalog.action("S3:getobject").unwrap();
//! assert_eq!(action.full_name(), "s3:GetObject");
//! assert!(action.resources().any(|r| r.resource_type().name() == "object"));
//! assert!(catalog.expand("s3:Get*").contains(action.id()));
//! ```

mod action;
mod blob;
mod catalog;
mod expand;
mod fold;
mod key;
mod managed;
mod partition;
mod resource;
mod service;
pub mod service_reference;
#[allow(dead_code, unused_imports, reason = "shared with the build script and the generator")]
mod source;
mod suggest;
mod unpack;

pub use action::{Action, ActionId, ActionResource, Retired};
pub use blob::InvalidCatalog;
pub use catalog::{Catalog, Snapshot, embedded};
pub use expand::ActionSet;
pub use key::{ConditionKey, GlobalKey, KeyLookup};
pub use managed::ManagedPolicy;
pub use partition::{Partition, Region};
pub use resource::{ArnForm, ArnTemplate, ResourceType, Segment};
pub use service::Service;
pub use source::kinds::{AccessLevel, Date, KeyCategory, KeyType, Standing};
