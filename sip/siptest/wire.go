package siptest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Wire is a bare socket towards one SIP server, for messages no telephone
// would send. What arrives is kept in order and looked through by Wait.
type Wire struct {
	conn net.Conn
	udp  bool

	mu      sync.Mutex // guards what follows
	changed chan struct{}
	got     []Message
	err     error
	reading sync.WaitGroup
}

// Message is one message that arrived.
type Message struct {
	At   time.Time
	Text string
}

// Line is the message's first line.
func (m Message) Line() string {
	line, _, _ := strings.Cut(m.Text, "\r\n")
	return line
}

// Status is the status code; 0 for a request.
func (m Message) Status() int {
	if code, ok := strings.CutPrefix(m.Line(), "SIP/2.0 "); ok {
		n, _ := strconv.Atoi(code[:min(3, len(code))])
		return n
	}
	return 0
}

// Method is the method of a request, or of the request a response answers.
func (m Message) Method() string {
	if m.Status() == 0 {
		method, _, _ := strings.Cut(m.Line(), " ")
		return method
	}
	_, method, _ := strings.Cut(m.Header("CSeq"), " ")
	return method
}

// Header is the value of the first header of that name.
func (m Message) Header(name string) string {
	for line := range strings.SplitSeq(m.Text, "\r\n") {
		if n, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(strings.TrimSpace(n), name) {
			return strings.TrimSpace(v)
		}
		if line == "" {
			break
		}
	}
	return ""
}

// Body is what follows the headers.
func (m Message) Body() string {
	_, body, _ := strings.Cut(m.Text, "\r\n\r\n")
	return body
}

// Tag is the tag parameter of a From or To header.
func (m Message) Tag(header string) string {
	_, tag, _ := strings.Cut(m.Header(header), ";tag=")
	tag, _, _ = strings.Cut(tag, ";")
	return tag
}

// OpenWire connects to a server over "udp" or "tcp".
func OpenWire(network, server string) (*Wire, error) {
	conn, err := net.Dial(network, server)
	if err != nil {
		return nil, err
	}
	w := &Wire{conn: conn, udp: network == "udp", changed: make(chan struct{})}
	w.reading.Go(w.read)
	return w, nil
}

// Addr is the wire's own ip:port.
func (w *Wire) Addr() string { return w.conn.LocalAddr().String() }

// Close closes the socket.
func (w *Wire) Close() {
	_ = w.conn.Close()
	w.reading.Wait()
}

// Send writes a message. Line ends may be plain newlines; they become CRLF.
// An empty Content-Length line is filled in.
func (w *Wire) Send(text string) error {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
	head, body, found := strings.Cut(text, "\r\n\r\n")
	if !found {
		head = strings.TrimRight(text, "\r\n")
	}
	head = strings.ReplaceAll(head+"\r\n", "\r\nContent-Length:\r\n", fmt.Sprintf("\r\nContent-Length: %d\r\n", len(body)))
	_, err := w.conn.Write([]byte(head + "\r\n" + body))
	return err
}

// Wait returns the first message, of those that arrived at position from or
// later, that matches, and the position behind it.
func (w *Wire) Wait(ctx context.Context, from int, match func(Message) bool) (Message, int, error) {
	for {
		w.mu.Lock()
		got, changed, err := w.got, w.changed, w.err
		w.mu.Unlock()
		for i := from; i < len(got); i++ {
			if match(got[i]) {
				return got[i], i + 1, nil
			}
		}
		if err != nil {
			return Message{}, 0, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			var seen []string
			for _, m := range got {
				seen = append(seen, m.Line())
			}
			return Message{}, 0, fmt.Errorf("waiting for a message: %w; seen %q", ctx.Err(), seen)
		}
	}
}

// WaitStatus waits for a response to a request of that method.
func (w *Wire) WaitStatus(ctx context.Context, method string, status int) (Message, error) {
	m, _, err := w.Wait(ctx, 0, func(m Message) bool { return m.Status() == status && m.Method() == method })
	if err != nil {
		err = fmt.Errorf("%d to %s: %w", status, method, err)
	}
	return m, err
}

// WaitRequest waits for a request of that method.
func (w *Wire) WaitRequest(ctx context.Context, method string) (Message, error) {
	m, _, err := w.Wait(ctx, 0, func(m Message) bool { return m.Status() == 0 && m.Method() == method })
	if err != nil {
		err = fmt.Errorf("%s: %w", method, err)
	}
	return m, err
}

// Got are all messages so far.
func (w *Wire) Got() []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Message(nil), w.got...)
}

func (w *Wire) read() {
	var err error
	if w.udp {
		err = w.readDatagrams()
	} else {
		err = w.readStream()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
	close(w.changed)
	w.changed = make(chan struct{})
}

func (w *Wire) readDatagrams() error {
	buf := make([]byte, 65535)
	for {
		n, err := w.conn.Read(buf)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return err
			}
			continue // a refused datagram of ours comes back as an error
		}
		w.keep(string(buf[:n]))
	}
}

func (w *Wire) readStream() error {
	r := bufio.NewReader(w.conn)
	for {
		var head strings.Builder
		length := 0
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return err
			}
			head.WriteString(line)
			if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(strings.TrimSpace(name), "content-length") {
				length, _ = strconv.Atoi(strings.TrimSpace(value))
			}
			if strings.TrimSpace(line) == "" {
				break
			}
		}
		if strings.TrimSpace(head.String()) == "" {
			continue // a keep-alive
		}
		body := make([]byte, length)
		for n := 0; n < length; {
			k, err := r.Read(body[n:])
			if err != nil {
				return err
			}
			n += k
		}
		w.keep(head.String() + string(body))
	}
}

func (w *Wire) keep(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got = append(w.got, Message{At: time.Now(), Text: text})
	close(w.changed)
	w.changed = make(chan struct{})
}
