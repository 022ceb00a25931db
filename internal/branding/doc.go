// Package branding owns how the sign-in pages of a user pool look: styles of managed login with their images, the CSS and logo of the classic
// pages, and the terms documents that sign-up links to.
//
// It refuses to know the pages, domains and providers: what it keeps has been held against a closed description (the settings that managed
// login has, the classes and properties that AWS documents, images whose bytes are what they are called), so that a page can use it without
// looking again.
//
// The flow of an operation: the pool and the client are looked up (pooledge), the input is validated whole, and one transaction in which the
// pool is still there writes the tables of this package. The logo of the classic pages is served by ServeHTTP under a name that nobody can
// guess and that changes with the image.
package branding
