package sip

import (
	"context"
	"log/slog"
	"regexp"
)

// maskHandler takes sipgo's log lines. sipgo logs whole packets and quotes
// their lines in errors: numbers, addresses and passwords of callers. So only
// the fixed text of a line and a few harmless attributes pass, and only
// warnings and worse.
type maskHandler struct{ next slog.Handler }

// quietLogger takes what sipgo says beside the loggers it is given.
var quietLogger = slog.New(slog.DiscardHandler)

// harmless are the attributes that hold nothing of a packet.
var harmless = map[string]bool{"caller": true, "network": true, "laddr": true}

// Enabled implements slog.Handler.
func (h *maskHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.next.Enabled(ctx, slog.LevelDebug)
}

// Handle implements slog.Handler. What sipgo calls an error is one peer's bad
// packet or closed connection: worth a line when debugging, nothing more.
func (h *maskHandler) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, slog.LevelDebug, "sipgo: "+r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if harmless[a.Key] {
			out.AddAttrs(a)
		}
		return true
	})
	return h.next.Handle(ctx, out)
}

// WithAttrs implements slog.Handler.
func (h *maskHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var keep []slog.Attr
	for _, a := range attrs {
		if harmless[a.Key] {
			keep = append(keep, a)
		}
	}
	return &maskHandler{h.next.WithAttrs(keep)}
}

// WithGroup implements slog.Handler.
func (h *maskHandler) WithGroup(name string) slog.Handler {
	return &maskHandler{h.next.WithGroup(name)}
}

// unquoted is an error of sipgo's that may be logged. Of a request that could not be
// sent it quotes the first line: the number of whom we call or talk with.
func unquoted(err error) error {
	if err == nil {
		return nil
	}
	text := quotation.ReplaceAllString(err.Error(), "…")
	if text == err.Error() {
		return err
	}
	return &unquotedError{text, err}
}

var quotation = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

type unquotedError struct {
	text string
	err  error
}

func (e *unquotedError) Error() string { return e.text }
func (e *unquotedError) Unwrap() error { return e.err }
