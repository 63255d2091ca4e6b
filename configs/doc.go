// Package configs holds every setting of Sahut: what it is called, what it is
// when nobody says anything, which values make sense, and what it means.
//
// There are two documents:
//
//   - [Server] is one YAML file, read at start: where to listen, which trunks
//     to trust, where the data lies. [Load] reads it.
//   - [Routing] is what an admin edits while calls run: numbers, queues,
//     agents. It lives in the store; [ParseRouting] and [FormatRouting] carry it
//     as YAML, [ParseRoutingJSON] as JSON.
//
// A key is one struct field: its type, its yaml name, its default and its doc
// tag. Its limits stand in that struct's validate method. Everything else is
// made from these: the commented example, docs/settings.md, the admin form
// ([Fields]). To add a setting, add the field and, if it has limits, a line in
// validate; then run go generate ./configs.
//
// Mistakes are never reported one by one: a reading collects all of them as
// [Problems], each with its place, its reason and a remedy.
//
// The path of a document: yaml.go or json.go makes a tree of [node]s that know
// their line and column, decode.go lays the tree into the struct, the validate
// methods judge the values, problem.go words it.
//
// configs imports nothing of Sahut, and is the only room that imports a YAML
// library. Start reading at server.go and routing.go.
package configs

//go:generate go test -run "^TestGenerated$" -count=1 . -update
