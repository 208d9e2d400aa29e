//! Forward access sessions: a service that calls another one on the caller's behalf.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html>:
//! each call is authorized again, with the same principal, and all of them must be allowed.

use crate::{Request, Values};

/// A call that a service makes on behalf of the principal that called it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The service that makes the call: `athena.amazonaws.com`.
    pub via: String,
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
}

/// The requests of a chain: the first, and one for each hop, with the keys that tell of the chain.
/// The services' calls do not come from the caller's network.
pub fn requests(first: &Request, hops: &[Hop]) -> Vec<Request> {
    let mut requests = vec![first.clone()];
    let mut chain: Vec<String> = Vec::new();
    for hop in hops {
        chain.push(hop.via.clone());
        let mut request = first.clone();
        request.action.clone_from(&hop.action);
        request.resource.clone_from(&hop.resource);
        request.resource_account = None;
        let context = &mut request.context;
        for key in ["aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"] {
            context.remove(key);
        }
        for key in ["aws:ResourceAccount", "aws:RequestedRegion"] {
            context.remove(key);
        }
        context.set("aws:ViaAWSService", "true");
        context.set("aws:CalledVia", Values::List(chain.clone()));
        context.set("aws:CalledViaFirst", chain[0].as_str());
        context.set("aws:CalledViaLast", hop.via.as_str());
        requests.push(request);
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Caller, Context};

    #[test]
    fn each_hop_knows_the_services_before_it() {
        let first = Request {
            caller: Caller::Anonymous,
            action: "athena:StartQueryExecution".to_owned(),
            resource: "*".to_owned(),
            resource_account: None,
            context: [("aws:SourceIp", "203.0.113.1")].into_iter().collect::<Context>(),
        };
        let hop = |via: &str, action: &str| Hop {
            via: via.to_owned(),
            action: action.to_owned(),
            resource: "*".to_owned(),
        };
        let hops =
            [hop("athena.amazonaws.com", "s3:GetObject"), hop("s3.amazonaws.com", "kms:Decrypt")];
        let chain = requests(&first, &hops);
        assert_eq!(chain.len(), 3);
        let last = &chain[2].context;
        assert_eq!(last.get("aws:CalledVia").map(|v| v.as_slice().len()), Some(2));
        assert_eq!(last.one("aws:CalledViaFirst"), Some("athena.amazonaws.com"));
        assert_eq!(last.one("aws:CalledViaLast"), Some("s3.amazonaws.com"));
        assert!(!last.has("aws:SourceIp"));
        assert!(chain[0].context.has("aws:SourceIp"));
    }
}
