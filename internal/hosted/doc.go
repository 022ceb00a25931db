// Package hosted owns what the sign-in pages and the federation of user pools are configured with: identity providers, domains, resource
// servers, the keys that SAML requests are signed with, and the links between users of a pool and users of its providers.
//
// It refuses to know the pages themselves, how a provider's answer is verified, and tokens: it keeps and validates what those need. How the
// pages look is branding's.
//
// The flow of an operation: the pool is looked up (pooledge), what must be fetched or takes long (metadata, discovery documents, RSA keys) is
// got before the transaction, and one transaction in which the pool is still there writes the directory's records. Secrets of providers and
// private keys are sealed with their row. Metadata and discovery documents are read again by RefreshProviders.
package hosted
