// Package servicelinked performs the operations of IAM on service-linked roles: roles that are made for one service, which alone may
// assume them.
//
// It owns which services have such roles and what the roles are called (services.go), how one is made, and how one is deleted: the
// request to delete becomes a task, which fails while something still uses the role. That nobody changes such a role by hand is seen to
// where roles are changed, by their path.
//
// It refuses to know what the services are, and what uses their roles: Usage tells.
package servicelinked
