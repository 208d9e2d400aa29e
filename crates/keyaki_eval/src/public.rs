//! Whether a bucket policy is public in the sense of S3 Block Public Access.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status>.
//! S3 looks at each `Allow` statement by itself: one that names everybody is public unless one of
//! a list of keys has a fixed value.

use keyaki_ir::arn::{Arn, Segment, is_account_id};
use keyaki_ir::ip::Cidr;
use keyaki_ir::{
    BaseOperator, ConditionBlock, ConditionEntry, Effect, Policy, SetOperator, Statement,
};

/// Keys that, held to fixed values, keep a statement from being public.
const FIXED_KEYS: [&str; 19] = [
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:userid",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:SourceVpcArn",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOwner",
    "s3:DataAccessPointAccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// Whether some statement grants to the public.
pub fn is_public(policy: &Policy) -> bool {
    policy.statements.iter().any(is_public_statement)
}

fn is_public_statement(statement: &Statement) -> bool {
    let everybody = statement.not_principal.is_some()
        || statement.principal.as_ref().is_some_and(|p| p.is_everybody());
    statement.effect() == Some(Effect::Allow)
        && everybody
        && !statement.condition_entries().any(|(block, entry)| is_fixed(block, entry))
}

/// Whether a condition holds the request to fixed values of a key that outsiders cannot choose.
fn is_fixed(block: &ConditionBlock, entry: &ConditionEntry) -> bool {
    let Some(operator) = block.operator.operator else { return false };
    let holds_without_key = operator.if_exists || operator.set == Some(SetOperator::ForAllValues);
    if holds_without_key || operator.base.is_negated() || operator.base == BaseOperator::Null {
        return false;
    }
    if entry.is("aws:SourceIp") {
        return entry.values.iter().all(|v| is_narrow(v.text()));
    }
    let fixed = |text: &str| !text.contains(['*', '?']) && !text.contains("${");
    // An access point's ARN is fixed if its account is, whatever the access point's name.
    let has_account = |text: &str| {
        Arn::parse(text).is_some_and(|arn| is_account_id(arn.get(text, Segment::Account)))
    };
    if entry.is("s3:DataAccessPointArn") {
        return entry.values.iter().all(|v| has_account(v.text()));
    }
    FIXED_KEYS.iter().any(|key| entry.is(key)) && entry.values.iter().all(|v| fixed(v.text()))
}

/// Whether a network counts as a fixed value: of IPv4 up to a /8, of IPv6 up to a /32.
pub fn is_narrow(text: &str) -> bool {
    Cidr::parse(text).is_some_and(|c| c.prefix >= if c.is_v6() { 32 } else { 8 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_public_if(condition: &str) -> bool {
        let tree = keyaki_syntax::Tree::parse(format!(
            r#"{{"Statement": {{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                "Resource": "*", "Condition": {{{condition}}}}}}}"#
        ));
        is_public(&keyaki_ir::lower(&tree))
    }

    #[test]
    fn fixed_values_keep_a_statement_from_being_public() {
        assert!(is_public_if(""));
        assert!(is_public_if(r#""StringEquals": {"aws:Referer": "https://example.com"}"#));
        assert!(is_public_if(r#""StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}"#));
        assert!(is_public_if(r#""IpAddress": {"aws:SourceIp": "0.0.0.0/1"}"#));
        assert!(!is_public_if(r#""IpAddress": {"aws:SourceIp": "10.0.0.0/8"}"#));
        assert!(!is_public_if(r#""StringEquals": {"aws:PrincipalAccount": "111122223333"}"#));
        assert!(is_public_if(r#""StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}"#));
        assert!(!is_public_if(r#""StringEquals": {"aws:SourceOwner": "444455556666"}"#));
        let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
        let name = "s3:x-amz-server-side-encryption-aws-kms-key-id";
        assert!(!is_public_if(&format!(r#""StringEquals": {{"{name}": "{key}"}}"#)));
    }

    #[test]
    fn an_access_point_is_fixed_by_its_account() {
        let key = "s3:DataAccessPointArn";
        let own = "arn:aws:s3:eu-west-1:111122223333:accesspoint/*";
        assert!(!is_public_if(&format!(r#""ArnLike": {{"{key}": "{own}"}}"#)));
        let any = "arn:aws:s3:eu-west-1:*:accesspoint/data";
        assert!(is_public_if(&format!(r#""ArnLike": {{"{key}": "{any}"}}"#)));
    }
}
