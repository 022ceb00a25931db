package iampolicy

// ParseError is the error of Parse and RewritePrincipals.
type ParseError struct {
	// Message is a sentence for the client, in the wording of IAM's MalformedPolicyDocument error where that is known.
	Message string
	// Path is the place in the document, such as "Statement[0].Action[1]"; empty for the document as a whole.
	Path string
	// Reason says what is wrong to people, where Message alone does not; it may be empty. IAM's clients know the Message, not the Reason.
	Reason string
}

// Explain says to people where and what is wrong: the place and the reason, as far as there are any.
func (e *ParseError) Explain() string {
	if e.Path == "" || e.Reason == "" {
		return e.Path + e.Reason
	}
	return e.Path + ": " + e.Reason
}

// Error returns the message and the place.
func (e *ParseError) Error() string {
	if e.Path == "" {
		return e.Message
	}
	return e.Message + " (" + e.Path + ")"
}

// Sentences that more than one check uses.
const (
	msgSyntax       = "Syntax errors in policy."
	msgJSON         = "This policy contains invalid Json"
	msgLegacy       = "The policy failed legacy parsing"
	msgVendor       = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	msgTooLarge     = "Policy document is too large."
	msgVersion      = "Policy document must be version 2012-10-17 or greater."
	msgNoActions    = "Policy statement must contain actions."
	msgNoResources  = "Policy statement must contain resources."
	msgNoPrincipals = "Policy document should not specify a principal."
)

// rank orders the findings of one document. IAM reports one of them, and which one does not depend on where it stands but on which of
// its checks runs first; clients and their tests know that order.
type rank int

const (
	rankSyntax rank = iota
	rankVersion
	rankLegacy
	rankSid
	rankPrincipal
	rankActions
	rankResourceFormat
	rankActionFormat
	rankResources
)

// findings keeps the first finding of the lowest rank.
type findings struct {
	rank rank
	err  *ParseError
}

func (f *findings) add(r rank, path, message string) { f.addReason(r, path, message, "") }

func (f *findings) addReason(r rank, path, message, reason string) {
	if f.err == nil || r < f.rank {
		f.rank, f.err = r, &ParseError{Message: message, Path: path, Reason: reason}
	}
}
