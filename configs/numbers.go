package configs

import (
	"errors"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// The ways carriers want numbers written; see [FormatNumber].
const (
	FormatE164     = "e164"     // +62811234567
	FormatPlain    = "plain"    // 62811234567
	FormatNational = "national" // 0811234567
)

var (
	errNoNumber    = errors.New("is no telephone number")
	errNoSuchPlan  = errors.New("is no number of any country")
	errTooShort    = errors.New("is too short for a telephone number")
	errUnknownLand = errors.New("needs a country code, for the country is unknown")
)

// E164 writes a number as the world dials it, "+62811234567". Numbers without
// a country code are those of country ("ID"): 0811…, 62811… and (021) … are all
// understood. Short codes of 3 to 6 digits (110, 119, 129) come back as they
// are: they mean something only where they are dialled. An extension ("119
// ext 8") is left out, since it cannot be dialled in a request line.
func E164(number, country string) (string, error) {
	digits, err := dialled(number)
	if err != nil {
		return "", err
	}
	if isShortCode(digits) {
		return digits, nil
	}
	for _, guess := range readings(digits, country) {
		n, err := phonenumbers.Parse(guess, country)
		if err == nil && believable(n, guess) {
			return phonenumbers.Format(n, phonenumbers.E164), nil
		}
	}
	switch {
	case len(strings.TrimPrefix(digits, "+")) < 7:
		return "", errTooShort
	case digits[0] != '+' && !knownCountry(country):
		return "", errUnknownLand
	}
	return "", errNoSuchPlan
}

// dialled keeps the digits of a number, and a plus in front of them. Anything
// but the separators people write makes it no number.
func dialled(number string) (string, error) {
	number = strings.TrimSpace(number)
	for _, ext := range []string{" ext", ";ext", " x", ","} {
		if i := strings.Index(strings.ToLower(number), ext); i > 0 {
			number = number[:i]
		}
	}
	var b strings.Builder
	for _, r := range strings.TrimSpace(number) {
		switch {
		case r >= '0' && r <= '9', r == '+' && b.Len() == 0:
			b.WriteRune(r)
		case strings.ContainsRune(" -.()/\u00a0\u2010\u2011\u2013", r):
		default:
			return "", errNoNumber
		}
	}
	digits := b.String()
	if n := len(strings.TrimPrefix(digits, "+")); n < 3 || n > 18 {
		return "", errNoNumber
	}
	return digits, nil
}

// isShortCode tells whether digits, without plus and trunk prefix, are a code
// of the country's own network.
func isShortCode(digits string) bool {
	return len(digits) >= 3 && len(digits) <= 6 && digits[0] != '+' && digits[0] != '0'
}

// readings are what digits may mean, the likeliest first. Many write 62811…
// without the plus, which by the national plan would be a subscriber's number.
func readings(digits, country string) []string {
	code := phonenumbers.GetCountryCodeForRegion(country)
	if digits[0] != '+' && code > 0 && strings.HasPrefix(digits, itoa(code)) && len(digits) > 9 {
		return []string{"+" + digits, digits}
	}
	return []string{digits}
}

// believable tells whether n can be somebody's number. Numbering plans change
// faster than programs, so for what was dialled in full (+…, 0…) the right
// length is enough; a subscriber's number without its area would have it too,
// so the rest must be a number the plan knows.
func believable(n *phonenumbers.PhoneNumber, as string) bool {
	if as[0] != '+' && as[0] != '0' {
		return phonenumbers.IsValidNumber(n)
	}
	return phonenumbers.IsPossibleNumberWithReason(n) == phonenumbers.IS_POSSIBLE
}

// FormatNumber writes an E.164 number in one of the ways carriers want it:
// FormatE164, FormatPlain, or FormatNational as its own country dials it. What is
// no E.164 number, like a short code, stays as it is.
func FormatNumber(e164, format string) string {
	digits, ok := strings.CutPrefix(e164, "+")
	switch {
	case ok && format == FormatPlain:
		return digits
	case !ok || format != FormatNational:
		return e164
	}
	n, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil {
		return digits
	}
	land := phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	return phonenumbers.GetNddPrefixForRegion(land, true) + phonenumbers.GetNationalSignificantNumber(n)
}

// FormatFrom is FormatNumber for a carrier in country: there the national form
// of a number abroad would be somebody else's, so it gets 00 and its country
// code.
func FormatFrom(country, e164, format string) string {
	if digits, ok := strings.CutPrefix(e164, "+"); ok && format == FormatNational && !isOf(country, e164) {
		return "00" + digits
	}
	return FormatNumber(e164, format)
}

func isOf(country, e164 string) bool {
	n, err := phonenumbers.Parse(e164, "ZZ")
	return err == nil && phonenumbers.GetCountryCodeForRegion(country) == int(n.GetCountryCode())
}

// knownCountry tells whether country is a code whose numbers are known.
func knownCountry(country string) bool { return phonenumbers.GetSupportedRegions()[country] }
