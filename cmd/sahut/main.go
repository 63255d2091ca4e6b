package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// command is one subcommand.
type command struct {
	name string
	args string // its flags and arguments, for the help
	doc  string // one line
	run  func(context.Context, *terminal, []string) error
}

// commands is the table of subcommands, in the order of the help.
func commands() []command {
	return []command{
		{"serve", "-config FILE", "run the server", serveCommand},
		{"demo", "[-listen IP] [-sip PORT] [-http PORT] [-data DIR] [-callers N]", "run a laptop instance that needs no file and no account", demoCommand},
		{"call", "-to sip:NUMBER@HOST:PORT [-for 30s] [-say FILE.wav] [-keys 1,2#] [-record FILE.wav] [-json]", "place one test call as a caller would", callCommand},
		{"config", "check|example|describe", "server settings", configCommand},
		{"routing", "export|apply|history|rollback", "numbers, queues and volunteers as YAML", routingCommand},
		{"user", "add|list|passwd|disable", "accounts", userCommand},
		{"calls", "[-data DIR] [-since 24h] [-json|-csv]", "list the call records", callsCommand},
		{"report", "[-data DIR] [-from TIME] [-to TIME] [-t 20s] [-s 5s] [-json]", "service level, abandons, waits and occupancy", reportCommand},
		{"simulate", "[-data DIR] -routing FILE [-from TIME] [-to TIME] [-json]", "replay the past through a changed routing and compare", simulateCommand},
		{"trunks", "[-data DIR] [-json]", "show how the trunks of the running server are", trunksCommand},
		{"bans", "[-data DIR] [-json]", "show which hosts the running server does not listen to", bansCommand},
		{"unban", "[-data DIR] HOST", "have it listen to one of them again", unbanCommand},
		{"verify", "[-data DIR]", "check the journal's conservation laws", verifyCommand},
		{"backup", "[-data DIR] FILE", "copy everything that is kept, also while the server runs", backupCommand},
		{"restore", "[-data DIR] FILE", "put a backup into an empty data directory", restoreCommand},
		{"bench", "[-calls N] [-for 30s] [-json]", "load a server of its own and print the figures", benchCommand},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, &terminal{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:]))
}

// terminal is where a command reads and writes.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

// usageError is a command used wrongly: exit 2 and the usage.
type usageError struct{ why string }

func (e usageError) Error() string { return e.why }

// run finds the subcommand, runs it and turns its error into the exit code: 0
// done, 1 failed, 2 used wrongly.
func run(ctx context.Context, term *terminal, args []string) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" {
		help(term.out)
		return 0
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, term, args[1:])
		var used usageError
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.As(err, &used):
			fmt.Fprintf(term.err, "sahut %s: %s\nusage: sahut %s %s\n", c.name, used.why, c.name, c.args)
			return 2
		}
		fmt.Fprintf(term.err, "sahut %s: %v\n", c.name, err)
		return 1
	}
	fmt.Fprintf(term.err, "sahut: there is no command %q; run sahut help for the list\n", args[0])
	return 2
}

// help prints the table.
func help(w io.Writer) {
	fmt.Fprint(w, "Sahut answers a crisis hotline: callers wait with a human voice and music, volunteers answer in the browser.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  sahut %-8s %s\n  %16s%s\n", c.name, c.args, "", c.doc)
	}
	fmt.Fprint(w, "\nTry sahut demo. Exit status: 0 done, 1 failed, 2 used wrongly.\n")
}

// flags makes a flag set that reports mistakes as usage errors, and prints
// help on -h by itself.
func flags(term *terminal, name string) *flag.FlagSet {
	f := flag.NewFlagSet("sahut "+name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {
		f.SetOutput(term.out)
		fmt.Fprintf(term.out, "sahut %s\n", name)
		f.PrintDefaults()
	}
	return f
}

// parse reads args into f and wants exactly the named arguments after the
// flags, which it returns. Flags may also stand after an argument.
func parse(f *flag.FlagSet, args []string, names ...string) ([]string, error) {
	var rest []string
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, usageError{err.Error()}
		}
		if f.NArg() == 0 {
			break
		}
		rest = append(rest, f.Arg(0))
		args = f.Args()[1:]
	}
	switch {
	case len(rest) < len(names):
		return nil, usageError{"missing " + strings.Join(names[len(rest):], ", ")}
	case len(rest) > len(names):
		return nil, usageError{"unexpected argument " + rest[len(names)]}
	}
	return rest, nil
}

// verb splits off the first argument of commands that have verbs.
func verb(args []string, verbs ...string) (string, []string, error) {
	if len(args) == 0 {
		return "", nil, usageError{"say what to do: " + strings.Join(verbs, ", ")}
	}
	for _, v := range verbs {
		if v == args[0] {
			return v, args[1:], nil
		}
	}
	return "", nil, usageError{fmt.Sprintf("%q is not one of %s", args[0], strings.Join(verbs, ", "))}
}
