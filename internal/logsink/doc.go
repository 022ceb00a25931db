// Package logsink keeps the logs of user pools as files of JSON lines below one folder: what AWS would deliver to CloudWatch, S3 or Firehose.
//
// It refuses to know what a line says and who may read it. A destination is any text; its file has a name that is safe whatever the text is, and
// different destinations never share a file. Files are readable by the server's own user alone.
//
// The flow: Write appends one line with one system call, so that a killed process leaves no half line and lines of parallel requests stay whole. A
// file that would grow beyond its bound becomes "<name>.1", the one before it "<name>.2", and the oldest goes.
package logsink
