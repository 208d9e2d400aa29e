//! Forward access sessions: a service that calls another one on the caller's behalf.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html>:
//! each call is authorized again, with the same principal, and all of them must be allowed.

use crate::{Context, Request, Values};

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

/// Keys that tell of the principal, its credentials and the time: all that a service's call has in
/// common with the call that led to it. Network, tags and keys of services are of one call alone.
const KEPT: [&str; 15] = [
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:SecureTransport",
    "aws:userid",
    "aws:username",
    "aws:TokenIssueTime",
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthAge",
    "aws:SourceIdentity",
    "aws:FederatedProvider",
    "aws:Ec2InstanceSourceVpc",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "ec2:RoleDelivery",
    "ec2:SourceInstanceArn",
    "lambda:SourceFunctionArn",
];

fn is_kept(key: &str) -> bool {
    const PRINCIPAL: &str = "aws:Principal";
    let start = key.get(..PRINCIPAL.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(PRINCIPAL))
        || KEPT.iter().any(|kept| kept.eq_ignore_ascii_case(key))
}

/// The requests of a chain: the first, and one for each hop, with the keys that tell of the
/// principal and of the chain.
pub fn requests(first: &Request, hops: &[Hop]) -> Vec<Request> {
    let mut requests = vec![first.clone()];
    let mut chain: Vec<String> = Vec::new();
    let kept = first.context.iter().filter(|(key, _)| is_kept(key));
    let kept: Context = kept.map(|(key, values)| (key, values.clone())).collect();
    for hop in hops {
        chain.push(hop.via.clone());
        let mut context = kept.clone();
        context.set("aws:ViaAWSService", "true");
        context.set("aws:CalledVia", Values::List(chain.clone()));
        context.set("aws:CalledViaFirst", chain[0].as_str());
        context.set("aws:CalledViaLast", hop.via.as_str());
        requests.push(Request {
            caller: first.caller.clone(),
            action: hop.action.clone(),
            resource: hop.resource.clone(),
            resource_account: None,
            context,
        });
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Caller;

    #[test]
    fn each_hop_knows_the_services_before_it() {
        let first = Request {
            caller: Caller::Anonymous,
            action: "athena:StartQueryExecution".to_owned(),
            resource: "*".to_owned(),
            resource_account: None,
            context: [("aws:SourceIp", "203.0.113.1"), ("aws:username", "ann"), ("s3:prefix", "a")]
                .into_iter()
                .collect::<Context>(),
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
        assert!(!last.has("aws:SourceIp") && !last.has("s3:prefix"));
        assert_eq!(last.one("aws:username"), Some("ann"));
        assert!(chain[0].context.has("aws:SourceIp"));
    }
}
