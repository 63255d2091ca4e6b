package configs

import (
	"strings"
	"testing"
)

// TestE164 takes numbers as people and trunks in Indonesia write them.
func TestE164(t *testing.T) {
	for _, c := range []struct{ number, want string }{
		{"081123456789", "+6281123456789"},
		{"0811 2345-678", "+628112345678"},
		{"6281123456789", "+6281123456789"},
		{"+6281123456789", "+6281123456789"},
		{"+62 811-2345-6789", "+6281123456789"},
		{"+62 (0)811 2345 6789", "+6281123456789"},
		{"81123456789", "+6281123456789"}, // the zero forgotten
		{"021-3903963", "+62213903963"},
		{"(021) 390 3963", "+62213903963"},
		{"62213903963", "+62213903963"},
		{"0274 123456", "+62274123456"},
		{"0800 1234567", "+628001234567"},
		{"110", "110"},
		{"112", "112"},
		{"119 ext 8", "119"},
		{"119,8", "119"},
		{"129", "129"},
		{"500888", "500888"},
		{"+60123456789", "+60123456789"}, // Malaysia
		{"+44 20 7946 0958", "+442079460958"},
		{"+1 (202) 555-0123", "+12025550123"},
		{"+883510001234567", "+883510001234567"}, // a network of no country
	} {
		if got, err := E164(c.number, "ID"); got != c.want || err != nil {
			t.Errorf("%q is %q, %v; want %q", c.number, got, err, c.want)
		}
	}
	for _, junk := range []string{
		"", "0", "+", "12", "021", "abc", "0811x", "08112345678901234567", "+999123456789", "3903963", "+62", "+6281",
		"sip:0811@host", "0811\r\n2345678", "+62+81123456789", "*21*0811234567#", "０８１１２３４５６７８", "anonymous", "1234567", "+110",
	} {
		if got, err := E164(junk, "ID"); err == nil {
			t.Errorf("%q was taken for %q", junk, got)
		}
	}
	if got, err := E164("020 7946 0958", "GB"); got != "+442079460958" || err != nil {
		t.Errorf("in another country: %q, %v", got, err)
	}
	if _, err := E164("0811234567", "XX"); err == nil || !strings.Contains(err.Error(), "country") {
		t.Errorf("in no country: %v", err)
	}
}

func TestFormatNumber(t *testing.T) {
	for _, c := range []struct{ number, format, want string }{
		{"+6281123456789", FormatE164, "+6281123456789"},
		{"+6281123456789", FormatPlain, "6281123456789"},
		{"+6281123456789", FormatNational, "081123456789"},
		{"+62213903963", FormatNational, "0213903963"},
		{"119", FormatNational, "119"},
		{"119", FormatPlain, "119"},
		{"+442079460958", FormatNational, "00442079460958"},
		{"+442079460958", FormatPlain, "442079460958"},
	} {
		if got := FormatFrom("ID", c.number, c.format); got != c.want {
			t.Errorf("%s as %s is %s, want %s", c.number, c.format, got, c.want)
		}
	}
	if got := FormatNumber("+442079460958", FormatNational); got != "02079460958" {
		t.Errorf("at home it is %s", got)
	}
	// A number survives the way to the carrier and back.
	for _, format := range []string{FormatE164, FormatPlain, FormatNational} {
		for _, n := range []string{"+6281123456789", "+62213903963", "110"} {
			if back, err := E164(FormatFrom("ID", n, format), "ID"); back != n || err != nil {
				t.Errorf("%s as %s comes back as %s, %v", n, format, back, err)
			}
		}
	}
}

func TestParseServerAddress(t *testing.T) {
	for s, want := range map[string]ServerAddress{
		"ims.example.co.id":                   {Host: "ims.example.co.id"},
		"IMS.Example.co.id.":                  {Host: "ims.example.co.id"},
		"203.0.113.5":                         {Host: "203.0.113.5"},
		"203.0.113.5:5060":                    {Host: "203.0.113.5", Port: 5060},
		"2001:db8::1":                         {Host: "2001:db8::1"},
		"[2001:db8::1]:5080":                  {Host: "2001:db8::1", Port: 5080},
		"sip:sbc.example.net;transport=tls":   {Host: "sbc.example.net", Transport: "tls"},
		"sip:sbc.example.net:5070;lr":         {Host: "sbc.example.net", Port: 5070},
		"SIP:SBC.example.net;Transport=TCP":   {Host: "sbc.example.net", Transport: "tcp"},
		"sips:sbc.example.net":                {Host: "sbc.example.net", Transport: "tls", Secure: true},
		"sips:sbc.example.net;transport=tcp":  {Host: "sbc.example.net", Transport: "tls", Secure: true},
		"sbc_1.internal":                      {Host: "sbc_1.internal"},
		"gateway":                             {Host: "gateway"},
		"sip:[2001:db8::1];transport=udp":     {Host: "2001:db8::1", Transport: "udp"},
		"sip:[2001:db8::1]:5062;transport=tc": {},
		"":                                    {},
		"sip:":                                {},
		"sip:user@host":                       {},
		"host:99999":                          {},
		"host:":                               {},
		"1.2.3":                               {},
		"1.2.3.999":                           {},
		"-host":                               {},
		"host/path":                           {},
		"host;maddr=1.2.3.4":                  {},
		"sips:host;transport=udp":             {},
		"a b":                                 {},
	} {
		got, err := ParseServerAddress(s)
		if want.Host == "" {
			if err == nil {
				t.Errorf("%q was taken for %+v", s, got)
			}
			continue
		}
		if got != want || err != nil {
			t.Errorf("%q is %+v, %v; want %+v", s, got, err, want)
		}
	}
}
