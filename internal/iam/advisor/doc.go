// Package advisor owns last accessed information: when users, roles and accounts last tried to use a service, and the reports of that which
// IAM makes for an entity, a policy or a part of an organization.
//
// A Tracker hears of every authenticated request. It keeps the newest use of each entity and service in memory, writes what changed once a
// minute, and never makes a request wait for the store. What is lost is at most the last minute of a node that dies.
//
// A report is made when it is asked for, stored as a row that expires, and read by those who asked for it. Which services an entity could
// use comes from its permissions policies alone, as on AWS: boundaries, session policies and policies of resources do not count.
//
// It refuses to know how requests are authenticated or decided, and who is in an organization: that comes through Organizations.
package advisor
