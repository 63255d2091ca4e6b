package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"sahut/configs"
)

// serveCommand runs the server until it is told to stop.
func serveCommand(ctx context.Context, term *terminal, args []string) error {
	f := flags(term, "serve")
	config := f.String("config", "", "settings `file`")
	if _, err := parse(f, args); err != nil {
		return err
	}
	if *config == "" {
		return usageError{"-config is missing; sahut config example prints a file to begin with"}
	}
	cfg, err := configs.Load(*config)
	if err != nil {
		return err
	}
	h, err := openHouse(cfg, newLog(term.err, cfg.Level()))
	if err != nil {
		return err
	}
	fmt.Fprintln(term.out, h.readyLine())
	return serve(ctx, h)
}

// serve runs h until ctx ends. A second stop signal ends running calls; SIGHUP
// reads the certificate anew.
func serve(ctx context.Context, h *house) error {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	again := make(chan struct{})
	done := make(chan struct{})
	defer close(done)
	go func() {
		stops := 0
		for {
			select {
			case <-done:
				return
			case s := <-signals:
				switch {
				case s == syscall.SIGHUP:
					h.reload()
				default:
					if stops++; stops == 2 {
						close(again)
					}
				}
			}
		}
	}()
	return h.run(ctx, again)
}

// reload takes a renewed certificate; connections stay. A bad one is refused
// and the old one kept.
func (h *house) reload() {
	if err := h.ui.Reload(); err != nil {
		h.log.Error("the new certificate cannot be used; the old one stays", "err", err)
		return
	}
	h.log.Info("reloaded")
}

// newLog writes to w for people and for grep: key=value lines.
func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// configCommand is about the settings file.
func configCommand(_ context.Context, term *terminal, args []string) error {
	what, rest, err := verb(args, "check", "example", "describe")
	if err != nil {
		return err
	}
	f := flags(term, "config "+what)
	config := f.String("config", "", "settings `file`")
	if what != "check" {
		if _, err := parse(f, rest); err != nil {
			return err
		}
		out := configs.Example()
		if what == "describe" {
			out = configs.DescribeMarkdown()
		}
		_, err := term.out.Write(out)
		return err
	}
	var names []string
	if err := f.Parse(rest); err != nil {
		if errors.Is(err, os.ErrProcessDone) {
			return err
		}
		return usageError{err.Error()}
	}
	if names = f.Args(); *config != "" {
		names = append(names, *config)
	}
	if len(names) != 1 {
		return usageError{"name the one file to check"}
	}
	if _, err := configs.Load(names[0]); err != nil {
		return err
	}
	fmt.Fprintf(term.out, "%s is good\n", names[0])
	return nil
}
