package iampolicy

// Caps on what Parse reads. IAM's own quotas per kind of policy (2,048 to 10,240 characters without white space) are the business of
// whoever stores a document, see Size; these caps only bound the work one document can cause.
const (
	maxDocumentBytes = 131072 // the longest policyDocument parameter IAM and STS accept
	maxDepth         = 8      // a well-formed document nests six deep: document, Statement, statement, Condition, operator, values
	maxStatements    = 512
	maxValues        = 2048 // values in one list
	maxWildcards     = 64   // "*" and "?" in one pattern
	maxVariables     = 32   // policy variables in one value
)

// Size returns the number of characters of a policy document that count towards IAM's size quotas: all but white space
// (IAM User Guide, "IAM and AWS STS quotas").
func Size(document []byte) int {
	n := 0
	for _, r := range string(document) {
		switch r {
		case ' ', '\t', '\n', '\r':
		default:
			n++
		}
	}
	return n
}
