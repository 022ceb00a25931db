// Package store is the storage port: typed document tables over a SQL engine.
//
// It owns the shape of every stored row (key and index columns, a version, an
// expiry, a JSON document), the SQL text that reads and writes it, optimistic
// concurrency, keyset paging, the read-through cache and its invalidation. It
// refuses to know what a row means: services declare their tables once, in Go,
// and no other package of the program sees SQL.
//
// The flow:
//
//	NewTable(name, Spec)        declare: key, unique and secondary indexes, expiry
//	Open(ctx, engine, opts, …)  create or extend the SQL tables, start the change feed
//	db.View / db.Update         run a closure in a snapshot / a serializable transaction
//	table.Get, Find, List, …    read through a Reader (the DB or a transaction)
//	table.Insert, Update, …     write through a Writer (only a transaction)
//	table.GetCached             read a shared, decoded row without touching the engine
//
// Closures given to View and Update may run more than once and must not call
// Update themselves: an engine may run all writers one after another.
// The engines are sqlite (embedded, default) and postgres (several nodes); the
// suite in storetest states what both must do.
package store
