package iampolicy

// decide combines what the policies allow, once nothing denied. The package comment lists the rules and where they come from.
func (e *evaluation) decide() Decision {
	p := &e.req.Principal
	switch {
	case !e.levels:
		return Decision{By: ServiceControl}
	case !p.belongs():
		// Nobody's identity policy speaks for a service, a token or a stranger: the resource's does, alone.
		return e.needResource(false)
	case p.Account == "" || p.Account != e.req.ResourceAccount:
		return e.needResource(true)
	case e.set.ResourceKind == RoleTrust:
		return e.decideTrust()
	case e.resource.grant == direct && e.forOneTask() && !e.sessionAllows():
		return Decision{By: Session}
	case e.resource.grant == direct:
		return grantedBy(e.resource)
	case e.resource.grant == indirect:
		return e.limited(e.resource)
	}
	return e.needIdentity()
}

// decideTrust decides about a role of the caller's own account.
func (e *evaluation) decideTrust() Decision {
	switch e.resource.grant {
	case noGrant:
		return Decision{By: ResourceBased}
	case delegate:
		return e.needIdentity()
	case indirect:
		return e.limited(e.resource)
	}
	if e.forOneTask() {
		return e.limited(e.resource)
	}
	return grantedBy(e.resource)
}

// forOneTask reports whether session policies of the caller, if there are any, say what the session is for: one of the account itself, or one that a
// user has delegated. A resource that names the account or the user, or is open to everyone, does not widen that.
func (e *evaluation) forOneTask() bool {
	return e.req.Principal.Type == AccountRoot || e.req.Principal.Type == User
}

// needResource requires an Allow on the resource, and the caller's identity side too for a caller of another account.
func (e *evaluation) needResource(identity bool) Decision {
	switch {
	case e.resource.grant == noGrant:
		return Decision{By: ResourceBased}
	case identity:
		return e.needIdentity()
	}
	return e.limited(e.resource)
}

// needIdentity requires an Allow of an identity policy within boundary and session policies. The root user has every right of its
// account.
func (e *evaluation) needIdentity() Decision {
	switch {
	case e.identity.grant != noGrant:
		return e.limited(e.identity)
	case e.req.Principal.Type == AccountRoot:
		return e.limited(e.resource) // names the statement that let it in, if one had to
	}
	return Decision{By: IdentityBased}
}

// limited grants by a, if boundary and session policies allow too.
func (e *evaluation) limited(a allow) Decision {
	switch {
	case !e.boundaryAllows():
		return Decision{By: PermissionsBoundary}
	case !e.sessionAllows():
		return Decision{By: Session}
	}
	return grantedBy(a)
}

func (e *evaluation) boundaryAllows() bool {
	return e.set.Boundary == nil || e.boundary.grant != noGrant
}

// sessionAllows reports whether the session policies allow. A federated user has only what its session policies pass on.
func (e *evaluation) sessionAllows() bool {
	return !e.narrowed() || e.session.grant != noGrant
}

func (e *evaluation) narrowed() bool {
	return e.set.HasSession || len(e.set.Session) > 0 || e.req.Principal.Type == FederatedUser
}

func grantedBy(a allow) Decision {
	d := Decision{Allowed: true}
	if a.match.named != nil {
		d.Matched = []Match{a.match.match()}
	}
	return d
}
