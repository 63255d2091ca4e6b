// Command sahut is the contact center: one program whose first argument says
// what to do. This folder holds the subcommands and the wiring of the rooms,
// nothing else.
//
// Start reading at main.go (the table of subcommands), then serve.go, which
// fits the rooms together in the order of the map in docs/architecture.md.
//
// Commands that read or change what is kept (calls, routing, user, verify,
// backup) speak the HTTP API of package agentui: to the running server through
// the control socket in its data directory, or, when none runs, to the same
// handlers in their own process. So there is one way to do each thing.
package main
