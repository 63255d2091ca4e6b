package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// settleFor is longer than anything a call leaves behind on purpose: Timer J
// of its BYE (32 s), and ports in quarantine.
const settleFor = 40 * time.Second

// settledLoad: what ten thousand calls leave behind in the server.
func settledLoad(ctx context.Context, b *bench) ([]figure, error) {
	const calls, rate = 10_000, 250
	name := "after 10,000 calls"
	if _, failed := b.shortCalls(ctx, 500, 100); failed > 0 {
		return nil, fmt.Errorf("%s: %d of the first 500 failed", name, failed)
	}
	goroutines, heap, err := b.settled(ctx)
	if err != nil {
		return nil, err
	}
	_, failed := b.shortCalls(ctx, calls, rate)
	g, h, err := b.settled(ctx)
	return []figure{
		{name, "calls that failed", float64(failed), "", "0", ""},
		{name, "goroutines more than before", g - goroutines, "", "≤ 0", ""},
		{name, "heap more than before", (h - heap) / 1e6, "MB", "≤ 1", ""},
	}, err
}

// settled reads goroutines and heap when the server had time to forget.
func (b *bench) settled(ctx context.Context) (goroutines, heap float64, err error) {
	select {
	case <-time.After(settleFor):
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	}
	if _, err := b.ask(ctx, "/debug/pprof/heap?gc=1"); err != nil {
		return 0, 0, err
	}
	text, err := b.ask(ctx, "/metrics")
	return metricIn(text, "go_goroutines"), metricIn(text, "go_memstats_heap_alloc_bytes"), err
}

// ask gets what only the operator may see, over a connection that is not kept.
func (b *bench) ask(ctx context.Context, path string) (string, error) {
	o, err := openOperator(b.server.data())
	if err != nil {
		return "", err
	}
	defer o.close()
	defer o.http.CloseIdleConnections()
	res, err := o.do(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}

// metricIn reads a metric without labels from Prometheus' text; 0 if it is not there.
func metricIn(text, name string) float64 {
	_, after, _ := strings.Cut(text, "\n"+name+" ")
	line, _, _ := strings.Cut(after, "\n")
	v, _ := strconv.ParseFloat(line, 64)
	return v
}
