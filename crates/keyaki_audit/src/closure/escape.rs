//! The steps that lead out of a boundary.

use std::collections::BTreeSet;

use keyaki_account::{Kind, Principal};
use keyaki_analyze::KeyIs;

use super::{Delegation, Holder, Wanted};
use crate::escalation::is_service_linked;
use crate::finding::Step;
use crate::target::{Target, partition};

/// A way out.
pub(super) struct Escape {
    pub(super) actions: &'static [&'static str],
    on: On,
    /// What it does, behind "can".
    pub(super) words: &'static str,
    pub(super) remedy: &'static str,
}

/// What the requests of an escape are about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    /// Something new, without the boundary.
    New,
    /// Users and roles that have the boundary.
    Bound,
    /// The same, and another boundary.
    Rebound,
    /// The boundary.
    Boundary,
    /// Users and roles that do not have it.
    Unbound,
    /// Groups with users that do not have it.
    UnboundGroup,
    /// Roles without it that may do more than it allows and that some service may be passed.
    Passed,
    /// Roles without it that may do more than it allows and that let the caller in.
    Assumed,
    /// Other managed policies of users, roles and groups that do not have it.
    Attached,
    /// What runs with roles without it that may do more than it allows.
    Running,
    /// Groups that may do more than it allows, or can be made to.
    Joined,
}

pub(super) const ESCAPES: [Escape; 11] = [
    Escape {
        actions: &["iam:CreateRole", "iam:CreateUser"],
        on: On::New,
        words: "create without the boundary",
        remedy: "Ask for the boundary (`StringEquals` on `iam:PermissionsBoundary`) in every statement that allows `iam:CreateRole` or `iam:CreateUser`.",
    },
    Escape {
        actions: &["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"],
        on: On::Bound,
        words: "take the boundary away",
        remedy: "Deny `iam:DeleteRolePermissionsBoundary` and `iam:DeleteUserPermissionsBoundary`.",
    },
    Escape {
        actions: &["iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"],
        on: On::Rebound,
        words: "put another boundary in its place",
        remedy: "Ask for the boundary (`StringEquals` on `iam:PermissionsBoundary`) where `iam:PutRolePermissionsBoundary` or `iam:PutUserPermissionsBoundary` is allowed.",
    },
    Escape {
        actions: &["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"],
        on: On::Boundary,
        words: "change the boundary",
        remedy: "Deny `iam:CreatePolicyVersion`, `iam:SetDefaultPolicyVersion`, `iam:DeletePolicyVersion` and `iam:DeletePolicy` on the boundary.",
    },
    Escape {
        actions: &[
            "iam:PutRolePolicy",
            "iam:AttachRolePolicy",
            "iam:UpdateAssumeRolePolicy",
            "iam:PutUserPolicy",
            "iam:AttachUserPolicy",
            "iam:CreateAccessKey",
            "iam:CreateLoginProfile",
            "iam:UpdateLoginProfile",
        ],
        on: On::Unbound,
        words: "change or become somebody without the boundary",
        remedy: "Allow changes of users and roles only if they have the boundary (`StringEquals` on `iam:PermissionsBoundary`), and changes of trust policies, passwords and access keys only under a path of their own.",
    },
    Escape {
        actions: &["iam:PutGroupPolicy", "iam:AttachGroupPolicy"],
        on: On::UnboundGroup,
        words: "change a group of somebody without the boundary",
        remedy: "Allow changes of groups only under a path of their own.",
    },
    Escape {
        actions: &["iam:PassRole"],
        on: On::Passed,
        words: "pass a role without the boundary that may do more",
        remedy: "Allow `iam:PassRole` only for roles under a path of their own, all of which have the boundary.",
    },
    Escape {
        actions: &["sts:AssumeRole"],
        on: On::Assumed,
        words: "assume a role without the boundary that may do more",
        remedy: "Allow `sts:AssumeRole` only for roles under a path of their own, all of which have the boundary.",
    },
    Escape {
        actions: &["iam:CreatePolicyVersion"],
        on: On::Attached,
        words: "change a policy of somebody without the boundary",
        remedy: "Allow `iam:CreatePolicyVersion` only under a path of its own, with policies that only users and roles with the boundary have.",
    },
    Escape {
        actions: &[],
        on: On::Running,
        words: "change what runs with a role without the boundary that may do more",
        remedy: "Allow changes only of functions, instances, projects and the like that run with roles which have the boundary.",
    },
    Escape {
        actions: &[],
        on: On::Joined,
        words: "put somebody without the boundary into a group that may do more",
        remedy: "Allow `iam:AddUserToGroup` only for groups under a path of their own, which may do no more than the boundary allows and which nobody changes.",
    },
];

