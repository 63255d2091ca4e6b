package sip

import (
	"testing"
)

func TestCallerNumber(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  string
	}{
		{"From", nil, "+62811"},
		{"asserted", []string{"P-Asserted-Identity: \"Bu\" <sip:+6221555;npdi@carrier.example;user=phone>"}, "+6221555"},
		{"asserted as tel", []string{"P-Asserted-Identity: <tel:+62-21-555.01;phone-context=x>"}, "+622155501"},
		{"two in a line", []string{"P-Asserted-Identity: <sip:anonymous@carrier.example>, <tel:+6221777>"}, "+6221777"},
		{"unusable", []string{"P-Asserted-Identity: <urn:service:sos>"}, "+62811"},
		{"Privacy id", []string{"P-Asserted-Identity: <tel:+6221777>", "Privacy: id"}, ""},
		{"Privacy among others", []string{"Privacy: critical; header"}, ""},
		{"Privacy none", []string{"Privacy: none"}, "+62811"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := callerOf(invite(t, "", tt.lines...)).Reveal(); got != tt.want {
				t.Errorf("caller %q, want %q", got, tt.want)
			}
		})
	}
	for _, uri := range []string{"anonymous@anonymous.invalid", "Anonymous@10.0.0.1", "62811@anonymous.invalid", "restricted@carrier.example"} {
		req := invite(t, "", "P-Asserted-Identity: <tel:+6221777>")
		from := req.From()
		from.Address.User, from.Address.Host = splitAt(uri)
		if got := callerOf(req); !got.Anonymous() {
			t.Errorf("%s is %q, want anonymous", uri, got.Reveal())
		}
	}
}

func splitAt(uri string) (user, host string) {
	for i := range uri {
		if uri[i] == '@' {
			return uri[:i], uri[i+1:]
		}
	}
	return "", uri
}

func TestPlainNumber(t *testing.T) {
	for in, want := range map[string]string{
		"0213903963":                    "0213903963",
		"+62213903963;phone-context=id": "+62213903963",
		"021-390.39(63)":                "0213903963",
		"sari":                          "sari",
		"sari-dewi":                     "sari-dewi",
		"119:secret":                    "119",
		"":                              "",
	} {
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSessionBodyInMultipart(t *testing.T) {
	req := invite(t, "", "Content-Type: multipart/mixed;boundary=b1")
	req.SetBody([]byte("--b1\r\nContent-Type: application/ISUP;version=itu-t92+\r\n\r\n\x01\x02\r\n--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b1--\r\n"))
	if sdp, status := sessionBody(req); status != 0 || string(sdp) != "v=0" {
		t.Errorf("SDP %q, status %d", sdp, status)
	}
	req.SetBody([]byte("--b1\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b1--\r\n"))
	if _, status := sessionBody(req); status != 415 {
		t.Errorf("status %d, want 415", status)
	}
}
