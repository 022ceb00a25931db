package advisor

import _ "embed" // the names are data beside this file

// serviceNames has a line for each service: the namespace, a tab and the full name that AWS's SDKs give it
// (https://github.com/boto/botocore/tree/develop/botocore/data, serviceFullName), in the order of namespaces.
//
//go:embed names.tsv
var serviceNames string