/// What requests of an escape may be about, and what holds of them.
struct Place {
    resource: String,
    boundary: Option<KeyIs>,
    target: Option<Target>,
}

impl Delegation<'_> {
    /// The requests by which somebody gets out, if there are some.
    pub(super) fn out_of(
        &self,
        escape: &Escape,
        holder: &Holder<'_>,
    ) -> Result<Option<Vec<Step>>, String> {
        if escape.on == On::Running {
            return self.by_running(holder);
        }
        if escape.on == On::Joined {
            return self.by_joining(holder);
        }
        for action in escape.actions {
            if !self.may(action, holder)? {
                continue;
            }
            for place in self.places(escape.on, action, holder)? {
                let Place { resource, boundary, target } = &place;
                let target = target.as_ref();
                let wanted = Wanted { action, resource, boundary: boundary.clone(), target };
                if let Some(witness) = holder.find(&wanted)? {
                    let gains = format!("more than {} allows", self.arn);
                    let step = holder.step("escape", gains, &wanted, &witness)?;
                    return Ok(Some(vec![step]));
                }
            }
        }
        Ok(None)
    }

    /// Whether somebody may take an action on anything at all; trust policies may allow what
    /// nothing else does.
    pub(super) fn may(&self, action: &str, holder: &Holder<'_>) -> Result<bool, String> {
        let wanted = Wanted { action, resource: "*", boundary: None, target: None };
        Ok(action == "sts:AssumeRole" || holder.find(&wanted)?.is_some())
    }

    fn places(&self, on: On, action: &str, holder: &Holder<'_>) -> Result<Vec<Place>, String> {
        let own = &self.delegate.principal;
        let partition = partition(&own.arn);
        let kind = if action.contains("Role") { Kind::Role } else { Kind::User };
        let all = format!("arn:{partition}:iam::{}:{}/*", own.account, kind.name());
        let place = |boundary: KeyIs| Place {
            resource: all.clone(),
            boundary: Some(boundary),
            target: None,
        };
        let another = || self.named.another();
        Ok(match on {
            On::New => vec![place(KeyIs::Absent), place(another())],
            On::Bound => vec![place(KeyIs::Value(self.arn.to_owned()))],
            On::Rebound => vec![place(another())],
            On::Boundary if self.arn.contains(":iam::aws:") => Vec::new(),
            On::Boundary => {
                vec![Place { resource: self.arn.to_owned(), boundary: None, target: None }]
            }
            On::Unbound => self.unbound(kind).map(|p| of(p, None)).collect(),
            On::UnboundGroup => self.groups(),
            On::Attached => {
                let own = self.own_boundary()?;
                self.attached().into_iter().chain(own).collect()
            }
            On::Running | On::Joined => Vec::new(),
            On::Passed => self.exceeding(holder, trusts_a_service, |_| None)?,
            On::Assumed => {
                self.exceeding(holder, |p| p.trust.is_some(), |p| Some(Target::of_role(p)))?
            }
        })
    }

    /// Users or roles of the account that do not have the boundary.
    pub(super) fn unbound(&self, kind: Kind) -> impl Iterator<Item = &Principal> {
        let all = self.auditor.snapshot.described_principals();
        all.filter(move |p| {
            p.kind == kind
                && p.account == self.delegate.principal.account
                && !p.boundary.as_ref().is_some_and(|b| self.named.has(b))
                && !is_service_linked(&p.arn)
        })
    }

    fn groups(&self) -> Vec<Place> {
        let snapshot = self.auditor.snapshot;
        let members = self.unbound(Kind::User);
        let groups = members.flat_map(|p| p.groups.iter().filter_map(|g| snapshot.group_of(g, p)));
        let mut arns: Vec<&String> = groups.map(|g| &g.arn).collect();
        arns.sort_unstable();
        arns.dedup();
        let place = |arn: &String| Place { resource: arn.clone(), boundary: None, target: None };
        arns.into_iter().map(place).collect()
    }

    /// Managed policies of the account, but the boundaries, that somebody has who does not have it.
    fn attached(&self) -> Vec<Place> {
        let snapshot = self.auditor.snapshot;
        let own = format!("::{}:policy/", self.delegate.principal.account);
        let mut arns: BTreeSet<&String> = BTreeSet::new();
        for principal in [Kind::User, Kind::Role].into_iter().flat_map(|kind| self.unbound(kind)) {
            let groups = principal.groups.iter().filter_map(|g| snapshot.group_of(g, principal));
            arns.extend(&principal.attached);
            arns.extend(groups.flat_map(|g| &g.attached));
        }
        let others = arns.into_iter().filter(|a| a.contains(&own) && !self.named.has(a));
        others.map(|arn| Place { resource: arn.clone(), boundary: None, target: None }).collect()
    }

    /// The boundary of the one who creates, where that is another and keeps it from more than this
    /// one allows.
    fn own_boundary(&self) -> Result<Option<Place>, String> {
        let own = &self.delegate.principal;
        let account = format!("::{}:policy/", own.account);
        let boundary = own.boundary.as_ref().filter(|b| b.contains(&account));
        let Some(arn) = boundary.filter(|b| !self.named.has(b)) else { return Ok(None) };
        let place = Place { resource: arn.clone(), boundary: None, target: None };
        let without = Principal { boundary: None, ..own.clone() };
        Ok(self.exceeds(&without)?.then_some(place))
    }

    /// One of them that it can set to an older version, and not to a new one.
    pub(super) fn older(&self, holder: &Holder<'_>) -> Result<Option<String>, String> {
        let (new, old) = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion");
        if !self.may(old, holder)? {
            return Ok(None);
        }
        for Place { resource, .. } in self.attached() {
            let can = |action| {
                let wanted = Wanted { action, resource: &resource, boundary: None, target: None };
                holder.find(&wanted).map(|found| found.is_some())
            };
            if can(old)? && !can(new)? {
                return Ok(Some(resource));
            }
        }
        Ok(None)
    }

    /// Roles without the boundary that may do more than it allows.
    fn exceeding(
        &self,
        holder: &Holder<'_>,
        counts: impl Fn(&Principal) -> bool,
        guard: impl Fn(&Principal) -> Option<Target>,
    ) -> Result<Vec<Place>, String> {
        let mut places = Vec::new();
        let others = self.unbound(Kind::Role).filter(|p| p.arn != holder.principal.arn);
        for role in others.filter(|p| counts(p)) {
            let place = of(role, guard(role));
            let action = if place.target.is_some() { "sts:AssumeRole" } else { "iam:PassRole" };
            let wanted = Wanted {
                action,
                resource: &place.resource,
                boundary: None,
                target: place.target.as_ref(),
            };
            // Whether it may do more is asked only of what can be had.
            if holder.find(&wanted)?.is_some() && self.exceeds(role)? {
                places.push(Place { boundary: None, ..place });
            }
        }
        Ok(places)
    }
}

/// A user or role with the boundary that it has.
fn of(principal: &Principal, target: Option<Target>) -> Place {
    let boundary = principal.boundary.clone().map_or(KeyIs::Absent, KeyIs::Value);
    Place { resource: principal.arn.clone(), boundary: Some(boundary), target }
}

/// Whether the trust policy of a role names a service.
fn trusts_a_service(role: &Principal) -> bool {
    let statements = role.trust.iter().flat_map(|t| &t.policy.statements);
    let mut entries = statements.flat_map(|s| &s.principal).flat_map(|p| p.entries());
    entries.any(|(_, e)| e.principal == keyaki_ir::Principal::Service)
}
