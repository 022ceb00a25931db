// Package front is the request pipeline: the way of every request that speaks an AWS protocol, each stage once.
//
//	identify      bounded body, service and operation, region
//	authenticate  over the raw bytes; nothing is decoded for a caller who is not who they say
//	decode        typed input
//	authorize     decision and audit entry in one call
//	validate      the model's bounds
//	operate       the bound method
//	encode        answer or error in the caller's protocol
//
// It gets operation tables (wire.Registry) and imports no service. An operation cannot skip a stage, because it never sees one.
package front
