package sip

import "strings"

// Why a trunk does not work: a code, and behind a colon what is said with it.
// Screens say it by the code in their own language.
const (
	causeUnasked     = "unasked"
	causeNotFound    = "not_found"
	causeSilent      = "silent"
	causeBusy        = "busy"
	causeLogin       = "login_refused"
	causeChallenge   = "challenge"
	causeUnheard     = "unregistered"
	causeRefused     = "refused"
	causeOtherName   = "tls_name"
	causeStranger    = "tls_authority"
	causeExpired     = "tls_expired"
	causeUntrusted   = "tls_untrusted"
	causeNoTLS       = "tls_none"
	causeTLSRejected = "tls_refused"
)

// outages are the causes as English people read them.
var outages = map[string]string{
	causeUnasked:     "not asked yet",
	causeNotFound:    "its name is not found in DNS",
	causeSilent:      "does not answer",
	causeBusy:        "is overloaded (503)",
	causeLogin:       "refuses our user name or password",
	causeChallenge:   "its challenge was not answered: {0}",
	causeUnheard:     "does not answer our registration",
	causeRefused:     "refuses our registration ({0})",
	causeOtherName:   "its certificate is for another name than {0} (tls_name)",
	causeStranger:    "its certificate is signed by nobody we trust (tls_ca)",
	causeExpired:     "its certificate has expired, or begins later",
	causeUntrusted:   "its certificate cannot be trusted: {0}",
	causeNoTLS:       "does not speak TLS at that port",
	causeTLSRejected: "refused our TLS connection: {0} (tls_cert)",
}

// inEnglish is a cause in words; of none nothing.
func inEnglish(cause string) string {
	code, with, _ := strings.Cut(cause, ":")
	return strings.ReplaceAll(outages[code], "{0}", with)
}
